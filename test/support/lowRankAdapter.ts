// An adapter of small random factors for any model, without embedding rows, for the tests of graphs that take factors. Not a test.

import { type Adapter, adaptableLayers, type LowRank } from "../../server/engine/adapters/adapter.ts";
import type { StoredModel } from "../../server/engine/models/modelStore.ts";

/**
 * Its effect is about a tenth of the weights of the tiny model.
 * @param changes whether the layer of this name gets factors; default: all do
 */
export function lowRankAdapter(
  { config }: Pick<StoredModel, "config">,
  rank: number,
  seed: number,
  changes: (layer: string) => boolean = () => true,
): Adapter {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const matrices = new Map<string, LowRank>();
  for (const [layer, { outputs, inputs }] of adaptableLayers(config)) {
    if (!changes(layer)) continue;
    const a = Float32Array.from({ length: rank * inputs }, () => uniform() * 0.4);
    const b = Float32Array.from({ length: outputs * rank }, () => (uniform() * 0.4) / Math.sqrt(rank));
    matrices.set(layer, { a, b });
  }
  const name = `rank-${rank}-seed-${seed}`;
  return { name, sha256: name, promptFormat: 1, rank, alpha: 2 * rank, matrices, embeddingRows: new Map() };
}
