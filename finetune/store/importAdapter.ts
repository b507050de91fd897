// Imports an adapter from a folder in PEFT's layout into a workspace's store: one that Sotto wrote, or one of another program for the same base
// model. Validates all of it against the model first; trusts nothing in the folder but its numbers.

import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { adapterInvalid, badInput } from "../../common/errors.ts";
import { copyCappedSync, UNREAD, type Unread } from "../../common/util/cappedRead.ts";
import { isAlive } from "../../common/util/isAlive.ts";
import { ADAPTER_FORMAT, type Adapter, AdapterFiles } from "../../server/engine/adapters/adapter.ts";
import { MAX_ADAPTER_JSON_BYTES, readAdapter } from "../../server/engine/adapters/readAdapter.ts";
import { baseOfAdapter, type ModelBases, openBases } from "../../server/engine/load/openAdapted.ts";
import type { AdapterDir, AdapterId } from "../../server/host/protocol/adapters.ts";
import { type AdapterFacts, noFacts } from "../../src/adapters/storedAdapter.ts";
import { readJson } from "../jsonFile.ts";
import { keepAdapter } from "./keepAdapter.ts";

export interface Imported {
  id: AdapterId;
  warnings: string[]; // sentences
}

const MAX_TENSORS_BYTES = 1_000_000_000;

/**
 * Copies the adapter in the folder `dir` into the store of `root`; the adapter in use stays in use. With a sotto.json it belongs to the model
 * named there; without one it is assumed to be an adapter of the plain base.
 * @throws UserError adapterInvalid (missing, damaged, of other shapes), adapterOfOtherBase, or where the store cannot be written
 */
export async function importAdapter(
  root: string,
  dir: AdapterDir,
  modelDir: string,
  dataDir?: string,
): Promise<Imported> {
  const from = path.resolve(dir);
  if (!statSync(from, { throwIfNoEntry: false })?.isDirectory())
    throw badInput(`There is no folder ${from}.`, "Give the folder of an adapter in PEFT's layout.");
  const bases = await openBases(modelDir);
  removeAbandoned();
  const copy = mkdtempSync(path.join(tmpdir(), `sotto-import-${process.pid}-`));
  try {
    for (const name of [AdapterFiles.config, AdapterFiles.tensors]) copyAdapterFile(from, copy, name);
    const foreign = !existsSync(path.join(from, AdapterFiles.base));
    if (foreign) writeForeignBase(copy, bases);
    else copyAdapterFile(from, copy, AdapterFiles.base);
    const adapter = await checked(from, copy, bases);
    if (foreign) refuseRows(from, adapter);
    const id = keepAdapter(
      root,
      copy,
      { ...noFacts, rank: adapter.rank, ...keptExamplesOf(copy) },
      { name: importedName(from), origin: "imported", use: false, dataDir },
    );
    return { id, warnings: foreign ? foreignWarnings(copy, bases) : [] };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** What an export of Sotto's says of kept examples: that is not lost on the way. */
function keptExamplesOf(copy: AdapterDir): Pick<AdapterFacts, "keptExamples"> {
  const manifest = readJson(path.join(copy, AdapterFiles.base)) as { training?: Partial<AdapterFacts> } | undefined;
  const keptExamples = manifest?.training?.keptExamples;
  return typeof keptExamples === "number" && keptExamples > 0 ? { keptExamples } : {};
}

const ABANDONED_AFTER_MS = 60 * 60_000; // a process of another container may have the same id

/** Removes the copies of imports that were killed. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^sotto-import-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const folder = path.join(tmpdir(), name);
    try {
      if (Date.now() - lstatSync(folder).mtimeMs > ABANDONED_AFTER_MS) rmSync(folder, { recursive: true, force: true });
    } catch {
      // another user's, or another import was faster
    }
  }
}

/** Reads the copy; errors name the original folder. @throws UserError */
async function checked(from: string, copy: string, bases: ModelBases): Promise<Adapter> {
  try {
    return await readAdapter(copy, await baseOfAdapter(bases, copy));
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replaceAll(copy, from);
    throw error;
  }
}

/** Copies one of an adapter's files into the folder `to`. @throws UserError adapterInvalid */
export function copyAdapterFile(from: string, to: string, name: string): void {
  const file = path.join(from, name);
  const maxBytes = name === AdapterFiles.tensors ? MAX_TENSORS_BYTES : MAX_ADAPTER_JSON_BYTES;
  let unread: Unread | undefined;
  try {
    unread = copyCappedSync(file, path.join(to, name), maxBytes);
  } catch (error) {
    throw adapterInvalid(file, `it cannot be copied (${(error as Error).message})`);
  }
  if (unread === "tooLarge") throw adapterInvalid(file, `it has more than ${maxBytes / 1e6} MB`);
  if (unread === "notFile") throw adapterInvalid(file, "it is missing: what has its name is not a regular file");
  if (unread !== undefined) throw adapterInvalid(file, UNREAD[unread]);
}

/** Writes the sotto.json of another program's adapter: it changes the base as published, and knows no format of ours. */
function writeForeignBase(dir: AdapterDir, { plain }: ModelBases): void {
  const about = { formatVersion: ADAPTER_FORMAT, base: { id: plain.id, weightsSha256: plain.weightsSha256 } };
  writeFileSync(path.join(dir, AdapterFiles.base), `${JSON.stringify(about, undefined, 2)}\n`, { mode: 0o600 });
}

/** Refuses embedding rows: our base's vocabulary is a part of the published one, with different token ids. @throws UserError */
function refuseRows(dir: AdapterDir, { embeddingRows }: Adapter): void {
  if (embeddingRows.size > 0)
    throw adapterInvalid(
      path.join(dir, AdapterFiles.config),
      "it replaces rows of the embedding, and another program's numbers of tokens are not Sotto's",
    );
}

function foreignWarnings(dir: AdapterDir, { plain, own }: ModelBases): string[] {
  const { base_model_name_or_path: name } = JSON.parse(readFileSync(path.join(dir, AdapterFiles.config), "utf8"));
  const trainedFor = typeof name === "string" && name !== "" ? `; it says that it is for ${name.slice(0, 200)}` : "";
  return [
    `The adapter has no ${AdapterFiles.base}: it is taken for one of ${plain.id} without its own adapter, since its shapes fit${trainedFor}.`,
    `It was not trained on Sotto's prompt format${own ? `, and it takes the place of the model's own adapter ${own.name}` : ""}: ` +
      "what stands after the cursor is not read, and completions may be worse than without it.",
  ];
}

/** The folder's name, if it is valid as an adapter's. */
function importedName(dir: AdapterDir): string | undefined {
  const name = path
    .basename(dir)
    .replace(/\p{Cc}/gu, "")
    .trim()
    .slice(0, 100);
  return name === "" ? undefined : name;
}
