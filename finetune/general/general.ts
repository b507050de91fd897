// General code that ships with Sotto: the code mixed into fine-tuning against forgetting, and the fixed set that measures forgetting. Reads the
// two files and checks them against their manifest; lab/training/makeGeneral.ts makes them. Must not choose among their records.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import * as z from "zod";
import { badInput, type UserError } from "../../common/errors.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { parsedJson } from "../../common/util/parsedJson.ts";
import { type HeldOutCase, heldOutCaseSchema } from "../heldOutCase.ts";
import type { FileSet, SourceFile } from "../sourceFile.ts";

export const GeneralFiles = {
  manifest: "manifest.json",
  replay: "replay.jsonl.gz",
  cases: "cases.jsonl.gz",
  notices: "notices.jsonl.gz", // licence texts of the packages; for people to read, not used by the product
} as const;

const originSchema = z.object({ package: z.string().min(1), version: z.string().min(1), licence: z.string().min(1) });

export const replayFileSchema = originSchema.extend({ path: z.string().min(1), text: z.string().min(1) });
export const generalCaseSchema = originSchema.extend(heldOutCaseSchema.shape);
export type ReplayFile = z.infer<typeof replayFileSchema>;
export type GeneralCase = z.infer<typeof generalCaseSchema>;

/** For each file: the hash of the uncompressed content (compressors differ, texts do not), and the number of records. */
const manifestSchema = z.record(
  z.string(),
  z.object({ sha256: z.string().length(64), records: z.number().int().positive() }),
);
export type GeneralManifest = z.infer<typeof manifestSchema>;

export const generalDir = (): string => path.join(packageRoot(import.meta.dirname), "finetune", "general");

/** @throws UserError when the file is missing or not what was shipped */
export async function replayFiles(dir = generalDir()): Promise<SourceFile[]> {
  const files = await readGeneral(dir, GeneralFiles.replay, replayFileSchema);
  return files.map((file) => ({ path: `${file.package}/${file.path}`, text: file.text }));
}

/** For each of `replayFiles`, the files of its package: what stands before a prompt comes from there. */
export function packagesOf(files: readonly SourceFile[]): (file: SourceFile) => FileSet {
  const nameOf = ({ path: file }: SourceFile) => /^(?:@[^/]*\/)?[^/]*/.exec(file)![0];
  const sets = new Map<string, { files: SourceFile[] }>();
  for (const file of files) {
    const set = sets.get(nameOf(file)) ?? { files: [] };
    set.files.push(file);
    sets.set(nameOf(file), set);
  }
  return (file) => sets.get(nameOf(file))!;
}

/** @throws UserError when the file is missing or not what was shipped */
export async function generalCases(dir = generalDir()): Promise<HeldOutCase[]> {
  const cases = await readGeneral(dir, GeneralFiles.cases, generalCaseSchema);
  return cases.map(({ id, path: file, prefix, suffix, expected, kind }) => {
    return { id, path: file, prefix, suffix, expected, kind };
  });
}

/** The hash under which results on the general set are stored. @throws UserError */
export async function generalCasesSha256(dir = generalDir()): Promise<string> {
  return (await manifestEntry(dir, GeneralFiles.cases)).sha256;
}

/** The records of one of the files, with their origin. @throws UserError */
export async function readGeneral<T>(dir: string, name: string, schema: z.ZodType<T>): Promise<T[]> {
  const { sha256, records } = await manifestEntry(dir, name);
  const file = path.join(dir, name);
  const text = await readText(file);
  if (createHash("sha256").update(text).digest("hex") !== sha256) throw damaged(file, "its hash is another");
  const parsed = z.array(schema).safeParse(text.trimEnd().split("\n").map(parsedJson));
  if (!parsed.success) throw damaged(file, parsed.error.issues[0].message);
  if (parsed.data.length !== records) throw damaged(file, `it holds ${parsed.data.length} records, not ${records}`);
  return parsed.data;
}

async function manifestEntry(dir: string, name: string): Promise<GeneralManifest[string]> {
  const file = path.join(dir, GeneralFiles.manifest);
  const manifest = manifestSchema.safeParse(parsedJson(await readText(file)));
  const entry = manifest.data?.[name];
  if (!entry) throw damaged(file, `it says nothing of ${name}`);
  return entry;
}

async function readText(file: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    return (file.endsWith(".gz") ? await promisify(gunzip)(bytes) : bytes).toString("utf8");
  } catch (error) {
    throw damaged(file, (error as Error).message);
  }
}

const damaged = (file: string, reason: string): UserError =>
  badInput(`The file ${file} is damaged: ${reason}.`, "Reinstall Sotto, or check out the repository again.");
