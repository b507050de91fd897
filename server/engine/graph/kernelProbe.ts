// A tiny graph whose result shows whether the fast kernels for products of unsigned and signed bytes are exact on a processor. x64 processors
// without VNNI add pairs of products in 16 bits, which saturate. Owns the graph and the correct result; runs nothing.

import { DataType, MICROSOFT, type OnnxGraph } from "./onnxGraph.ts";

const ROWS = 2; // a single row may use another kernel
const DEPTH = 32;
const COLUMNS = 16;
const [LARGEST_BYTE, ZERO_POINT, LARGEST_WEIGHT] = [255, 128, 127];

export const KernelProbe = {
  input: "bytes", // uint8 [2, 32]
  inputShape: [ROWS, DEPTH],
  inputValue: LARGEST_BYTE, // value of all elements
  output: "sums", // float32 [2, 16]
  outputShape: [ROWS, COLUMNS],
  outputValue: (LARGEST_BYTE - ZERO_POINT) * LARGEST_WEIGHT * DEPTH, // value of all elements, where the kernels are exact
} as const;

/** Emits the same operator as `linearRow8`, on the largest values. */
export function emitKernelProbe(graph: OnnxGraph): void {
  graph.input(KernelProbe.input, DataType.uint8, [ROWS, DEPTH]);
  const one = graph.constant("one", DataType.float32, [], Float32Array.of(1));
  const zero = graph.constant("zero", DataType.uint8, [], Uint8Array.of(ZERO_POINT));
  const shape = [DEPTH, COLUMNS];
  const weights = graph.constant("weights", DataType.int8, shape, new Int8Array(DEPTH * COLUMNS).fill(LARGEST_WEIGHT));
  const scales = graph.constant("scales", DataType.float32, [COLUMNS], new Float32Array(COLUMNS).fill(1));
  graph.node("MatMulIntegerToFloat", "/probe/MatMul", [KernelProbe.input, weights, one, scales, zero], {
    domain: MICROSOFT,
    outputs: [KernelProbe.output],
  });
  graph.output(KernelProbe.output, DataType.float32, [ROWS, COLUMNS]);
}
