// manifest.json of a model's folder: the files of the model, with their sizes and sha256. Reads, checks and writes manifests; never looks inside
// the files.

import { createHash } from "node:crypto";
import { open, stat } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { modelCorrupt, modelMissing, type UserError } from "../../../common/errors.ts";
import { READ_AT_ONCE, readCapped, UNREAD } from "../../../common/util/cappedRead.ts";

export const MANIFEST_FILE = "manifest.json";

const MODEL_ID = /^[a-z0-9][a-z0-9.-]{0,63}$/;
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Only text that matches the pattern of ids becomes part of a path. */
export const isModelId = (id: string): boolean => MODEL_ID.test(id);

/** Whether a manifest may contain this name of a file directly in the model's folder. */
export const isFileName = (name: string): boolean => FILE_NAME.test(name) && name !== MANIFEST_FILE;

const at = z.iso.datetime(); // time when the model was added
const count = z.number().int().positive();

const manifestSchema = z.object({
  formatVersion: z.literal(1),
  id: z.string().regex(MODEL_ID),
  name: z.string().min(1),
  licence: z.string().min(1),
  adapter: z // folder of the adapter that the model uses by default
    .string()
    .regex(/^adapters\/[A-Za-z0-9][A-Za-z0-9._-]*$/)
    .optional(),
  files: z.array(
    z.object({
      path: z.string().regex(/^(adapters\/[A-Za-z0-9][A-Za-z0-9._-]*\/)?[A-Za-z0-9][A-Za-z0-9._-]*$/), // never outside the folder
      bytes: z.number().int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      /** Origin of the hash: Sotto's catalog, the hub, or computed from the received bytes. */
      sha256From: z.enum(["pinned", "hub", "computed"]).optional(),
    }),
  ),
  /** Where a user's model came from. */
  source: z
    .discriminatedUnion("kind", [
      z.object({ kind: z.literal("pull"), url: z.string(), revision: z.string(), at }),
      z.object({ kind: z.literal("import"), path: z.string(), at }),
    ])
    .optional(),
  /** Read from the model's files when it was added, so that listing models need not open them. */
  facts: z.object({ parameters: count, contextLength: count, vocabSize: count }).optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestFile = Manifest["files"][number];

/**
 * Reads the manifest of the model in `dir`.
 * @throws UserError modelMissing or modelCorrupt
 */
export async function readManifest(dir: string): Promise<Manifest> {
  const file = path.join(dir, MANIFEST_FILE);
  const parsed = manifestSchema.safeParse(await readJson(file));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw modelCorrupt(file, `"${issue.path.join(".")}": ${issue.message}`);
}

/**
 * The parsed content of a JSON file of a model.
 * @throws UserError modelMissing or modelCorrupt
 */
export async function readJson(file: string): Promise<unknown> {
  const read = await readCapped(file, MAX_JSON_BYTES, JSON_LIMIT_MS);
  if ("unread" in read) {
    const { unread, code } = read;
    if (unread === "missing") throw modelMissing(file);
    throw modelCorrupt(file, code === undefined ? UNREAD[unread] : `it cannot be read (${code})`);
  }
  try {
    return JSON.parse(read.bytes.toString("utf8"));
  } catch {
    throw modelCorrupt(file, "it is not JSON");
  }
}

export const MAX_JSON_BYTES = 100_000_000; // the largest tokenizers have a third of it
const JSON_LIMIT_MS = 30_000; // from a slow disk

export type FileState = "ok" | "missing" | "wrongSize" | "altered";

/** Compares a file with its entry in the manifest. Hashes about 1.5 GB a second; keeps nothing in memory. */
export async function checkFile(dir: string, expected: ManifestFile): Promise<FileState> {
  let sizeBytes = 0;
  const sha256 = createHash("sha256");
  try {
    const file = await open(path.join(dir, expected.path), READ_AT_ONCE);
    try {
      const stat = await file.stat();
      if (!stat.isFile() || stat.size !== expected.bytes) return "wrongSize";
      const chunk = Buffer.allocUnsafeSlow(Math.min(expected.bytes, 4 << 20) || 1);
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, chunk.length);
        if (bytesRead === 0) break;
        sizeBytes += bytesRead;
        sha256.update(chunk.subarray(0, bytesRead));
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "missing";
    throw fileError(path.join(dir, expected.path), error);
  }
  if (sizeBytes !== expected.bytes) return "wrongSize";
  return sha256.digest("hex") === expected.sha256 ? "ok" : "altered";
}

/** Checks that a file exists with its size: instant, however large the file is. Only `checkFile` looks at the content. */
export async function checkSize(dir: string, expected: ManifestFile): Promise<FileState> {
  try {
    const found = await stat(path.join(dir, expected.path));
    return found.isFile() && found.size === expected.bytes ? "ok" : "wrongSize";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "missing";
    throw fileError(path.join(dir, expected.path), error);
  }
}

/** @throws UserError modelMissing or modelCorrupt, naming the file, unless `check` finds that it matches the manifest */
export async function requireFile(dir: string, expected: ManifestFile, check = checkFile): Promise<void> {
  const fault = fileFault(path.join(dir, expected.path), expected.bytes, await check(dir, expected));
  if (fault) throw fault;
}

/** The error shown to the user for a file in this state; undefined where nothing is wrong with it. */
export function fileFault(file: string, bytes: number, state: FileState): UserError | undefined {
  if (state === "missing") return modelMissing(file);
  if (state === "wrongSize") return modelCorrupt(file, `it should have ${bytes} bytes`);
  if (state === "altered") return modelCorrupt(file, "its content was altered (sha256 differs)");
  return undefined;
}

function fileError(file: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ENOENT" ? modelMissing(file) : modelCorrupt(file, `it cannot be read (${code ?? message})`);
}
