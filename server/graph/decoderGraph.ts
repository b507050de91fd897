// A llama-like decoder with a KV cache as an ONNX graph: embedding, layers, head. Takes weights from a stored model.
// Never writes the graph's own file and never runs it.

import type { ModelConfig } from "../models/config.ts";
import type { StoredModel } from "../models/modelStore.ts";
import { modelUnsupported } from "../protocol/errors.ts";
import { emitBlockEmbedding, emitFloatEmbedding, type TiedEmbedding } from "./embedding.ts";
import {
  type FloatType,
  floatConstant,
  type Linear,
  linearBlock4,
  linearBlock8,
  linearFp32,
  linearGpu,
  linearRow8,
} from "./linear.ts";
import { DataType, type Dimension, FLOAT_ACTIVATIONS, MICROSOFT, type OnnxGraph } from "./onnxGraph.ts";

/**
 * "row8": 8-bit weights and activations, activations with one scale per row: what processors run. "gpu8", "gpu4": 8 or 4-bit blocks of 32
 * times floats; "gpu16": 8-bit blocks times half floats, with a cache of half floats: what graphics processors run. "fp32": the oracle.
 * The others are there to compare with (`scripts/model/compareForms.ts`): blocks of 32 with 8 or 4 bits, and rows with the feed-forward
 * layers in 4-bit blocks.
 */
export type Form = "row8" | "fp32" | "block8" | "block4" | "mixed4" | GpuForm;
export type GpuForm = "gpu8" | "gpu4" | "gpu16";

/** How a form emits its parts. */
export interface FormEmitters {
  linear: Linear;
  embedding: (graph: OnnxGraph, model: StoredModel) => TiedEmbedding;
  floats?: FloatType; // of activations and of the KV cache; default float32
}

function gpuEmitters(bits: 4 | 8, type: FloatType): FormEmitters {
  const arithmetic = { accuracyLevel: FLOAT_ACTIVATIONS, type } as const;
  return {
    linear: linearGpu(bits, type),
    embedding: (graph, model) => emitBlockEmbedding(graph, model, arithmetic),
    floats: type,
  };
}

export const FORMS: Record<Form, FormEmitters> = {
  row8: { linear: linearRow8, embedding: emitBlockEmbedding },
  fp32: { linear: linearFp32, embedding: emitFloatEmbedding },
  block8: { linear: linearBlock8, embedding: emitBlockEmbedding },
  block4: { linear: linearBlock4, embedding: emitBlockEmbedding },
  mixed4: {
    linear: (graph, path, x, weights) =>
      (weights.name.includes(".mlp.") ? linearBlock4 : linearRow8)(graph, path, x, weights),
    embedding: emitBlockEmbedding,
  },
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
  // Only in the graph for runtimes that cannot share the cache's buffers:
  rowsStart: "rows_start", // int64 [1]: past
  rowsEnd: "rows_end", // int64 [1]: past + time
  keyRows: (layer: number) => `rows.${layer}.key`, // float32 [1, kvHeads, time, headDim]: what this run adds to the cache
  valueRows: (layer: number) => `rows.${layer}.value`,
} as const;

/**
 * Emits the decoder of `model` into `graph`, and declares all inputs and the output "logits", but no output for the cache:
 * `exposeSharedCache` or `exposeCacheRows` does that. Yields to the event loop after each layer.
 * @throws UserError when the model is of a kind that has no graph here
 */
export async function emitDecoder(graph: OnnxGraph, model: StoredModel, emitters: FormEmitters): Promise<void> {
  const { config } = model;
  if (!config.tiedEmbeddings) throw modelUnsupported("its output head is not tied to its embedding");
  const { linear, floats = DataType.float32 } = emitters;
  emitInputs(graph, config, floats);
  emitRotaryTables(graph, config, floats);

  const embedding = emitters.embedding(graph, model);
  let residual = embedding.look(graph, GraphNames.inputIds); // [1, time, hidden], as everything up to the head
  let normed = emitFirstNorm(graph, model, floats, residual);
  for (let layer = 0; layer < config.layers; layer++) {
    const attention = emitAttention(graph, model, linear, layer, normed);
    ({ normed, residual } = emitSkipNorm(graph, model, floats, {
      path: `/model/layers.${layer}/post_attention_layernorm`,
      weight: `model.layers.${layer}.post_attention_layernorm.weight`,
      x: attention,
      residual,
    }));
    const mlp = emitMlp(graph, model, linear, layer, normed);
    const last = layer === config.layers - 1;
    ({ normed, residual } = emitSkipNorm(graph, model, floats, {
      path: last ? "/model/norm" : `/model/layers.${layer + 1}/input_layernorm`,
      weight: last ? "model.norm.weight" : `model.layers.${layer + 1}.input_layernorm.weight`,
      x: mlp,
      residual,
    }));
    await new Promise(setImmediate);
  }
  const asked = graph.node("Gather", "/model/logit_positions/Gather", [normed, GraphNames.logitPositions], {
    attributes: { axis: 1 },
  });
  embedding.head(graph, asked, GraphNames.logits);
  graph.output(GraphNames.logits, DataType.float32, [1, "asked", config.vocabSize]);
}

/** Makes the whole cache the graph's outputs: for a runtime that gives past and present the same buffer, so nothing is copied. */
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

function* caches(config: ModelConfig): Generator<{ present: string; rows: string }> {
  for (let layer = 0; layer < config.layers; layer++) {
    yield { present: GraphNames.presentKey(layer), rows: GraphNames.keyRows(layer) };
    yield { present: GraphNames.presentValue(layer), rows: GraphNames.valueRows(layer) };
  }
}

function cacheShape(config: ModelConfig): Dimension[] {
  return [1, config.kvHeads, "capacity", config.headDim];
}

function emitInputs(graph: OnnxGraph, config: ModelConfig, type: FloatType): void {
  graph.input(GraphNames.inputIds, DataType.int64, [1, "time"]);
  graph.input(GraphNames.lastPosition, DataType.int32, [1]);
  graph.input(GraphNames.totalLength, DataType.int32, []);
  graph.input(GraphNames.logitPositions, DataType.int64, ["asked"]);
  for (let layer = 0; layer < config.layers; layer++) {
    graph.input(GraphNames.pastKey(layer), type, cacheShape(config));
    graph.input(GraphNames.pastValue(layer), type, cacheShape(config));
  }
}

/** Cosines and sines of the rotary embedding, [positions, headDim / 2], computed in double precision. */
function emitRotaryTables(graph: OnnxGraph, config: ModelConfig, type: FloatType): void {
  const half = config.headDim / 2;
  const cos = new Float32Array(config.contextLength * half);
  const sin = new Float32Array(config.contextLength * half);
  for (let position = 0; position < config.contextLength; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * config.ropeTheta ** ((-2 * i) / config.headDim);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  floatConstant(graph, "rotary.cos", type, [config.contextLength, half], cos);
  floatConstant(graph, "rotary.sin", type, [config.contextLength, half], sin);
}

function emitNormWeight(graph: OnnxGraph, model: StoredModel, type: FloatType, name: string): string {
  return floatConstant(graph, name, type, [model.config.hiddenSize], model.dequantise(name));
}

function emitFirstNorm(graph: OnnxGraph, model: StoredModel, type: FloatType, x: string): string {
  const weight = emitNormWeight(graph, model, type, "model.layers.0.input_layernorm.weight");
  return graph.node("SimplifiedLayerNormalization", "/model/layers.0/input_layernorm/LayerNorm", [x, weight], {
    attributes: { axis: -1, epsilon: { float: model.config.rmsNormEps }, stash_type: 1 },
  });
}

/** residual + x, and its RMS norm. */
function emitSkipNorm(
  graph: OnnxGraph,
  model: StoredModel,
  type: FloatType,
  { path, weight, x, residual }: { path: string; weight: string; x: string; residual: string },
): { normed: string; residual: string } {
  const outputs = [`${path}/output_0`, "", "", `${path}/residual`]; // normed, (mean), (variance), sum
  graph.node(
    "SkipSimplifiedLayerNormalization",
    `${path}/SkipLayerNorm`,
    [x, residual, emitNormWeight(graph, model, type, weight)],
    { domain: MICROSOFT, outputs, attributes: { epsilon: { float: model.config.rmsNormEps } } },
  );
  return { normed: outputs[0], residual: outputs[3] };
}

/** Grouped-query attention with rotary positions; the queries, keys and values come from one fused projection. */
function emitAttention(graph: OnnxGraph, model: StoredModel, linear: Linear, layer: number, x: string): string {
  const { config } = model;
  const path = `/model/layers.${layer}/self_attn`;
  const name = `model.layers.${layer}.self_attn`;
  const qkv = linear(graph, `${path}/qkv_proj`, x, {
    name: `${name}.qkv_proj`,
    matrices: ["q", "k", "v"].map((part) => model.dequantise(`${name}.${part}_proj.weight`)),
    inputs: config.hiddenSize,
  }); // [1, time, (heads + 2 kvHeads) * headDim]
  const attended = `${path}/GroupQueryAttention/output_0`; // [1, time, heads * headDim]
  const inputs = [qkv, "", "", GraphNames.pastKey(layer), GraphNames.pastValue(layer)];
  inputs.push(GraphNames.lastPosition, GraphNames.totalLength, "rotary.cos", "rotary.sin");
  graph.node("GroupQueryAttention", `${path}/GroupQueryAttention`, inputs, {
    domain: MICROSOFT,
    outputs: [attended, GraphNames.presentKey(layer), GraphNames.presentValue(layer)],
    attributes: {
      num_heads: config.heads,
      kv_num_heads: config.kvHeads,
      do_rotary: 1,
      rotary_interleaved: 0, // Hugging Face's order of channels: halves, not pairs
    },
  });
  return linear(graph, `${path}/o_proj`, attended, {
    name: `${name}.o_proj`,
    matrices: [model.dequantise(`${name}.o_proj.weight`)],
    inputs: config.heads * config.headDim,
  });
}

/** SwiGLU: down(silu(gate(x)) * up(x)). */
function emitMlp(graph: OnnxGraph, model: StoredModel, linear: Linear, layer: number, x: string): string {
  const { config } = model;
  const path = `/model/layers.${layer}/mlp`;
  const project = (part: string, input: string, inputs: number) => {
    const name = `model.layers.${layer}.mlp.${part}_proj`;
    return linear(graph, `${path}/${part}_proj`, input, {
      name,
      matrices: [model.dequantise(`${name}.weight`)],
      inputs,
    });
  };
  const gate = project("gate", x, config.hiddenSize);
  const up = project("up", x, config.hiddenSize);
  // QuickGelu with alpha 1 is x * sigmoid(x), that is SiLU.
  const activated = graph.node("QuickGelu", `${path}/SiLU`, [gate], {
    domain: MICROSOFT,
    attributes: { alpha: { float: 1 } },
  });
  const product = graph.node("Mul", `${path}/Mul`, [activated, up]);
  return project("down", product, config.ffnSize);
}
