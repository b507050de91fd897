// A decoder graph whose linear layers take a low-rank change as inputs of the graph: y + (x Aᵀ) Bᵀ on top of the quantised product, so that an
// adapter (LoRA, Hu et al. 2021, arXiv:2106.09685) works without a compute form of its own. Owns those inputs and their values. Knows no
// adapter's files, and runs nothing.

import type { ModelConfig } from "../models/config.ts";
import type { FormEmitters } from "./decoderGraph.ts";
import { DataType, type OnnxGraph } from "./onnxGraph.ts";
import { smoothChange, smoothedInputs } from "./smoothing.ts";

/** A change of weights: W becomes W + (alpha / rank) B A, for the matrices listed here. An adapter without embedding rows is such a change. */
export interface LowRankChange {
  rank: number;
  alpha: number;
  /** By the layer's name, such as "model.layers.0.self_attn.q_proj": a [rank, inputs], b [outputs, rank]. */
  matrices: ReadonlyMap<string, { a: Float32Array; b: Float32Array }>;
}

/** The largest rank that the graph takes; a smaller rank is padded with zeros. See `exposeLowRank`. */
export const MOST_RANK = 16;

/** An input of the graph, with its value. */
export interface FactorTensor {
  name: string;
  data: Float32Array; // with an ArrayBuffer of its own
  shape: number[];
}

/** A linear layer of the graph; it fuses several of the model's matrices. */
interface FusedLinear {
  name: string; // such as "model.layers.0.self_attn.qkv_proj"
  inputs: number;
  parts: { name: string; outputs: number }[];
}

const downName = (linear: string) => `low_rank.${linear}.a`; // float32 [parts, inputs, 16]
const upName = (linear: string) => `low_rank.${linear}.b`; // float32 [parts * 16, outputs]

function* linears(config: ModelConfig): Generator<FusedLinear> {
  const { layers, hiddenSize, heads, kvHeads, headDim, ffnSize, ungatedMlp } = config;
  const [queries, keys] = [heads * headDim, kvHeads * headDim];
  for (let layer = 0; layer < layers; layer++) {
    const linear = (fused: string, inputs: number, outputs: Record<string, number>): FusedLinear => ({
      name: `model.layers.${layer}.${fused}`,
      inputs,
      parts: Object.entries(outputs).map(([name, size]) => ({ name: `model.layers.${layer}.${name}`, outputs: size })),
    });
    const qkv = { "self_attn.q_proj": queries, "self_attn.k_proj": keys, "self_attn.v_proj": keys };
    yield linear("self_attn.qkv_proj", hiddenSize, qkv);
    yield linear("self_attn.o_proj", queries, { "self_attn.o_proj": hiddenSize });
    if (!ungatedMlp) yield linear("mlp.gate_proj", hiddenSize, { "mlp.gate_proj": ffnSize });
    yield linear("mlp.up_proj", hiddenSize, { "mlp.up_proj": ffnSize });
    yield linear("mlp.down_proj", ffnSize, { "mlp.down_proj": hiddenSize });
  }
}

/** Size of all factors of a graph, in bytes. */
export function factorBytes(config: ModelConfig): number {
  const sizes = [...linears(config)].map(({ inputs, parts }) => parts.length * MOST_RANK * (inputs + outputsOf(parts)));
  return 4 * sum(sizes);
}

/** Inputs and outputs of the graph's linear layers, as value names, by the layer's name. */
export type LinearPlaces = Map<string, { x: string; y: string }>;

/** `emitters` that also record in `places` where each linear layer is. */
export function noticing(emitters: FormEmitters, places: LinearPlaces): FormEmitters {
  return {
    ...emitters,
    linear(graph, path, x, weights) {
      const y = emitters.linear(graph, path, x, weights);
      places.set(weights.name, { x, y });
      return y;
    },
  };
}

/**
 * Lets each linear layer of `graph` take a change: adds two inputs to the graph for each layer.
 *
 * A row's result must not depend on how many rows run with it. onnxruntime's float product divides its columns among threads by the number of
 * rows, in pieces of 16, and unless there are few terms it sums in pieces whose size depends on how many columns a thread has. So x Aᵀ, with its
 * many terms, has exactly 16 columns: with more they would be divided, with fewer the rows might be, until one runs alone. The parts of a fused
 * layer are a batch.
 */
export function exposeLowRank(graph: OnnxGraph, config: ModelConfig, places: LinearPlaces): void {
  const rows = graph.constant("low_rank.rows", DataType.int64, [2], BigInt64Array.of(0n, -1n)); // keeps the first dimension, joins the rest
  for (const { name, inputs, parts } of linears(config)) {
    const { x, y } = places.get(name)!;
    const path = `/${name}/low_rank`;
    const a = graph.input(downName(name), DataType.float32, [parts.length, inputs, MOST_RANK]);
    const b = graph.input(upName(name), DataType.float32, [parts.length * MOST_RANK, outputsOf(parts)]);
    graph.splice(y, (product) => {
      let down = graph.node("MatMul", `${path}/Down`, [x, a]); // [parts, time, 16]
      if (parts.length > 1) {
        const byTime = graph.node("Transpose", `${path}/Transpose`, [down], { attributes: { perm: [1, 0, 2] } });
        down = graph.node("Reshape", `${path}/Reshape`, [byTime, rows]); // [time, parts * 16]
      }
      const up = graph.node("MatMul", `${path}/Up`, [down, b]);
      graph.node("Add", `${path}/Add`, [product, up], { outputs: [y] });
    });
  }
}

/**
 * The values of the inputs that apply `change`. Without a change they are zeros, and the graph computes what it would without those inputs. In a
 * fused layer B is zero where a part's ranks meet another part's outputs.
 * @param smoothing content of the `SmoothingRecord` of the form that the graph belongs to
 * @throws Error when the rank is too large, or a matrix has no place in the graph or another shape
 */
export function factorTensors(
  config: ModelConfig,
  change: LowRankChange | undefined,
  smoothing: Float32Array,
): FactorTensor[] {
  if (change && change.rank > MOST_RANK)
    throw new Error(`the graph takes ranks up to ${MOST_RANK}, not ${change.rank}`);
  const factorsOf = readSmoothing(config, smoothing);
  const left = new Set(change?.matrices.keys());
  const zeros = new Map<number, Float32Array>(); // shared by all layers without a change
  const tensors: FactorTensor[] = [];
  for (const { name, inputs, parts } of linears(config)) {
    const outputs = outputsOf(parts);
    const isChanged = parts.some((part) => change?.matrices.has(part.name));
    const allocate = (size: number) => {
      const data = (!isChanged && zeros.get(size)) || new Float32Array(new ArrayBuffer(4 * size));
      if (!isChanged) zeros.set(size, data);
      return data;
    };
    const down = allocate(parts.length * inputs * MOST_RANK);
    const up = allocate(parts.length * MOST_RANK * outputs);
    let firstOutput = 0;
    for (const [index, part] of parts.entries()) {
      const factors = change?.matrices.get(part.name);
      if (change && factors) {
        const { rank, alpha } = change;
        if (factors.a.length !== rank * inputs || factors.b.length !== part.outputs * rank)
          throw new Error(`the factors of ${part.name} have ${factors.a.length} and ${factors.b.length} values`);
        const a = factors.a.slice(); // [rank, inputs]
        const b = factors.b.map((value) => (value * alpha) / rank); // [outputs, rank]
        smoothChange(part.name, { a, b, rank }, config, factorsOf);
        transposeInto(down, MOST_RANK, index * inputs * MOST_RANK, a, inputs);
        transposeInto(up, outputs, index * MOST_RANK * outputs + firstOutput, b, rank);
        left.delete(part.name);
      }
      firstOutput += part.outputs;
    }
    tensors.push({ name: downName(name), data: down, shape: [parts.length, inputs, MOST_RANK] });
    tensors.push({ name: upName(name), data: up, shape: [parts.length * MOST_RANK, outputs] });
  }
  for (const stray of left) throw new Error(`the graph has no place for factors of ${stray}`);
  return tensors;
}

/** Writes the transpose of `matrix` [rows, cols] into `target` from the element `start` on; `target`'s rows are `stride` apart. */
function transposeInto(target: Float32Array, stride: number, start: number, matrix: Float32Array, cols: number): void {
  const rows = matrix.length / cols;
  for (let row = 0; row < rows; row++)
    for (let col = 0; col < cols; col++) target[start + col * stride + row] = matrix[row * cols + col];
}

const outputsOf = (parts: FusedLinear["parts"]): number => sum(parts.map(({ outputs }) => outputs));

/**
 * The factors by which a form's matrices were smoothed: those of all inputs (`smoothedInputs`, in their order), concatenated; ones where nothing
 * was smoothed. Without this record, smoothing a change would take reading the whole model again.
 */
export class SmoothingRecord {
  readonly values: Float32Array;
  readonly #ranges: Map<string, { start: number; length: number }>;

  constructor(config: ModelConfig) {
    this.#ranges = smoothingRanges(config);
    this.values = new Float32Array(sum([...this.#ranges.values()].map(({ length }) => length))).fill(1);
  }

  set(input: string, factors: Float32Array): void {
    this.values.set(factors, this.#ranges.get(input)!.start);
  }
}

function readSmoothing(config: ModelConfig, values: Float32Array): (input: string) => Float32Array | undefined {
  const ranges = smoothingRanges(config);
  const wanted = sum([...ranges.values()].map(({ length }) => length));
  if (values.length !== wanted) throw new Error(`${values.length} factors of smoothing, and ${wanted} are needed`);
  return (input) => {
    const range = ranges.get(input);
    return range && values.subarray(range.start, range.start + range.length);
  };
}

/** For each input, its range in the record: [channels of the source]. */
function smoothingRanges(config: ModelConfig) {
  const { hiddenSize, kvHeads, headDim, ffnSize } = config;
  const ranges = new Map<string, { start: number; length: number }>();
  let start = 0;
  for (const input of smoothedInputs(config)) {
    const isAttended = input.endsWith(".o_proj");
    const length = isAttended ? kvHeads * headDim : input.endsWith(".down_proj") ? ffnSize : hiddenSize;
    ranges.set(input, { start, length });
    start += length;
  }
  return ranges;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
