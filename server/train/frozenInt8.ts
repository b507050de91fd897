// A frozen matrix in 8 bits, twice: for x Wᵀ with a scale for each output, and for its gradient's g W with a scale for each input, so that in
// both products the scales lie outside the sum. Both are rotated along their sum, as x and g are, where their number is a multiple of 32. Owns
// the names of these tensors and the rounding; two bytes a weight, where a float has four.

import { canRotate, rotated, rotatedRows } from "../engine/graph/rotation.ts";

export interface FrozenInt8 {
  forward: Int8Array; // [inputs, outputs]
  forwardScales: Float32Array; // [outputs]
  backward: Int8Array; // [outputs, inputs]
  backwardScales: Float32Array; // [inputs]
}

/** Names and shapes of the graphs' inputs that take the place of the matrix `name` [outputs, inputs]. */
export const int8Shapes = ({ name, shape: [outputs, inputs] }: { name: string; shape: readonly number[] }) => ({
  forward: { name: `${name}.forward`, shape: [inputs, outputs] },
  forwardScales: { name: `${name}.forward_scales`, shape: [outputs] },
  backward: { name: `${name}.backward`, shape: [outputs, inputs] },
  backwardScales: { name: `${name}.backward_scales`, shape: [inputs] },
});

/** @param values [outputs, inputs] row-major */
export function quantiseFrozen(values: Float32Array, outputs: number, inputs: number): FrozenInt8 {
  const ahead = canRotate(inputs) ? rotated(values) : values;
  const back = canRotate(outputs) ? rotatedRows(values, inputs) : values;
  const forwardScales = new Float32Array(outputs);
  const backwardScales = new Float32Array(inputs);
  for (let row = 0, at = 0; row < outputs; row++) {
    let largest = 0;
    for (let column = 0; column < inputs; column++, at++) {
      largest = larger(largest, ahead[at]);
      backwardScales[column] = larger(backwardScales[column], back[at]);
    }
    forwardScales[row] = largest / LARGEST;
  }
  for (let column = 0; column < inputs; column++) backwardScales[column] /= LARGEST;

  const forward = new Int8Array(values.length);
  const backward = new Int8Array(values.length);
  const ofColumns = backwardScales.map(inverse);
  for (let start = 0; start < outputs; start += ROWS_PER_TILE) {
    const end = Math.min(outputs, start + ROWS_PER_TILE);
    const ofRows = forwardScales.subarray(start, end).map(inverse);
    for (let column = 0; column < inputs; column++) {
      for (let row = start, at = start * inputs + column; row < end; row++, at += inputs) {
        forward[column * outputs + row] = rounded(ahead[at] * ofRows[row - start]);
        backward[at] = rounded(back[at] * ofColumns[column]);
      }
    }
  }
  return { forward, forwardScales, backward, backwardScales };
}

/** Replaces the row `row` of the matrix for x Wᵀ: one that is trained has moved. */
export function replaceRow(
  { forward, forwardScales }: Pick<FrozenInt8, "forward" | "forwardScales">,
  row: number,
  values: Float32Array,
): void {
  const ahead = canRotate(values.length) ? rotated(values) : values;
  const scale = ahead.reduce(larger, 0) / LARGEST;
  const factor = inverse(scale);
  forwardScales[row] = scale;
  for (const [column, value] of ahead.entries()) forward[column * forwardScales.length + row] = rounded(value * factor);
}

const LARGEST = 127;
const ROWS_PER_TILE = 64; // written together, so that a write fills a whole cache line of the transposed copy

const larger = (largest: number, value: number) => (value > largest ? value : -value > largest ? -value : largest);

const inverse = (scale: number) => (scale > 0 ? 1 / scale : 0);

/** Rounds a value in -127..127. Truncating a positive number rounds without a branch. */
const rounded = (value: number) => ((value + 128.5) | 0) - 128;
