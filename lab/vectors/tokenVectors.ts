// The embedded model's input embeddings as text vectors: a mean of the tokens, the rare ones counting more, without what all texts share.
// Arora, Liang and Ma, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings" (2017): weight a / (a + p), first principal component removed.

import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { openModel } from "../../server/engine/models/modelStore.ts";
import { EMBEDDING } from "../../server/engine/models/tensors.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import { chunkText, dot, type Embedder, normalise } from "./embedder.ts";

const A = 1e-3;
const POWER_STEPS = 20;

/** @param texts of other packages: tell how frequent tokens are and what all texts share */
export async function sifEmbedder(texts: readonly string[]): Promise<Embedder> {
  const dir = embeddedModelDir();
  const [model, tokenizer] = await Promise.all([openModel(dir), loadTokenizer(dir)]);
  const dims = model.config.hiddenSize;
  const table = model.dequantise(EMBEDDING);
  const counts = new Float64Array(model.config.vocabSize).fill(1);
  const encoded = texts.map((text) => tokenizer.encode(text));
  for (const ids of encoded) for (const id of ids) counts[id]++;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const weights = Float32Array.from(counts, (count) => A / (A + count / total));
  const weighted = (ids: readonly number[]): Float32Array => {
    const vector = new Float32Array(dims);
    for (const id of ids) for (let d = 0; d < dims; d++) vector[d] += weights[id] * table[id * dims + d];
    return normalise(vector);
  };
  const shared = principal(encoded.map(weighted), dims);
  const embed = (text: string): Float32Array => {
    const vector = weighted(tokenizer.encode(text));
    const along = dot(vector, shared);
    for (let d = 0; d < dims; d++) vector[d] -= along * shared[d];
    return normalise(vector);
  };
  return {
    name: "(c) token embeddings, SIF",
    bytesPerChunk: dims,
    query: embed,
    chunk: (chunk) => embed(chunkText(chunk)),
  };
}

/** The first principal component, not centred, by power iteration. */
function principal(vectors: readonly Float32Array[], dims: number): Float32Array {
  let direction = normalise(new Float32Array(dims).fill(1));
  for (let step = 0; step < POWER_STEPS; step++) {
    const next = new Float32Array(dims);
    for (const vector of vectors) {
      const along = dot(vector, direction);
      for (let d = 0; d < dims; d++) next[d] += along * vector[d];
    }
    direction = normalise(next);
  }
  return direction;
}
