// The forms of a linear layer y = x Wᵀ in the graph: in integers, and the oracle in floats. Emits nodes and constants; does not know where in
// the model the layer is.

import { floatToHalf } from "../models/blocks.ts";
import { BLOCK, DataType, FLOAT_ACTIVATIONS, INT8_ACTIVATIONS, MICROSOFT, type OnnxGraph } from "./onnxGraph.ts";
import { quantiseBlocks, quantiseBlocks4, quantiseChannels, transposeStacked } from "./quantise.ts";
import { canRotate, ROTATED, rotated, rotation } from "./rotation.ts";

/** Weights of a linear layer: matrices [outputs, inputs], stacked along the outputs (a fused projection has several). */
export interface LinearWeights {
  name: string; // name of the constants, such as "model.layers.0.mlp.up_proj"
  matrices: readonly Float32Array[];
  inputs: number;
}

/** The type of a graph's activations, and of the scales that they are multiplied by. */
export type FloatType = typeof DataType.float32 | typeof DataType.float16;

/** How a product with block-quantised weights is computed. */
export interface BlockArithmetic {
  accuracyLevel: typeof INT8_ACTIVATIONS | typeof FLOAT_ACTIVATIONS;
  type: FloatType;
}

export const ON_PROCESSOR: BlockArithmetic = { accuracyLevel: INT8_ACTIVATIONS, type: DataType.float32 };

/** A constant in floats of `type`, from 32-bit floats. */
export function floatConstant(
  graph: OnnxGraph,
  name: string,
  type: FloatType,
  dims: number[],
  values: Float32Array,
): string {
  return graph.constant(name, type, dims, type === DataType.float16 ? floatToHalf(values) : values);
}

/** Emits a linear layer under the path `path`: `x` [1, time, inputs] → [1, time, outputs]. Returns the output's name. */
export type Linear = (graph: OnnxGraph, path: string, x: string, weights: LinearWeights) => string;

/** The oracle: float weights, float multiplication. */
export const linearFp32: Linear = (graph, path, x, { name, matrices, inputs }) => {
  const weights = transposeStacked(matrices, inputs);
  const w = graph.constant(`${name}.weight`, DataType.float32, [inputs, weights.length / inputs], weights);
  return graph.node("MatMul", `${path}/MatMul`, [x, w]);
};

/**
 * Int8 weights with one scale per output channel, times activations in 8 bits with one scale per row. A row's result never
 * depends on its neighbours, so it is the same in a chunk of any size.
 *
 * x is divided by its row's largest magnitude m, so that one fixed scale (1/127) quantises every row; the product is multiplied
 * by m again. A row of zeros divides by zero, becomes some integers, and is multiplied by zero: zero, as it should be.
 * Activations are unsigned with zero point 128 because processors multiply u8 by s8.
 */
export const linearRow8: Linear = (graph, path, x, { name, matrices, inputs }) => {
  const { weights, scales } = quantiseChannels(matrices, inputs);
  const w = graph.constant(`${name}.weight_int8`, DataType.int8, [inputs, scales.length], weights);
  const s = graph.constant(`${name}.weight_scale`, DataType.float32, [scales.length], scales);
  const { quantised, magnitude } = quantisedRows(graph, x);
  const product = graph.node("MatMulIntegerToFloat", `${path}/MatMul`, [quantised, w, "row8.scale", s, "row8.zero"], {
    domain: MICROSOFT,
  });
  return graph.node("Mul", `${path}/Rescale`, [product, magnitude]);
};

/**
 * `linearRow8` with rotated inputs and weights, where the inputs can be rotated: for a layer whose inputs have a few large values in each row.
 */
export const linearRotatedRow8: Linear = (graph, path, x, weights) => {
  if (!canRotate(weights.inputs)) return linearRow8(graph, path, x, weights);
  return linearRow8(graph, path, rotatedRows(graph, x, weights.inputs), {
    ...weights,
    matrices: weights.matrices.map(rotated),
  });
};

/**
 * `x` [1, time, inputs] rotated; emitted once for each x. Each block is a separate row of a product with few terms, which onnxruntime sums in
 * the same order for any number of rows.
 */
function rotatedRows(graph: OnnxGraph, x: string, inputs: number): string {
  const path = `${x}/rotation`;
  const output = `${path}/rows`;
  if (graph.has(output)) return output;
  if (!graph.has("rotation.matrix")) {
    graph.constant("rotation.matrix", DataType.float32, [ROTATED, ROTATED], rotation());
    graph.constant("rotation.blocks", DataType.int64, [2], BigInt64Array.of(-1n, BigInt(ROTATED)));
  }
  const shape = `rotation.rows_${inputs}`;
  if (!graph.has(shape)) graph.constant(shape, DataType.int64, [3], BigInt64Array.of(1n, -1n, BigInt(inputs)));
  const blocks = graph.node("Reshape", `${path}/Blocks`, [x, "rotation.blocks"]);
  const product = graph.node("MatMul", `${path}/MatMul`, [blocks, "rotation.matrix"]);
  return graph.node("Reshape", `${path}/Rows`, [product, shape], { outputs: [output] });
}

/**
 * Weights in blocks of 32 with 8 or 4 bits, activations in floats, for which graphics processors have kernels. The processor computes the same
 * from the same file, slowly, as the oracle.
 */
export const linearGpu =
  (bits: 4 | 8, type: FloatType): Linear =>
  (graph, path, x, weights) => {
    const arithmetic: BlockArithmetic = { accuracyLevel: FLOAT_ACTIVATIONS, type };
    if (bits === 4)
      return blockProduct(graph, path, x, weights, 4, quantiseBlocks4(weights.matrices, weights.inputs), arithmetic);
    const { weights: bytes, scales } = quantiseBlocks(weights.matrices);
    return blockProduct(graph, path, x, weights, 8, { bytes, scales }, arithmetic);
  };

function blockProduct(
  graph: OnnxGraph,
  path: string,
  x: string,
  { name, inputs }: LinearWeights,
  bits: 4 | 8,
  { bytes, scales, zeroPoints }: { bytes: Uint8Array; scales: Float32Array; zeroPoints?: Uint8Array },
  { accuracyLevel, type }: BlockArithmetic,
): string {
  const outputs = (scales.length * BLOCK) / inputs;
  const shape = [outputs, inputs / BLOCK];
  const operands = [
    x,
    graph.constant(`${name}.weight_int${bits}`, DataType.uint8, [...shape, (BLOCK * bits) / 8], bytes),
    floatConstant(graph, `${name}.weight_scale`, type, shape, scales),
  ];
  if (zeroPoints) {
    const packed = [outputs, zeroPoints.length / outputs];
    operands.push(graph.constant(`${name}.weight_zero`, DataType.uint8, packed, zeroPoints));
  }
  return graph.node("MatMulNBits", `${path}/MatMul`, operands, {
    domain: MICROSOFT,
    attributes: { K: inputs, N: outputs, bits, block_size: BLOCK, accuracy_level: accuracyLevel },
  });
}

/** `x` in 8 bits, [1, time, channels], and each row's largest magnitude, [1, time, 1]; emitted once for each x. */
function quantisedRows(graph: OnnxGraph, x: string): { quantised: string; magnitude: string } {
  const path = `${x}/row8`;
  const quantised = `${path}/quantised`;
  const magnitude = `${path}/magnitude`;
  if (graph.has(quantised)) return { quantised, magnitude };
  if (!graph.has("row8.scale")) {
    graph.constant("row8.scale", DataType.float32, [], Float32Array.of(1 / 127));
    graph.constant("row8.zero", DataType.uint8, [], Uint8Array.of(128));
    graph.constant("row8.axes", DataType.int64, [1], BigInt64Array.of(-1n));
  }
  const magnitudes = graph.node("Abs", `${path}/Abs`, [x]);
  graph.node("ReduceMax", `${path}/ReduceMax`, [magnitudes, "row8.axes"], {
    outputs: [magnitude],
    attributes: { keepdims: 1 },
  });
  const normalised = graph.node("Div", `${path}/Div`, [x, magnitude]);
  graph.node("QuantizeLinear", `${path}/QuantizeLinear`, [normalised, "row8.scale", "row8.zero"], {
    outputs: [quantised],
  });
  return { quantised, magnitude };
}
