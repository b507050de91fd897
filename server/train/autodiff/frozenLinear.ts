// A linear layer whose weights are frozen and stored in 8 bits: both products, y = x Wᵀ and dx = dy W, in whole numbers with one scale for each
// row of x or dy and one for each column of the result, as SwitchBack has it (Wortsman et al. 2023, arXiv:2304.13013). Only for the processor:
// WebGPU has no kernel for these operators.

import { DataType, MICROSOFT } from "../../engine/graph/onnxGraph.ts";
import { canRotate, ROTATED, rotation } from "../../engine/graph/rotation.ts";
import type { Tape, Value } from "./tape.ts";

/** A matrix [depth, columns] in 8 bits with a scale for each column. */
interface Int8Matrix {
  values: Value; // int8
  scales: Value;
}

/** The same weights for both products. */
export interface FrozenWeight {
  forward: Int8Matrix; // [in, out]
  backward: Int8Matrix; // [out, in]
}

/** y = x Wᵀ for x [rows, in]. */
export function frozenLinear(tape: Tape, x: Value, { forward, backward }: FrozenWeight): Value {
  return tape.differentiable(int8Product(tape, x, forward), [x], (dy) =>
    tape.addGradient(x, int8Product(tape, dy, backward)),
  );
}

/**
 * x [rows, depth] times a matrix, without a derivative. x is rotated as the matrix is, and divided by its row's largest magnitude m, so that one
 * fixed scale rounds every row; the product is multiplied by m again. A row of zeros divides by zero, becomes some integers, and is multiplied
 * by zero.
 */
export function int8Product(tape: Tape, x: Value, { values, scales }: Int8Matrix): Value {
  const shape = [x.shape[0], values.shape[1]];
  const { quantised, magnitude } = quantisedRows(tape, x);
  const product = tape.node(
    "MatMulIntegerToFloat",
    [quantised, values, tape.scalar(STEP), scales, tape.byte(ZERO_POINT)],
    shape,
    { domain: MICROSOFT },
  );
  return tape.node("Mul", [product, magnitude], shape);
}

const STEP = 1 / 127; // where a row's largest magnitude is 1
const ZERO_POINT = 128; // unsigned, because processors multiply u8 by s8

/** x rotated and in 8 bits, and each row's largest magnitude, [rows, 1]; emitted once for each x. */
function quantisedRows(tape: Tape, x: Value): { quantised: Value; magnitude: Value } {
  const turned = tape.once(`rotated ${x.name}`, () => rotatedRows(tape, x));
  const magnitude = tape.once(`magnitude of ${x.name}`, () => {
    const magnitudes = tape.node("Abs", [turned], x.shape);
    return tape.node("ReduceMax", [magnitudes, tape.integers([1])], [x.shape[0], 1], { attributes: { keepdims: 1 } });
  });
  const quantised = tape.once(`quantised ${x.name}`, () => {
    const normalised = tape.node("Div", [turned, magnitude], x.shape);
    const operands = [normalised, tape.scalar(STEP), tape.byte(ZERO_POINT)];
    return tape.node("QuantizeLinear", operands, x.shape, { type: DataType.uint8 });
  });
  return { quantised, magnitude };
}

/** Each block of a row's neighbours as a separate row of a product with few terms. */
function rotatedRows(tape: Tape, x: Value): Value {
  const [rows, depth] = x.shape;
  if (!canRotate(depth)) return x;
  const as = (value: Value, shape: number[]) => tape.node("Reshape", [value, tape.integers(shape)], shape);
  const blocks = as(x, [(rows * depth) / ROTATED, ROTATED]);
  const matrix = tape.matrix("rotation", [ROTATED, ROTATED], rotation());
  return as(tape.node("MatMul", [blocks, matrix], blocks.shape), [rows, depth]);
}
