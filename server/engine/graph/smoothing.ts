// Shifts the spread of activations into the weights, so that activations can be rounded to 8 bits with one scale per row: each input channel of
// a linear layer is divided by a factor, and the matching weights are multiplied by it. The model computes the same. (SmoothQuant, Xiao et al.
// 2022, arXiv:2211.10438; the factors fold into norms and into the rows of the layer before.)

import type { ModelConfig } from "../models/config.ts";
import type { StoredModel } from "../models/modelStore.ts";

/** The tensors of a layer, by their names within it, such as "self_attn.v_proj.weight". */
type Tensors = Map<string, Float32Array>;

/** An input of linear layers: the tensor that produces it, and the matrices that consume it. */
interface Input {
  name: string; // the linear layer under whose name its activations were measured
  source: string; // the norm or projection whose output channels are divided, including its bias
  sinks: string[]; // the matrices whose input channels are multiplied
}

const ATTENDED = "self_attn.o_proj";

/** The inputs that a linear operation produces: not those behind an activation function. */
function inputsOf({ ungatedMlp }: ModelConfig): Input[] {
  const projections = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"];
  const inputs = [
    { name: "self_attn.qkv_proj", source: "input_layernorm", sinks: projections },
    { name: ATTENDED, source: "self_attn.v_proj", sinks: [ATTENDED] },
  ];
  const norm = "post_attention_layernorm";
  if (ungatedMlp) return [...inputs, { name: "mlp.up_proj", source: norm, sinks: ["mlp.up_proj"] }];
  return [
    ...inputs,
    { name: "mlp.gate_proj", source: norm, sinks: ["mlp.gate_proj", "mlp.up_proj"] },
    { name: "mlp.down_proj", source: "mlp.up_proj", sinks: ["mlp.down_proj"] },
  ];
}

/** Names of the inputs whose activations are measured. */
export function smoothedInputs(config: ModelConfig): string[] {
  const layers = Array.from({ length: config.layers }, (_, layer) => layer);
  return layers.flatMap((layer) => inputsOf(config).map(({ name }) => `model.layers.${layer}.${name}`));
}

/** Receives the factors of an input of a linear layer, [source's channels]; `input` is one of `smoothedInputs`. */
type Notice = (input: string, factors: Float32Array) => void;

/**
 * The same model with smoothed layers, if it knows the size of its activations (`inputRms`); otherwise the model unchanged. Layers are smoothed
 * one by one as they are read, so read them in order; `notice` is called for each input.
 */
export function smoothed(model: StoredModel, notice: Notice = () => {}): StoredModel {
  if (!model.inputRms) return model;
  let current = { prefix: "", tensors: new Map() as Tensors };
  return {
    ...model,
    dequantise(name) {
      const found = /^(model\.layers\.\d+)\.(.+)$/.exec(name);
      if (!found) return model.dequantise(name);
      const [, prefix, part] = found;
      if (current.prefix !== prefix) current = { prefix, tensors: smoothLayer(model, prefix, notice) };
      return current.tensors.get(part) ?? model.dequantise(name);
    },
  };
}

function smoothLayer(model: StoredModel, prefix: string, notice: Notice): Tensors {
  const { kvHeads, headDim } = model.config;
  const inputs = inputsOf(model.config);
  const tensors: Tensors = new Map();
  for (const part of new Set(inputs.flatMap(({ source, sinks }) => [source, ...sinks]))) {
    for (const name of [`${part}.weight`, `${part}.bias`])
      if (model.tensors.has(`${prefix}.${name}`)) tensors.set(name, model.dequantise(`${prefix}.${name}`)); // a fresh copy: may be changed in place
  }
  for (const { name, source, sinks } of inputs) {
    const rms = model.inputRms?.(`${prefix}.${name}`);
    if (!rms) continue;
    const weights = sinks.map((sink) => tensors.get(`${sink}.weight`)!);
    const channelOf = channelsOf(name, model.config);
    const factors = chooseFactors(rms, weights, name === ATTENDED ? kvHeads * headDim : rms.length, channelOf);
    notice(`${prefix}.${name}`, factors);
    divideRows(tensors.get(`${source}.weight`)!, factors);
    const bias = tensors.get(`${source}.bias`);
    if (bias) divideRows(bias, factors);
    const perInput = Float32Array.from(rms, (_, i) => factors[channelOf(i)]);
    for (const matrix of weights) multiplyColumns(matrix, perInput);
  }
  return tensors;
}

/**
 * Maps input channel i to the source's channel that it comes from. A key/value head serves several query heads: their channels share a factor.
 */
function channelsOf(input: string, { heads, kvHeads, headDim }: ModelConfig): (i: number) => number {
  if (input !== ATTENDED) return (i) => i;
  return (i) => Math.floor(i / headDim / (heads / kvHeads)) * headDim + (i % headDim);
}

/**
 * Converts a change B A of the matrix `name`, such as "model.layers.0.mlp.up_proj", to the smoothed model, in place. A's columns are multiplied
 * as the matrix's input channels are; B's rows are divided as its output channels are.
 * @param factorsOf the factors that `smoothed` reported for an input; undefined where that was not smoothed
 * @param a [rank, inputs]
 * @param b [outputs, rank]
 */
export function smoothChange(
  name: string,
  { a, b, rank }: { a: Float32Array; b: Float32Array; rank: number },
  config: ModelConfig,
  factorsOf: (input: string) => Float32Array | undefined,
): void {
  const [, prefix, part] = /^(model\.layers\.\d+)\.(.+)$/.exec(name)!;
  for (const input of inputsOf(config)) {
    const factors = factorsOf(`${prefix}.${input.name}`);
    if (!factors) continue;
    if (input.source === part) divideRows(b, factors);
    if (!input.sinks.includes(part)) continue;
    const channelOf = channelsOf(input.name, config);
    multiplyColumns(
      a,
      Float32Array.from({ length: a.length / rank }, (_, i) => factors[channelOf(i)]),
    );
  }
}

/**
 * The factor of each channel is √(activation / weight), both as root mean squares, so that the spread is shared by both sides. The factors'
 * geometric mean is 1.
 */
function chooseFactors(
  rms: Float32Array,
  weights: readonly Float32Array[],
  channels: number,
  channelOf: (input: number) => number,
): Float32Array {
  const activation = new Float64Array(channels);
  const weight = new Float64Array(channels);
  const squares = new Float64Array(rms.length);
  for (const matrix of weights) addSquaresOfColumns(matrix, squares);
  const rows = weights.reduce((sum, matrix) => sum + matrix.length / rms.length, 0);
  for (let i = 0; i < rms.length; i++) {
    const channel = channelOf(i);
    activation[channel] = Math.max(activation[channel], rms[i], TINY);
    weight[channel] = Math.max(weight[channel], Math.sqrt(squares[i] / rows), TINY);
  }
  const logs = activation.map((a, channel) => Math.log(a / weight[channel]) / 2);
  const mean = logs.reduce((sum, log) => sum + log, 0) / channels;
  return Float32Array.from(logs, (log) => Math.exp(log - mean));
}

const TINY = 1e-6; // floor, for channels that are never used

function addSquaresOfColumns(matrix: Float32Array, squares: Float64Array): void {
  const cols = squares.length;
  for (let start = 0; start < matrix.length; start += cols) {
    for (let col = 0; col < cols; col++) squares[col] += matrix[start + col] * matrix[start + col];
  }
}

function multiplyColumns(matrix: Float32Array, factors: Float32Array): void {
  const cols = factors.length;
  for (let start = 0; start < matrix.length; start += cols) {
    for (let col = 0; col < cols; col++) matrix[start + col] *= factors[col];
  }
}

/** Divides row i of `matrix` by `factors[i]`; a norm's vector is a matrix of one column. */
function divideRows(matrix: Float32Array, factors: Float32Array): void {
  const cols = matrix.length / factors.length;
  for (let row = 0; row < factors.length; row++) {
    for (let i = row * cols; i < (row + 1) * cols; i++) matrix[i] /= factors[row];
  }
}
