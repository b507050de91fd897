// A linear layer whose weights are frozen and stored in 8 bits: both products, y = x Wᵀ and dx = dy W, in whole numbers with one scale for each
// row of x or dy and one for each column of the result, as SwitchBack has it (Wortsman et al. 2023, arXiv:2304.13013). Only for the processor:
// WebGPU has no kernel for these operators.

import { DataType, MICROSOFT } from "../../engine/graph/onnxGraph.ts";
import type { Tape, Value } from "./tape.ts";

/** A matrix [depth, columns] in 8 bits with a scale for each column. */
export interface Int8Matrix {
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
 * x [rows, depth] times a matrix, without a derivative. x is divided by its row's largest magnitude m, so that one fixed scale rounds every row;
 * the product is multiplied by m again. A row of zeros divides by zero, becomes some integers, and is multiplied by zero.
 */
export function int8Product(tape: Tape, x: Value, { values, scales }: Int8Matrix, range = SIGNED): Value {
  const shape = [x.shape[0], values.shape[1]];
  const { quantised, magnitude } = quantisedRows(tape, x, range);
  const factors = [tape.scalar(range.scale), scales, tape.byte(range.zeroPoint)];
  const product = tape.node("MatMulIntegerToFloat", [quantised, values, ...factors], shape, { domain: MICROSOFT });
  return tape.node("Mul", [product, magnitude], shape);
}

interface Range {
  scale: number; // of one step, where the largest magnitude is 1
  zeroPoint: number;
}

/** Unsigned around 128, because processors multiply u8 by s8. */
const SIGNED: Range = { scale: 1 / 127, zeroPoint: 128 };
/** For rows without a negative value: the same eight bits from 0 on. */
export const NON_NEGATIVE: Range = { scale: 1 / 255, zeroPoint: 0 };

/** x in 8 bits and each row's largest magnitude, [rows, 1]; emitted once for each x. */
function quantisedRows(tape: Tape, x: Value, range: Range): { quantised: Value; magnitude: Value } {
  const magnitude = tape.once(`magnitude of ${x.name}`, () => {
    const magnitudes = range === NON_NEGATIVE ? x : tape.node("Abs", [x], x.shape);
    return tape.node("ReduceMax", [magnitudes, tape.integers([1])], [x.shape[0], 1], { attributes: { keepdims: 1 } });
  });
  const quantised = tape.once(`quantised ${x.name}`, () =>
    tape.node(
      "QuantizeLinear",
      [tape.node("Div", [x, magnitude], x.shape), tape.scalar(range.scale), tape.byte(range.zeroPoint)],
      x.shape,
      { type: DataType.uint8 },
    ),
  );
  return { quantised, magnitude };
}
