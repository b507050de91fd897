// Combines two stacked adapters into one adapter of the lower one's base. Pure: reads and writes nothing.

import type { Adapter, LowRank } from "./adapter.ts";

type Factors = Omit<Adapter, "name" | "sha256">;

/**
 * The sum of what `lower` and `upper` change, where `upper` was trained on the base with `lower` merged: s₁ B₁A₁ + s₂ B₂A₂ = s₁ [B₁, (s₂/s₁) B₂]
 * [A₁; A₂], of rank r₁ + r₂. Exact except for rounding (s₂/s₁) B₂ to 32 bits; there is no rounding where the scales are equal or a power of two
 * apart. In a layer that only one of them changes, the other's part is zeros.
 */
export function sumAdapters(lower: Factors, upper: Factors): Factors {
  const scale = lower.alpha / lower.rank;
  const ratio = upper.alpha / upper.rank / scale;
  const rank = lower.rank + upper.rank;
  const matrices = new Map<string, LowRank>();
  for (const layer of new Set([...lower.matrices.keys(), ...upper.matrices.keys()])) {
    const first = lower.matrices.get(layer);
    const second = upper.matrices.get(layer);
    const inputs = first ? first.a.length / lower.rank : second!.a.length / upper.rank;
    const outputs = first ? first.b.length / lower.rank : second!.b.length / upper.rank;
    const a = new Float32Array(rank * inputs);
    const b = new Float32Array(outputs * rank);
    if (first) a.set(first.a);
    if (second) a.set(second.a, lower.rank * inputs);
    for (let row = 0; row < outputs; row++) {
      if (first) b.set(first.b.subarray(row * lower.rank, (row + 1) * lower.rank), row * rank);
      for (let k = 0; second && k < upper.rank; k++)
        b[row * rank + lower.rank + k] = ratio * second.b[row * upper.rank + k];
    }
    matrices.set(layer, { a, b });
  }
  const embeddingRows = new Map([...lower.embeddingRows, ...upper.embeddingRows]);
  return { promptFormat: upper.promptFormat, rank, alpha: scale * rank, matrices, embeddingRows };
}
