// An adapter with arbitrary values for any model, for the tests. Not a test.

import { type Adapter, adaptableLayers, type LowRank } from "../../../server/engine/adapters/adapter.ts";
import type { StoredModel } from "../../../server/engine/models/modelStore.ts";

const RANK = 6; // no multiple of four

/** Values that are half floats already, so that writing and reading changes none: multiples of 1/64 between -1 and 1. */
const sample = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => (((i * 37 + seed * 11) % 127) - 63) / 64);

/** Two layers of the model are left out, to stay as they are. */
export function sampleAdapter({ config }: Pick<StoredModel, "config">): Omit<Adapter, "name" | "sha256"> {
  const matrices = new Map<string, LowRank>();
  for (const [layer, { outputs, inputs }] of [...adaptableLayers(config)].slice(0, -2)) {
    const seed = matrices.size;
    matrices.set(layer, { a: sample(RANK * inputs, seed), b: sample(outputs * RANK, seed + 5) });
  }
  const embeddingRows = new Map([7, 2].map((id) => [id, sample(config.hiddenSize, id)]));
  return { promptFormat: 1, rank: RANK, alpha: 9, matrices, embeddingRows };
}
