// Shared by the scripts that make a model's folder from a GGUF file: checks the file's hash, cuts the tensors into files of a size that a repository
// can hold, and writes their index. Chooses no encoding.

import { writeFileSync } from "node:fs";
import path from "node:path";
import { type GgufFile, openGguf } from "../../server/engine/models/gguf.ts";
import { INDEX_FILE } from "../../server/engine/models/modelStore.ts";
import { type TensorToWrite, writeSafetensors } from "../../server/engine/models/safetensors.ts";
import { sha256Of } from "./embeddedManifest.ts";

/** @throws Error where the file is another one */
export function openExpectedGguf(file: string, sha256: string): GgufFile {
  const found = sha256Of(file);
  if (found !== sha256) throw new Error(`${file} is not the expected file: its sha256 is ${found}`);
  return openGguf(file);
}

/**
 * Writes the tensors as shards of at most `maxBytes`, and the index. The parts of a tensor stay together.
 * @param about what the index says of the shards, by their names, besides the sum of their sizes
 * @returns the names of the shards
 */
export function writeShards(
  dir: string,
  tensors: readonly TensorToWrite[][],
  maxBytes: number,
  about: (shards: readonly string[]) => object = () => ({}),
): string[] {
  const shards = intoShards(tensors, maxBytes);
  const weightMap: Record<string, string> = {};
  const files = shards.map((parts, index) => {
    const file = `model-${fiveDigits(index + 1)}-of-${fiveDigits(shards.length)}.safetensors`;
    for (const part of parts) weightMap[part.name] = file;
    writeSafetensors(path.join(dir, file), parts);
    return file;
  });
  const totalBytes = shards.flat().reduce((sum, part) => sum + part.data.length, 0);
  writeJson(dir, INDEX_FILE, { metadata: { total_size: totalBytes, ...about(files) }, weight_map: weightMap });
  return files;
}

function intoShards(tensors: readonly TensorToWrite[][], maxBytes: number): TensorToWrite[][] {
  const shards: TensorToWrite[][] = [[]];
  let bytes = 0;
  for (const parts of tensors) {
    const size = parts.reduce((sum, part) => sum + part.data.length, 0);
    if (bytes + size > maxBytes) {
      shards.push([]);
      bytes = 0;
    }
    shards.at(-1)!.push(...parts);
    bytes += size;
  }
  return shards;
}

const fiveDigits = (value: number): string => String(value).padStart(5, "0");

export function writeJson(dir: string, file: string, value: unknown): void {
  writeFileSync(path.join(dir, file), `${JSON.stringify(value, null, 2)}\n`);
}
