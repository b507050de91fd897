// Finds the files of a model to import: a GGUF file with all of its parts, or a folder in Hugging Face's layout. Reads names, the index and the
// header; copies nothing.

import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { importRefused } from "../../../common/errors.ts";
import { isFileName, MAX_JSON_BYTES, readJson } from "./manifest.ts";
import { factsOfConfig, factsOfGguf, GGUF_PART, MAX_CARD_BYTES, type ModelFacts } from "./modelFacts.ts";
import { CONFIG_FILE, INDEX_FILE, indexSchema, TOKENIZER_FILE, WEIGHTS_FILE } from "./modelStore.ts";

export interface SourceFile {
  from: string; // absolute path
  name: string; // in the model's folder
  sizeBytes: number;
}

export interface ImportSource {
  name: string; // name of the file or folder, without its extension
  files: SourceFile[];
  facts: ModelFacts;
}

/** Imported if they exist: settings of the tokenizer, the model card and its licence. */
export const OPTIONAL_FILES = ["tokenizer_config.json", "generation_config.json", "README.md", "LICENSE"] as const;

const JSON_FILES = [CONFIG_FILE, TOKENIZER_FILE, INDEX_FILE];

/**
 * Finds the files of the model at `source`, and checks its config before anything is copied.
 * @throws UserError importRefused; what `factsOfConfig` and `factsOfGguf` refuse
 */
export async function findSource(source: string): Promise<ImportSource> {
  const found = await stat(source).catch(() => undefined);
  if (!found) throw importRefused(source, "there is no such file or folder");
  const place = path.resolve(source);
  if (found.isFile() && place.endsWith(".gguf")) return ggufSource(path.dirname(place), path.basename(place));
  if (!found.isDirectory()) throw importRefused(source, "it is neither a .gguf file nor a folder");
  const names = await readdir(place);
  if (names.includes(CONFIG_FILE)) return huggingFaceSource(place, names);
  const ggufs = names.filter((name) => name.endsWith(".gguf")).sort();
  if (ggufs.length === 0) throw importRefused(source, `it holds neither ${CONFIG_FILE} nor a .gguf file`);
  const models = new Set(ggufs.map((name) => GGUF_PART.exec(name)?.[1] ?? name));
  if (models.size > 1) throw importRefused(source, "it holds several .gguf files: name the one that is meant");
  return ggufSource(place, ggufs[0]);
}

async function ggufSource(dir: string, given: string): Promise<ImportSource> {
  const [, stem = given.slice(0, -".gguf".length), , of] = GGUF_PART.exec(given) ?? [];
  const parts = of === undefined ? [given] : partNames(stem, of);
  const names = await readdir(dir);
  const missing = parts.find((part) => !names.includes(part));
  if (missing !== undefined || parts.length === 0)
    throw importRefused(path.join(dir, given), `its part ${missing ?? `1 of ${Number(of)}`} is missing`);
  const plain = stem.replace(/^[^A-Za-z0-9]+/, "").replace(/[^A-Za-z0-9._-]+/g, "-") || "model"; // in a form that a manifest allows
  const files = await withSizes(dir, parts, (part) => plain + part.slice(stem.length));
  return { name: stem, files, facts: factsOfGguf(path.join(dir, parts[0])) };
}

/** @param of the number of parts, in digits as in the file's name */
function partNames(stem: string, of: string): string[] {
  return Array.from(
    { length: Number(of) },
    (_, i) => `${stem}-${String(i + 1).padStart(of.length, "0")}-of-${of}.gguf`,
  );
}

async function huggingFaceSource(dir: string, names: readonly string[]): Promise<ImportSource> {
  const optional = OPTIONAL_FILES.filter((name) => names.includes(name));
  for (const file of await withSizes(dir, optional)) requireAtMost(file, MAX_CARD_BYTES);
  for (const file of await withSizes(
    dir,
    JSON_FILES.filter((name) => names.includes(name)),
  ))
    requireAtMost(file, MAX_JSON_BYTES);
  const facts = await factsOfConfig(path.join(dir, CONFIG_FILE));
  const weights = await weightsIn(dir, names);
  const wanted = [CONFIG_FILE, TOKENIZER_FILE, ...weights];
  const missing = wanted.find((name) => !names.includes(name));
  if (missing !== undefined) throw importRefused(dir, `${missing} is missing`);
  return { name: path.basename(dir), files: await withSizes(dir, [...wanted, ...optional]), facts };
}

/** Every reader of the file would refuse more: nothing of it is copied. @throws UserError importRefused */
function requireAtMost({ from, sizeBytes }: SourceFile, maxBytes: number): void {
  if (sizeBytes > maxBytes)
    throw importRefused(from, `it has ${Math.round(sizeBytes / 1e6)} MB, and ${maxBytes / 1e6} MB are the most`);
}

async function weightsIn(dir: string, names: readonly string[]): Promise<string[]> {
  if (names.includes(INDEX_FILE)) return [INDEX_FILE, ...shardsOf(await readJson(path.join(dir, INDEX_FILE)), dir)];
  if (names.includes(WEIGHTS_FILE)) return [WEIGHTS_FILE];
  throw importRefused(dir, `it holds neither ${WEIGHTS_FILE} nor ${INDEX_FILE}`);
}

/**
 * The files that an index of weights names, without repetition.
 * @param index parsed content of `INDEX_FILE`; `where`: its path, for the error
 * @throws UserError importRefused where it is no index, or names a file that may not be in a model's folder
 */
export function shardsOf(index: unknown, where: string): string[] {
  const parsed = indexSchema.safeParse(index);
  if (!parsed.success) throw importRefused(where, `"weight_map" of ${INDEX_FILE} is missing or not a map of names`);
  const shards = [...new Set(Object.values(parsed.data.weight_map))].sort();
  const bad = shards.find((name) => !isFileName(name) || !name.endsWith(".safetensors"));
  if (bad !== undefined) throw importRefused(where, `${INDEX_FILE} names the file ${JSON.stringify(bad)}`);
  if (shards.length === 0 || shards.length > MAX_SHARDS)
    throw importRefused(where, `${INDEX_FILE} names ${shards.length} files`);
  return shards;
}

const MAX_SHARDS = 1_000;

async function withSizes(
  dir: string,
  names: readonly string[],
  stored = (name: string) => name,
): Promise<SourceFile[]> {
  return Promise.all(
    names.map(async (name) => {
      const from = path.join(dir, name);
      const found = await stat(from).catch((error: NodeJS.ErrnoException) => {
        throw importRefused(from, `it cannot be read (${error.code})`);
      });
      if (!found.isFile()) throw importRefused(from, "it is not a file");
      return { from, name: stored(name), sizeBytes: found.size };
    }),
  );
}
