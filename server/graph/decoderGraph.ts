// A decoder with a KV cache as an ONNX graph: embedding, layers, head; what a family has and Llama has not by the config's options. Takes
// weights from a stored model. Never writes the graph's own file and never runs it.

import { type ModelConfig, rotarySpeeds, tablePositions } from "../models/config.ts";
import type { StoredModel } from "../models/modelStore.ts";
import { type Ends, emitBlockEnds, emitFloatEnds } from "./embedding.ts";
import { type Linear, linearBlock4, linearBlock8, linearFp32, linearRow8 } from "./linear.ts";
import { DataType, type Dimension, MICROSOFT, type OnnxGraph } from "./onnxGraph.ts";

/**
 * "row8": 8-bit weights and activations, activations with one scale per row: what ships. "fp32": the oracle. The others are there to
 * compare with (`scripts/model/compareForms.ts`): blocks of 32 with 8 or 4 bits, and rows with the feed-forward layers in 4-bit blocks.
 */
export type Form = "row8" | "fp32" | "block8" | "block4" | "mixed4";

/** How a form emits its parts. */
export interface FormEmitters {
  linear: Linear;
  ends: (graph: OnnxGraph, model: StoredModel) => Ends;
}

export const FORMS: Record<Form, FormEmitters> = {
  row8: { linear: linearRow8, ends: emitBlockEnds },
  fp32: { linear: linearFp32, ends: emitFloatEnds },
  block8: { linear: linearBlock8, ends: emitBlockEnds },
  block4: { linear: linearBlock4, ends: emitBlockEnds },
  mixed4: {
    linear: (graph, path, x, weights) =>
      (weights.name.includes(".mlp.") ? linearBlock4 : linearRow8)(graph, path, x, weights),
    ends: emitBlockEnds,
  },
};

/** Names of the graph's inputs and outputs; the runtime binds them. */
export const GraphNames = {
  inputIds: "input_ids", // int64 [1, time]
  logitPositions: "logit_positions", // int64 [asked]: indices into this run's tokens
  lastPosition: "last_position", // int32 [1]: past + time - 1
  totalLength: "total_length", // int32 []: past + time
  logits: "logits", // float32 [1, asked, vocab]
  pastKey: (layer: number) => `past.${layer}.key`, // float32 [1, kvHeads, capacity, headDim]
  pastValue: (layer: number) => `past.${layer}.value`,
  presentKey: (layer: number) => `present.${layer}.key`, // the same buffer as pastKey, in the shared-cache graph
  presentValue: (layer: number) => `present.${layer}.value`,
  // Only in the graph of a single layer:
  hidden: "hidden", // float32 [1, time, hidden]
  hiddenOut: "hidden_out",
  // Only in the graph for runtimes that cannot share the cache's buffers:
  rowsStart: "rows_start", // int64 [1]: past
  rowsEnd: "rows_end", // int64 [1]: past + time
  keyRows: (layer: number) => `rows.${layer}.key`, // float32 [1, kvHeads, time, headDim]: what this run adds to the cache
  valueRows: (layer: number) => `rows.${layer}.value`,
} as const;

/**
 * Emits the decoder of `model` into `graph`, and declares all inputs and the output "logits", but no output for the cache:
 * `exposeSharedCache` or `exposeCacheRows` does that. Yields to the event loop after each layer.
 */
export async function emitDecoder(graph: OnnxGraph, model: StoredModel, emitters: FormEmitters): Promise<void> {
  const { config } = model;
  const { linear } = emitters;
  emitInputs(graph, config);
  emitRotaryTables(graph, config);

  const ends = emitters.ends(graph, model);
  let residual = emitScale(graph, config, ends.look(graph, GraphNames.inputIds)); // [1, time, hidden], as everything up to the head
  let normed = emitNorm(graph, model, "/model/layers.0/input_layernorm", "model.layers.0.input_layernorm", residual);
  for (let layer = 0; layer < config.layers; layer++) {
    const attention = emitAttention(graph, model, linear, layer, normed);
    ({ normed, residual } = emitSkipNorm(graph, model, {
      path: `/model/layers.${layer}/post_attention_layernorm`,
      norm: `model.layers.${layer}.post_attention_layernorm`,
      x: attention,
      residual,
    }));
    const mlp = emitMlp(graph, model, linear, layer, normed);
    const last = layer === config.layers - 1;
    ({ normed, residual } = emitSkipNorm(graph, model, {
      path: last ? "/model/norm" : `/model/layers.${layer + 1}/input_layernorm`,
      norm: last ? "model.norm" : `model.layers.${layer + 1}.input_layernorm`,
      x: mlp,
      residual,
    }));
    await new Promise(setImmediate);
  }
  const asked = graph.node("Gather", "/model/logit_positions/Gather", [normed, GraphNames.logitPositions], {
    attributes: { axis: 1 },
  });
  ends.head(graph, asked, GraphNames.logits);
  graph.output(GraphNames.logits, DataType.float32, [1, "asked", config.vocabSize]);
}

/**
 * Emits one layer alone: "hidden" [1, time, hidden] → "hidden_out". For what looks at a model layer by layer, whose weights are never in
 * memory together.
 */
export function emitSingleLayer(graph: OnnxGraph, model: StoredModel, linear: Linear, layer: number): void {
  const { config } = model;
  emitRunInputs(graph);
  emitCacheInputs(graph, config, layer);
  emitRotaryTables(graph, config);
  const x = graph.input(GraphNames.hidden, DataType.float32, [1, "time", config.hiddenSize]);
  const [path, name] = [`/model/layers.${layer}`, `model.layers.${layer}`];
  const norm = emitNorm(graph, model, `${path}/input_layernorm`, `${name}.input_layernorm`, x);
  const { normed, residual } = emitSkipNorm(graph, model, {
    path: `${path}/post_attention_layernorm`,
    norm: `${name}.post_attention_layernorm`,
    x: emitAttention(graph, model, linear, layer, norm),
    residual: x,
  });
  const mlp = emitMlp(graph, model, linear, layer, normed);
  graph.node("Add", `${path}/Add`, [residual, mlp], { outputs: [GraphNames.hiddenOut] });
  graph.output(GraphNames.hiddenOut, DataType.float32, [1, "time", config.hiddenSize]);
}

/** Makes the whole cache the graph's outputs: for a runtime that gives past and present the same buffer, so nothing is copied. */
export function exposeSharedCache(graph: OnnxGraph, config: ModelConfig): void {
  for (const { present } of caches(config)) graph.output(present, DataType.float32, cacheShape(config));
}

/** Makes only the rows that a run adds to the cache outputs: for a runtime that copies every output. */
export function exposeCacheRows(graph: OnnxGraph, config: ModelConfig): void {
  graph.input(GraphNames.rowsStart, DataType.int64, [1]);
  graph.input(GraphNames.rowsEnd, DataType.int64, [1]);
  const axis = graph.constant("rows.axis", DataType.int64, [1], BigInt64Array.of(2n));
  for (const { present, rows } of caches(config)) {
    const inputs = [present, GraphNames.rowsStart, GraphNames.rowsEnd, axis];
    graph.node("Slice", `/cache/${rows}/Slice`, inputs, { outputs: [rows] });
    graph.output(rows, DataType.float32, [1, config.kvHeads, "time", config.headDim]);
  }
}

function* caches(config: ModelConfig): Generator<{ present: string; rows: string }> {
  for (let layer = 0; layer < config.layers; layer++) {
    yield { present: GraphNames.presentKey(layer), rows: GraphNames.keyRows(layer) };
    yield { present: GraphNames.presentValue(layer), rows: GraphNames.valueRows(layer) };
  }
}

function cacheShape(config: ModelConfig): Dimension[] {
  return [1, config.kvHeads, "capacity", config.headDim];
}

function emitInputs(graph: OnnxGraph, config: ModelConfig): void {
  graph.input(GraphNames.inputIds, DataType.int64, [1, "time"]);
  emitRunInputs(graph);
  graph.input(GraphNames.logitPositions, DataType.int64, ["asked"]);
  for (let layer = 0; layer < config.layers; layer++) emitCacheInputs(graph, config, layer);
}

function emitRunInputs(graph: OnnxGraph): void {
  graph.input(GraphNames.lastPosition, DataType.int32, [1]);
  graph.input(GraphNames.totalLength, DataType.int32, []);
}

function emitCacheInputs(graph: OnnxGraph, config: ModelConfig, layer: number): void {
  graph.input(GraphNames.pastKey(layer), DataType.float32, cacheShape(config));
  graph.input(GraphNames.pastValue(layer), DataType.float32, cacheShape(config));
}

/** Cosines and sines of the rotary embedding, [positions, headDim / 2], computed in double precision. */
function emitRotaryTables(graph: OnnxGraph, config: ModelConfig): void {
  const positions = tablePositions(config);
  const half = config.headDim / 2;
  const { speeds, magnitude } = rotarySpeeds(config);
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * speeds[i];
      cos[position * half + i] = magnitude * Math.cos(angle);
      sin[position * half + i] = magnitude * Math.sin(angle);
    }
  }
  graph.constant("rotary.cos", DataType.float32, [positions, half], cos);
  graph.constant("rotary.sin", DataType.float32, [positions, half], sin);
}

function emitScale(graph: OnnxGraph, { embeddingScale }: ModelConfig, x: string): string {
  if (embeddingScale === undefined) return x;
  const scale = graph.constant("embedding.scale", DataType.float32, [], Float32Array.of(embeddingScale));
  return graph.node("Mul", "/model/embed_tokens/Mul", [x, scale]);
}

/** The tensor `name`, a vector, as a constant. */
function emitVector(graph: OnnxGraph, model: StoredModel, name: string): string {
  const values = model.dequantise(name);
  return graph.constant(name, DataType.float32, [values.length], values);
}

/** The weights of the norm `norm`; where it is a LayerNorm, its bias too. */
function emitNormVectors(graph: OnnxGraph, model: StoredModel, norm: string): string[] {
  const weight = emitVector(graph, model, `${norm}.weight`);
  return model.config.layerNorm ? [weight, emitVector(graph, model, `${norm}.bias`)] : [weight];
}

function emitNorm(graph: OnnxGraph, model: StoredModel, path: string, norm: string, x: string): string {
  const { layerNorm, normEps } = model.config;
  const operator = layerNorm ? "LayerNormalization" : "SimplifiedLayerNormalization";
  return graph.node(operator, `${path}/LayerNorm`, [x, ...emitNormVectors(graph, model, norm)], {
    attributes: { axis: -1, epsilon: { float: normEps }, stash_type: 1 },
  });
}

/** residual + x, and its norm. */
function emitSkipNorm(
  graph: OnnxGraph,
  model: StoredModel,
  { path, norm, x, residual }: { path: string; norm: string; x: string; residual: string },
): { normed: string; residual: string } {
  const { layerNorm, normEps } = model.config;
  const outputs = [`${path}/output_0`, "", "", `${path}/residual`]; // normed, (mean), (variance), sum
  const operator = layerNorm ? "SkipLayerNormalization" : "SkipSimplifiedLayerNormalization";
  graph.node(operator, `${path}/SkipLayerNorm`, [x, residual, ...emitNormVectors(graph, model, norm)], {
    domain: MICROSOFT,
    outputs,
    attributes: { epsilon: { float: normEps } },
  });
  return { normed: outputs[0], residual: outputs[3] };
}

/** A linear layer of one or several matrices below `name`, such as "model.layers.0.self_attn", with their biases. */
function emitLinear(
  graph: OnnxGraph,
  model: StoredModel,
  linear: Linear,
  x: string,
  layer: { path: string; fused: string; matrices: string[]; inputs: number; hasBias?: boolean },
): string {
  const { path, fused, matrices, inputs, hasBias } = layer;
  const y = linear(graph, path, x, {
    name: fused,
    matrices: matrices.map((name) => model.dequantise(`${name}.weight`)),
    inputs,
  });
  if (!hasBias) return y;
  const biases = matrices.map((name) => model.dequantise(`${name}.bias`));
  const joined = new Float32Array(biases.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const bias of biases) {
    joined.set(bias, start);
    start += bias.length;
  }
  const bias = graph.constant(`${fused}.bias`, DataType.float32, [joined.length], joined);
  return graph.node("Add", `${path}/Bias`, [y, bias]);
}

/** Grouped-query attention with rotary positions; the queries, keys and values come from one fused projection. */
function emitAttention(graph: OnnxGraph, model: StoredModel, linear: Linear, layer: number, x: string): string {
  const { config } = model;
  const path = `/model/layers.${layer}/self_attn`;
  const name = `model.layers.${layer}.self_attn`;
  const qkv = emitLinear(graph, model, linear, x, {
    path: `${path}/qkv_proj`,
    fused: `${name}.qkv_proj`,
    matrices: ["q", "k", "v"].map((part) => `${name}.${part}_proj`),
    inputs: config.hiddenSize,
    hasBias: config.queryBias,
  }); // [1, time, (heads + 2 kvHeads) * headDim]
  const taken = config.queryKeyNorm ? emitHeadNorms(graph, model, path, name, qkv) : [qkv, "", ""];
  const attended = `${path}/GroupQueryAttention/output_0`; // [1, time, heads * headDim]
  const inputs = [...taken, GraphNames.pastKey(layer), GraphNames.pastValue(layer)];
  inputs.push(GraphNames.lastPosition, GraphNames.totalLength, "rotary.cos", "rotary.sin");
  graph.node("GroupQueryAttention", `${path}/GroupQueryAttention`, inputs, {
    domain: MICROSOFT,
    outputs: [attended, GraphNames.presentKey(layer), GraphNames.presentValue(layer)],
    attributes: {
      num_heads: config.heads,
      kv_num_heads: config.kvHeads,
      do_rotary: 1,
      rotary_interleaved: 0, // Hugging Face's order of channels: halves, not pairs
      ...(config.slidingWindow !== undefined && { local_window_size: config.slidingWindow }),
    },
  });
  return emitLinear(graph, model, linear, attended, {
    path: `${path}/o_proj`,
    fused: `${name}.o_proj`,
    matrices: [`${name}.o_proj`],
    inputs: config.heads * config.headDim,
    hasBias: config.outputBias,
  });
}

/** Cuts `qkv` apart and takes the RMS norm of each head of the queries and of the keys. @returns queries, keys, values */
function emitHeadNorms(graph: OnnxGraph, model: StoredModel, path: string, name: string, qkv: string): string[] {
  const { heads, kvHeads, headDim, normEps } = model.config;
  const shapeOf = (constant: string, ...dims: number[]) =>
    graph.has(constant)
      ? constant
      : graph.constant(constant, DataType.int64, [dims.length], BigInt64Array.from(dims, BigInt));
  const sizes = shapeOf("qkv.sizes", heads * headDim, kvHeads * headDim, kvHeads * headDim);
  const parts = ["q", "k", "v"].map((part) => `${path}/Split/${part}`);
  graph.node("Split", `${path}/Split`, [qkv, sizes], { outputs: parts, attributes: { axis: -1 } });
  const normed = (part: "q" | "k", x: string, count: number) => {
    const perHead = shapeOf(`${part}.per_head`, 0, 0, count, headDim); // 0: as it is
    const joined = shapeOf(`${part}.joined`, 0, 0, count * headDim);
    const weight = emitVector(graph, model, `${name}.${part}_norm.weight`);
    const apart = graph.node("Reshape", `${path}/${part}_norm/Reshape`, [x, perHead]); // [1, time, heads, headDim]
    const norm = graph.node("SimplifiedLayerNormalization", `${path}/${part}_norm/LayerNorm`, [apart, weight], {
      attributes: { axis: -1, epsilon: { float: normEps }, stash_type: 1 },
    });
    return graph.node("Reshape", `${path}/${part}_norm/Join`, [norm, joined]);
  };
  return [normed("q", parts[0], heads), normed("k", parts[1], kvHeads), parts[2]];
}

/** down(act(gate(x)) * up(x)), or down(act(up(x))) where there is no gate. */
function emitMlp(graph: OnnxGraph, model: StoredModel, linear: Linear, layer: number, x: string): string {
  const { config } = model;
  const path = `/model/layers.${layer}/mlp`;
  const project = (part: string, input: string, inputs: number) => {
    const name = `model.layers.${layer}.mlp.${part}_proj`;
    const place = { path: `${path}/${part}_proj`, fused: name, matrices: [name], inputs, hasBias: config.mlpBias };
    return emitLinear(graph, model, linear, input, place);
  };
  if (config.ungatedMlp) {
    const up = project("up", x, config.hiddenSize);
    return project("down", emitActivation(graph, config, path, up), config.ffnSize);
  }
  const gate = project("gate", x, config.hiddenSize);
  const up = project("up", x, config.hiddenSize);
  const product = graph.node("Mul", `${path}/Mul`, [emitActivation(graph, config, path, gate), up]);
  return project("down", product, config.ffnSize);
}

function emitActivation(graph: OnnxGraph, { activation }: ModelConfig, path: string, x: string): string {
  if (activation === "gelu") return graph.node("FastGelu", `${path}/GELU`, [x], { domain: MICROSOFT }); // by tanh
  // QuickGelu with alpha 1 is x * sigmoid(x), that is SiLU.
  return graph.node("QuickGelu", `${path}/SiLU`, [x], { domain: MICROSOFT, attributes: { alpha: { float: 1 } } });
}
