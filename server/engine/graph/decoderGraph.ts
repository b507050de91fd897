// Builds a decoder with a KV cache as an ONNX graph: embedding, layers, head. Where a model family differs from Llama, the config's options say
// so. Takes weights from a stored model. Never writes the graph's own file and never runs it.

import { type ModelConfig, rotarySpeeds, tablePositions } from "../models/config.ts";
import type { StoredModel } from "../models/modelStore.ts";
import { type Ends, emitBlockEnds, emitFloatEnds } from "./embedding.ts";
import {
  type FloatType,
  floatConstant,
  type Linear,
  linearFp32,
  linearGpu,
  linearRotatedRow8,
  linearRow8,
} from "./linear.ts";
import { DataType, type Dimension, FLOAT_ACTIVATIONS, MICROSOFT, type OnnxGraph } from "./onnxGraph.ts";

/**
 * "row8": for processors; 8-bit weights and activations, activations with one scale per row, most of them rotated. For graphics processors:
 * "gpu8", "gpu4": 8 or 4-bit blocks of 32 times floats; "gpu16": 8-bit blocks times half floats, with a cache of half floats. "fp32": the
 * oracle.
 */
export type Form = "row8" | "fp32" | GpuForm;
export type GpuForm = "gpu8" | "gpu4" | "gpu16";

/** How a form emits its parts. */
export interface FormEmitters {
  linear: Linear;
  ends: (graph: OnnxGraph, model: StoredModel) => Ends;
  floats?: FloatType; // of activations and of the KV cache; default float32
}

function gpuEmitters(bits: 4 | 8, type: FloatType): FormEmitters {
  const arithmetic = { accuracyLevel: FLOAT_ACTIVATIONS, type } as const;
  return {
    linear: linearGpu(bits, type),
    ends: (graph, model) => emitBlockEnds(graph, model, arithmetic),
    floats: type,
  };
}

/** Not rotated: attention's output has no outliers within a row, since each value is a mean over the positions, so rotating it gains nothing. */
const linearRows: Linear = (graph, path, x, weights) =>
  (weights.name.endsWith(".o_proj") ? linearRow8 : linearRotatedRow8)(graph, path, x, weights);

export const FORMS: Record<Form, FormEmitters> = {
  row8: { linear: linearRows, ends: emitBlockEnds },
  fp32: { linear: linearFp32, ends: emitFloatEnds },
  gpu8: gpuEmitters(8, DataType.float32),
  gpu4: gpuEmitters(4, DataType.float32),
  gpu16: gpuEmitters(8, DataType.float16),
};

export const isGpuForm = (form: Form): form is GpuForm => form.startsWith("gpu");

/** The type of the KV cache in a form's graphs. */
export const cacheType = (form: Form): FloatType => FORMS[form].floats ?? DataType.float32;

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

/** What the emitters of a graph's parts receive. */
interface Emission {
  graph: OnnxGraph;
  model: StoredModel;
  linear: Linear;
  floats: FloatType;
}

/** Names of values within a decoder graph, for graphs that tell what its layers do. */
export interface DecoderValues {
  embedded: string; // [1, time, hidden]: what the first layer reads
  queries: readonly string[]; // by layer: [1, time, …], each row begins with the queries of all heads, not rotated yet
  attention: readonly string[]; // by layer: [1, time, hidden], what the attention adds to the residual stream
  mlp: readonly string[]; // by layer: the same of the feed-forward network
  ends: Ends;
}

/**
 * Emits the decoder of `model` into `graph`, and declares all inputs and the output "logits", but no output for the cache:
 * `exposeSharedCache` or `exposeCacheRows` does that. Yields to the event loop after each layer.
 */
export async function emitDecoder(
  graph: OnnxGraph,
  model: StoredModel,
  emitters: FormEmitters,
): Promise<DecoderValues> {
  const { config } = model;
  const { linear, floats = DataType.float32 } = emitters;
  const to: Emission = { graph, model, linear, floats };
  graph.input(GraphNames.inputIds, DataType.int64, [1, "time"]);
  emitRunInputs(to);
  graph.input(GraphNames.logitPositions, DataType.int64, ["asked"]);
  for (let layer = 0; layer < config.layers; layer++) emitCacheInputs(to, layer);
  emitRotaryTables(to);

  const ends = emitters.ends(graph, model);
  const embedded = emitScale(to, ends.look(graph, GraphNames.inputIds)); // [1, time, hidden], like everything up to the head
  const queries: string[] = [];
  const attention: string[] = [];
  const mlp: string[] = [];
  let residual = embedded;
  let normed = emitNorm(to, "/model/layers.0/input_layernorm", "model.layers.0.input_layernorm", residual);
  for (let layer = 0; layer < config.layers; layer++) {
    const attended = emitAttention(to, layer, normed);
    queries.push(attended.queries);
    attention.push(attended.output);
    ({ normed, residual } = emitSkipNorm(to, {
      path: `/model/layers.${layer}/post_attention_layernorm`,
      norm: `model.layers.${layer}.post_attention_layernorm`,
      x: attended.output,
      residual,
    }));
    mlp.push(emitMlp(to, layer, normed));
    const last = layer === config.layers - 1;
    ({ normed, residual } = emitSkipNorm(to, {
      path: last ? "/model/norm" : `/model/layers.${layer + 1}/input_layernorm`,
      norm: last ? "model.norm" : `model.layers.${layer + 1}.input_layernorm`,
      x: mlp[layer],
      residual,
    }));
    await new Promise(setImmediate);
  }
  const asked = graph.node("Gather", "/model/logit_positions/Gather", [normed, GraphNames.logitPositions], {
    attributes: { axis: 1 },
  });
  ends.head(graph, asked, GraphNames.logits);
  graph.output(GraphNames.logits, DataType.float32, [1, "asked", config.vocabSize]);
  return { embedded, queries, attention, mlp, ends };
}

/**
 * Emits one layer alone, in 32-bit floats: "hidden" [1, time, hidden] → "hidden_out". For code that examines a model layer by layer, so that its
 * weights are never all in memory.
 */
export function emitSingleLayer(graph: OnnxGraph, model: StoredModel, linear: Linear, layer: number): void {
  const { hiddenSize } = model.config;
  const to: Emission = { graph, model, linear, floats: DataType.float32 };
  emitRunInputs(to);
  emitCacheInputs(to, layer);
  emitRotaryTables(to);
  const x = graph.input(GraphNames.hidden, DataType.float32, [1, "time", hiddenSize]);
  const [path, name] = [`/model/layers.${layer}`, `model.layers.${layer}`];
  const { normed, residual } = emitSkipNorm(to, {
    path: `${path}/post_attention_layernorm`,
    norm: `${name}.post_attention_layernorm`,
    x: emitAttention(to, layer, emitNorm(to, `${path}/input_layernorm`, `${name}.input_layernorm`, x)).output,
    residual: x,
  });
  graph.node("Add", `${path}/Add`, [residual, emitMlp(to, layer, normed)], { outputs: [GraphNames.hiddenOut] });
  graph.output(GraphNames.hiddenOut, DataType.float32, [1, "time", hiddenSize]);
}

/** Makes the whole cache the graph's outputs: for a runtime that uses the same buffer for past and present, so nothing is copied. */
export function exposeSharedCache(graph: OnnxGraph, config: ModelConfig, type: FloatType = DataType.float32): void {
  for (const { present } of caches(config)) graph.output(present, type, cacheShape(config));
}

/** Makes only the rows that a run adds to the cache outputs: for a runtime that copies every output. */
export function exposeCacheRows(graph: OnnxGraph, config: ModelConfig, type: FloatType = DataType.float32): void {
  graph.input(GraphNames.rowsStart, DataType.int64, [1]);
  graph.input(GraphNames.rowsEnd, DataType.int64, [1]);
  const axis = graph.constant("rows.axis", DataType.int64, [1], BigInt64Array.of(2n));
  for (const { present, rows } of caches(config)) {
    const inputs = [present, GraphNames.rowsStart, GraphNames.rowsEnd, axis];
    graph.node("Slice", `/cache/${rows}/Slice`, inputs, { outputs: [rows] });
    graph.output(rows, type, [1, config.kvHeads, "time", config.headDim]);
  }
}

/** Names of the outputs of the graph that also tells what its layers did, and of the graph that reads a residual stream as the last layer's. */
export const LayerNames = {
  embedded: "layers.embedded", // float32 [1, time, hidden], like the next two
  attention: (layer: number) => `layers.${layer}.attention`,
  mlp: (layer: number) => `layers.${layer}.mlp`,
  queries: (layer: number) => `layers.${layer}.queries`, // float32 [1, time, …]: see `DecoderValues`
  residual: "lens.residual", // float32 [1, rows, hidden]
  lensLogits: "lens.logits", // float32 [1, rows, vocab]
} as const;

/** Makes outputs of what each layer did, for a graph in 32-bit floats. */
export function exposeLayers(graph: OnnxGraph, { hiddenSize, layers }: ModelConfig, values: DecoderValues): void {
  const expose = (value: string, name: string, width: Dimension) => {
    graph.node("Identity", `/layers/${name}/Identity`, [value], { outputs: [name] });
    graph.output(name, DataType.float32, [1, "time", width]);
  };
  expose(values.embedded, LayerNames.embedded, hiddenSize);
  for (let layer = 0; layer < layers; layer++) {
    expose(values.attention[layer], LayerNames.attention(layer), hiddenSize);
    expose(values.mlp[layer], LayerNames.mlp(layer), hiddenSize);
    expose(values.queries[layer], LayerNames.queries(layer), `queries.${layer}`);
  }
}

/** Emits the final norm and the head alone: "lens.residual" → "lens.logits". `graph` holds the decoder's constants. */
export function emitLens(graph: OnnxGraph, model: StoredModel, { ends }: DecoderValues): void {
  const { hiddenSize, vocabSize } = model.config;
  const to: Emission = { graph, model, linear: linearFp32, floats: DataType.float32 };
  const x = graph.input(LayerNames.residual, DataType.float32, [1, "rows", hiddenSize]);
  ends.head(graph, emitNorm(to, "/lens/norm", "model.norm", x), LayerNames.lensLogits);
  graph.output(LayerNames.lensLogits, DataType.float32, [1, "rows", vocabSize]);
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

function emitRunInputs({ graph }: Emission): void {
  graph.input(GraphNames.lastPosition, DataType.int32, [1]);
  graph.input(GraphNames.totalLength, DataType.int32, []);
}

function emitCacheInputs({ graph, model, floats }: Emission, layer: number): void {
  graph.input(GraphNames.pastKey(layer), floats, cacheShape(model.config));
  graph.input(GraphNames.pastValue(layer), floats, cacheShape(model.config));
}

/** Cosines and sines of the rotary embedding, [positions, headDim / 2], computed in double precision. */
function emitRotaryTables({ graph, model, floats }: Emission): void {
  const { config } = model;
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
  floatConstant(graph, "rotary.cos", floats, [positions, half], cos);
  floatConstant(graph, "rotary.sin", floats, [positions, half], sin);
}

function emitScale({ graph, model, floats }: Emission, x: string): string {
  const { embeddingScale } = model.config;
  if (embeddingScale === undefined) return x;
  const scale = floatConstant(graph, "embedding.scale", floats, [], Float32Array.of(embeddingScale));
  return graph.node("Mul", "/model/embed_tokens/Mul", [x, scale]);
}

/** The tensor `name`, a vector, as a constant; emitted once. */
function emitVector({ graph, model, floats }: Emission, name: string): string {
  if (graph.has(name)) return name;
  const values = model.dequantise(name);
  return floatConstant(graph, name, floats, [values.length], values);
}

/** The weights of the norm `norm`; where it is a LayerNorm, its bias too. */
function emitNormVectors(to: Emission, norm: string): string[] {
  const weight = emitVector(to, `${norm}.weight`);
  return to.model.config.layerNorm ? [weight, emitVector(to, `${norm}.bias`)] : [weight];
}

function emitNorm(to: Emission, path: string, norm: string, x: string): string {
  const { layerNorm, normEps } = to.model.config;
  const operator = layerNorm ? "LayerNormalization" : "SimplifiedLayerNormalization";
  return to.graph.node(operator, `${path}/LayerNorm`, [x, ...emitNormVectors(to, norm)], {
    attributes: { axis: -1, epsilon: { float: normEps }, stash_type: 1 },
  });
}

/** residual + x, and its norm. */
function emitSkipNorm(
  to: Emission,
  { path, norm, x, residual }: { path: string; norm: string; x: string; residual: string },
): { normed: string; residual: string } {
  const { layerNorm, normEps } = to.model.config;
  const outputs = [`${path}/output_0`, "", "", `${path}/residual`]; // normed, (mean), (variance), sum
  const operator = layerNorm ? "SkipLayerNormalization" : "SkipSimplifiedLayerNormalization";
  to.graph.node(operator, `${path}/SkipLayerNorm`, [x, residual, ...emitNormVectors(to, norm)], {
    domain: MICROSOFT,
    outputs,
    attributes: { epsilon: { float: normEps } },
  });
  return { normed: outputs[0], residual: outputs[3] };
}

interface LinearPlace {
  path: string;
  fused: string; // name of the fused layer
  matrices: string[]; // names of its parts, such as "model.layers.0.self_attn.q_proj"
  inputs: number;
  hasBias?: boolean;
}

/** A linear layer of one or several matrices, with their biases. */
function emitLinear({ graph, model, linear, floats }: Emission, x: string, place: LinearPlace): string {
  const { path, fused, matrices, inputs, hasBias } = place;
  const weights = matrices.map((name) => model.dequantise(`${name}.weight`));
  const y = linear(graph, path, x, { name: fused, matrices: weights, inputs });
  if (!hasBias) return y;
  const biases = Float32Array.from(matrices.flatMap((name) => [...model.dequantise(`${name}.bias`)]));
  return graph.node("Add", `${path}/Bias`, [y, floatConstant(graph, `${fused}.bias`, floats, [biases.length], biases)]);
}

/**
 * Grouped-query attention with rotary positions; the queries, keys and values come from one fused projection.
 * @returns its output, and the value whose rows begin with the queries
 */
function emitAttention(to: Emission, layer: number, x: string): { output: string; queries: string } {
  const { config } = to.model;
  const path = `/model/layers.${layer}/self_attn`;
  const name = `model.layers.${layer}.self_attn`;
  const qkv = emitLinear(to, x, {
    path: `${path}/qkv_proj`,
    fused: `${name}.qkv_proj`,
    matrices: ["q", "k", "v"].map((part) => `${name}.${part}_proj`),
    inputs: config.hiddenSize,
    hasBias: config.queryBias,
  }); // [1, time, (heads + 2 kvHeads) * headDim]
  const taken = config.queryKeyNorm ? emitHeadNorms(to, path, name, qkv) : [qkv, "", ""];
  const attended = `${path}/GroupQueryAttention/output_0`; // [1, time, heads * headDim]
  const inputs = [...taken, GraphNames.pastKey(layer), GraphNames.pastValue(layer)];
  inputs.push(GraphNames.lastPosition, GraphNames.totalLength, "rotary.cos", "rotary.sin");
  to.graph.node("GroupQueryAttention", `${path}/GroupQueryAttention`, inputs, {
    domain: MICROSOFT,
    outputs: [attended, GraphNames.presentKey(layer), GraphNames.presentValue(layer)],
    attributes: {
      num_heads: config.heads,
      kv_num_heads: config.kvHeads,
      do_rotary: 1,
      rotary_interleaved: 0, // Hugging Face's channel order: halves, not pairs
      ...(config.slidingWindow !== undefined && { local_window_size: config.slidingWindow }),
    },
  });
  const output = emitLinear(to, attended, {
    path: `${path}/o_proj`,
    fused: `${name}.o_proj`,
    matrices: [`${name}.o_proj`],
    inputs: config.heads * config.headDim,
    hasBias: config.outputBias,
  });
  return { output, queries: taken[0] };
}

/** Splits `qkv` and takes the RMS norm of each head of the queries and of the keys. @returns queries, keys, values */
function emitHeadNorms(to: Emission, path: string, name: string, qkv: string): string[] {
  const { graph, model } = to;
  const { heads, kvHeads, headDim, normEps } = model.config;
  const shapeOf = (constant: string, ...dims: number[]) =>
    graph.has(constant)
      ? constant
      : graph.constant(constant, DataType.int64, [dims.length], BigInt64Array.from(dims, BigInt));
  const sizes = shapeOf("qkv.sizes", heads * headDim, kvHeads * headDim, kvHeads * headDim);
  const parts = ["q", "k", "v"].map((part) => `${path}/Split/${part}`);
  graph.node("Split", `${path}/Split`, [qkv, sizes], { outputs: parts, attributes: { axis: -1 } });
  const normed = (part: "q" | "k", x: string, count: number) => {
    const perHead = shapeOf(`${part}.per_head`, 0, 0, count, headDim); // 0: unchanged
    const joined = shapeOf(`${part}.joined`, 0, 0, count * headDim);
    const weight = emitVector(to, `${name}.${part}_norm.weight`);
    const apart = graph.node("Reshape", `${path}/${part}_norm/Reshape`, [x, perHead]); // [1, time, heads, headDim]
    const norm = graph.node("SimplifiedLayerNormalization", `${path}/${part}_norm/LayerNorm`, [apart, weight], {
      attributes: { axis: -1, epsilon: { float: normEps }, stash_type: 1 },
    });
    return graph.node("Reshape", `${path}/${part}_norm/Join`, [norm, joined]);
  };
  return [normed("q", parts[0], heads), normed("k", parts[1], kvHeads), parts[2]];
}

/** down(act(gate(x)) * up(x)), or down(act(up(x))) where there is no gate. */
function emitMlp(to: Emission, layer: number, x: string): string {
  const { graph, model } = to;
  const { hiddenSize, ffnSize, mlpBias, ungatedMlp } = model.config;
  const path = `/model/layers.${layer}/mlp`;
  const project = (part: string, input: string, inputs: number) => {
    const name = `model.layers.${layer}.mlp.${part}_proj`;
    return emitLinear(to, input, {
      path: `${path}/${part}_proj`,
      fused: name,
      matrices: [name],
      inputs,
      hasBias: mlpBias,
    });
  };
  if (ungatedMlp) return project("down", emitActivation(to, path, project("up", x, hiddenSize)), ffnSize);
  const gate = project("gate", x, hiddenSize);
  const up = project("up", x, hiddenSize);
  const product = graph.node("Mul", `${path}/Mul`, [emitActivation(to, path, gate), up]);
  return project("down", product, ffnSize);
}

function emitActivation({ graph, model }: Emission, path: string, x: string): string {
  if (model.config.activation === "gelu") return graph.node("FastGelu", `${path}/GELU`, [x], { domain: MICROSOFT }); // the tanh approximation
  // QuickGelu with alpha 1 is x * sigmoid(x), that is SiLU.
  return graph.node("QuickGelu", `${path}/SiLU`, [x], { domain: MICROSOFT, attributes: { alpha: { float: 1 } } });
}
