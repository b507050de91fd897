// Cuts a model's tensors into files of a size that a repository can hold. Writes nothing.

import type { TensorToWrite } from "../../server/models/safetensors.ts";

/** Cuts the list of tensors into shards of at most `maxBytes`; the parts of a tensor stay together. */
export function intoShards(tensors: readonly TensorToWrite[][], maxBytes: number): TensorToWrite[][] {
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

/** "model-00001-of-00002.safetensors" for the first of two. */
export function shardName(index: number, count: number): string {
  const fiveDigits = (value: number) => String(value).padStart(5, "0");
  return `model-${fiveDigits(index + 1)}-of-${fiveDigits(count)}.safetensors`;
}
