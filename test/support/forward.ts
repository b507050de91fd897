// The oracle of every graph and runtime: a plain implementation of a decoder's forward pass, for all families. Slow; no cache, no quantised
// arithmetic.

import { type ModelConfig, rotarySpeeds } from "../../server/engine/models/config.ts";
import type { StoredModel } from "../../server/engine/models/modelStore.ts";

/** W x, with W [rows, x.length] row-major; `name` is the linear layer's, such as "mlp.up_proj" or "lm_head". */
type Multiply = (weights: Float32Array, x: Float64Array, name: string) => Float64Array;

/** What a forward pass did on its way. */
export interface ForwardTrace {
  embedded: Float64Array[]; // [time][hidden]
  attention: Float64Array[][]; // [layers][time][hidden]: what it added to the residual stream
  mlp: Float64Array[][];
  weights: number[][][][]; // [layers][time][heads][positions attended]
}

export const newTrace = (): ForwardTrace => ({ embedded: [], attention: [], mlp: [], weights: [] });

/**
 * Logits after each of `tokens`: [time][vocab].
 * @param linear how matrices are multiplied, for oracles of quantised forms
 * @param trace is filled, if given
 */
export function forward(
  model: StoredModel,
  tokens: readonly number[],
  linear: Multiply = multiply,
  trace: ForwardTrace = newTrace(),
): Float32Array[] {
  const { config } = model;
  const { hiddenSize, vocabSize, heads, kvHeads, headDim, slidingWindow = Number.POSITIVE_INFINITY } = config;
  const embedding = model.dequantise("model.embed_tokens.weight");
  const head = config.tiedEmbeddings ? embedding : model.dequantise("lm_head.weight");
  const hidden = tokens.map((id) =>
    Float64Array.from(
      embedding.subarray(id * hiddenSize, (id + 1) * hiddenSize),
      (value) => value * (config.embeddingScale ?? 1),
    ),
  );
  trace.embedded = hidden.map((x) => x.slice());
  const norm = (x: Float64Array, name: string) => {
    const weight = model.dequantise(`${name}.weight`);
    return config.layerNorm
      ? layerNorm(x, weight, model.dequantise(`${name}.bias`), config.normEps)
      : rmsNorm(x, weight, config.normEps);
  };
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `model.layers.${layer}`;
    const project = (name: string) => {
      const weights = model.dequantise(`${prefix}.${name}.weight`);
      const bias = model.tensors.has(`${prefix}.${name}.bias`) ? model.dequantise(`${prefix}.${name}.bias`) : undefined;
      return (x: Float64Array) => linear(weights, x, name).map((y, i) => y + (bias?.[i] ?? 0));
    };
    const turned = (part: "q" | "k") => {
      const weight = config.queryKeyNorm && model.dequantise(`${prefix}.self_attn.${part}_norm.weight`);
      return (x: Float64Array, position: number) => rotary(weight ? normHeads(x, weight, config) : x, position, config);
    };

    const normed = hidden.map((x) => norm(x, `${prefix}.input_layernorm`));
    const queries = normed.map(project("self_attn.q_proj")).map(turned("q")); // [time][heads * headDim]
    const keys = normed.map(project("self_attn.k_proj")).map(turned("k")); // [time][kvHeads * headDim]
    const values = normed.map(project("self_attn.v_proj"));
    const looked: number[][][] = [];
    const attended = queries.map((query, t) => {
      const from = Math.max(0, t + 1 - slidingWindow);
      looked[t] = [];
      return attend(query, keys.slice(from, t + 1), values.slice(from, t + 1), { heads, kvHeads, headDim }, looked[t]);
    });
    const added = attended.map(project("self_attn.o_proj"));
    for (const [t, x] of added.entries()) addTo(hidden[t], x);
    trace.weights.push(looked);
    trace.attention.push(added);

    const activate = config.activation === "gelu" ? gelu : silu;
    const [up, down] = ["mlp.up_proj", "mlp.down_proj"].map(project);
    const gate = config.ungatedMlp ? undefined : project("mlp.gate_proj");
    const fed = hidden.map((x) => {
      const y = norm(x, `${prefix}.post_attention_layernorm`);
      const ups = up(y);
      return down(gate ? gate(y).map((g, i) => activate(g) * ups[i]) : ups.map(activate));
    });
    for (const [t, x] of fed.entries()) addTo(hidden[t], x);
    trace.mlp.push(fed);
  }
  return hidden.map((x) => {
    const logits = Float32Array.from(linear(head, norm(x, "model.norm"), "lm_head"));
    if (logits.length !== vocabSize) throw new Error("the head does not fit the vocabulary");
    return logits;
  });
}

const silu = (x: number): number => x / (1 + Math.exp(-x));

/** The tanh approximation (Hendrycks and Gimpel 2016, arXiv:1606.08415). */
const gelu = (x: number): number => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/** The plain product, in double precision. */
function multiply(weights: Float32Array, x: Float64Array): Float64Array {
  const y = new Float64Array(weights.length / x.length);
  for (let row = 0; row < y.length; row++) {
    let total = 0;
    for (let col = 0; col < x.length; col++) total += weights[row * x.length + col] * x[col];
    y[row] = total;
  }
  return y;
}

function addTo(target: Float64Array, x: Float64Array): void {
  for (let i = 0; i < x.length; i++) target[i] += x[i];
}

function rmsNorm(x: Float64Array, weight: Float32Array, eps: number): Float64Array {
  const meanSquare = x.reduce((sum, v) => sum + v * v, 0) / x.length;
  return x.map((v, i) => (v / Math.sqrt(meanSquare + eps)) * weight[i]);
}

function layerNorm(x: Float64Array, weight: Float32Array, bias: Float32Array, eps: number): Float64Array {
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
  const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length;
  return x.map((v, i) => ((v - mean) / Math.sqrt(variance + eps)) * weight[i] + bias[i]);
}

/** The RMS norm of each head. */
function normHeads(x: Float64Array, weight: Float32Array, { headDim, normEps }: ModelConfig): Float64Array {
  const y = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += headDim)
    y.set(rmsNorm(x.subarray(start, start + headDim), weight, normEps), start);
  return y;
}

/** Rotary positions in Hugging Face's order: channel i of a head turns with channel i + headDim / 2. */
function rotary(x: Float64Array, position: number, config: ModelConfig): Float64Array {
  const { headDim } = config;
  const { speeds, magnitude } = rotarySpeeds(config);
  const y = new Float64Array(x.length);
  const half = headDim / 2;
  for (let start = 0; start < x.length; start += headDim) {
    for (let i = 0; i < half; i++) {
      const angle = position * speeds[i];
      const [a, b] = [x[start + i], x[start + half + i]];
      y[start + i] = magnitude * (a * Math.cos(angle) - b * Math.sin(angle));
      y[start + half + i] = magnitude * (b * Math.cos(angle) + a * Math.sin(angle));
    }
  }
  return y;
}

/** Causal attention of one position; each key and value head serves heads / kvHeads query heads. Adds each head's weights to `looked`. */
function attend(
  query: Float64Array,
  keys: Float64Array[],
  values: Float64Array[],
  { heads, kvHeads, headDim }: Pick<ModelConfig, "heads" | "kvHeads" | "headDim">,
  looked: number[][],
): Float64Array {
  const out = new Float64Array(heads * headDim);
  for (let head = 0; head < heads; head++) {
    const from = Math.floor((head * kvHeads) / heads) * headDim;
    const scores = keys.map((key) => {
      let dot = 0;
      for (let i = 0; i < headDim; i++) dot += query[head * headDim + i] * key[from + i];
      return dot / Math.sqrt(headDim);
    });
    const largest = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - largest));
    const total = weights.reduce((sum, w) => sum + w, 0);
    looked.push(weights.map((weight) => weight / total));
    for (const [t, value] of values.entries()) {
      for (let i = 0; i < headDim; i++) out[head * headDim + i] += (weights[t] / total) * value[from + i];
    }
  }
  return out;
}
