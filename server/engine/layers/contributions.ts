// What can be computed from the values that a decoder's layers put out: what each added to a token's logit, the size of the residual stream,
// and where a token looked. In double precision. Pure.

import { type ModelConfig, rotarySpeeds } from "../models/config.ts";
import { isSymmetric, type StoredModel } from "../models/modelStore.ts";
import { EMBEDDING, HEAD } from "../models/tensors.ts";

/** The final norm and a token's row of the head, which turn a residual stream into the token's logit. */
export interface FinalNorm {
  weight: Float32Array; // [hidden]
  bias?: Float32Array; // [hidden]; of a LayerNorm
  eps: number;
}

export const finalNorm = (model: StoredModel): FinalNorm => ({
  weight: model.dequantise("model.norm.weight"),
  ...(model.config.layerNorm && { bias: model.dequantise("model.norm.bias") }),
  eps: model.config.normEps,
});

/**
 * What each of `addends`, which sum to the residual stream after the last layer, adds to a token's logit: its share after the norm, whose scale
 * is that of the sum (direct logit attribution), times the token's row of the head. Linear, so the shares and `bias` sum to the logit.
 */
export function logitShares(
  addends: readonly ArrayLike<number>[],
  headRow: ArrayLike<number>,
  { weight, bias, eps }: FinalNorm,
): { shares: number[]; bias: number } {
  const size = weight.length;
  const centre = (x: ArrayLike<number>) => (bias ? meanOf(x) : 0); // a LayerNorm takes the mean away, which is linear too
  const total = new Float64Array(size);
  for (const addend of addends) for (let i = 0; i < size; i++) total[i] += addend[i];
  const mean = centre(total);
  let squares = 0;
  for (const value of total) squares += (value - mean) ** 2;
  const scale = 1 / Math.sqrt(squares / size + eps);
  const shareOf = (addend: ArrayLike<number>) => {
    const own = centre(addend);
    let sum = 0;
    for (let i = 0; i < size; i++) sum += (addend[i] - own) * weight[i] * headRow[i];
    return sum * scale;
  };
  let biasShare = 0;
  if (bias) for (let i = 0; i < size; i++) biasShare += bias[i] * headRow[i];
  return { shares: addends.map(shareOf), bias: biasShare };
}

function meanOf(x: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i];
  return sum / x.length;
}

/** The Euclidean length of a vector. */
export function lengthOf(x: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < x.length; i++) squares += x[i] * x[i];
  return Math.sqrt(squares);
}

/** Rows of the output head, [hidden] each, as the compute form holds them where the model's blocks allow. */
export function headRows(model: StoredModel, ids: readonly number[]): Float32Array[] {
  const { hiddenSize, tiedEmbeddings } = model.config;
  const name = tiedEmbeddings ? EMBEDDING : HEAD;
  const cut = (values: Float32Array, id: number) => values.slice(id * hiddenSize, (id + 1) * hiddenSize);
  if (model.rows) return ids.map((id) => model.rows!(name, id, 1));
  if (!isSymmetric(model.tensors.get(name)?.encoding)) {
    const values = model.dequantise(name);
    return ids.map((id) => cut(values, id));
  }
  const { q, scale } = model.blocks(name); // a quarter of the memory
  const block = q.length / scale.length;
  return ids.map((id) =>
    Float32Array.from({ length: hiddenSize }, (_, i) => {
      const at = id * hiddenSize + i;
      return q[at] * scale[Math.floor(at / block)];
    }),
  );
}

/**
 * Where each head of a layer looks from a position: [heads][positions up to it], each row sums to 1.
 * @param query [heads * headDim], not rotated
 * @param keys [kvHeads, capacity, headDim], rotated
 */
export function attentionRows(
  query: Float32Array,
  keys: Float32Array,
  position: number,
  config: ModelConfig,
): Float64Array[] {
  const { heads, kvHeads, headDim, slidingWindow = Number.POSITIVE_INFINITY } = config;
  const capacity = keys.length / (kvHeads * headDim);
  const turned = rotated(query, position, config);
  const from = Math.max(0, position + 1 - slidingWindow);
  return Array.from({ length: heads }, (_, head) => {
    const kvHead = Math.floor((head * kvHeads) / heads);
    const weights = new Float64Array(position + 1);
    let most = Number.NEGATIVE_INFINITY;
    for (let other = from; other <= position; other++) {
      const start = (kvHead * capacity + other) * headDim;
      let dot = 0;
      for (let i = 0; i < headDim; i++) dot += turned[head * headDim + i] * keys[start + i];
      weights[other] = dot / Math.sqrt(headDim);
      most = Math.max(most, weights[other]);
    }
    let total = 0;
    for (let other = from; other <= position; other++) {
      weights[other] = Math.exp(weights[other] - most);
      total += weights[other];
    }
    return weights.map((weight) => weight / total);
  });
}

/** Rotary positions in Hugging Face's order: channel i of a head turns with channel i + headDim / 2. */
function rotated(query: Float32Array, position: number, config: ModelConfig): Float64Array {
  const { speeds, magnitude } = rotarySpeeds(config);
  const half = config.headDim / 2;
  const turned = new Float64Array(query.length);
  for (let start = 0; start < query.length; start += config.headDim) {
    for (let i = 0; i < half; i++) {
      const angle = position * speeds[i];
      const [a, b] = [query[start + i], query[start + half + i]];
      turned[start + i] = magnitude * (a * Math.cos(angle) - b * Math.sin(angle));
      turned[start + half + i] = magnitude * (b * Math.cos(angle) + a * Math.sin(angle));
    }
  }
  return turned;
}
