// A frozen matrix in 8 bits, twice: for x Wᵀ with a scale for each output, and for its gradient's g W with a scale for each input, so that in
// both products the scales lie outside the sum. Owns the names of these tensors and the rounding; two bytes a weight, where a float has four.

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
  const ofRows = new Float32Array(outputs);
  const ofColumns = new Float32Array(inputs);
  for (let row = 0, at = 0; row < outputs; row++) {
    let largest = 0;
    for (let column = 0; column < inputs; column++, at++) {
      const magnitude = Math.abs(values[at]);
      if (magnitude > largest) largest = magnitude;
      if (magnitude > ofColumns[column]) ofColumns[column] = magnitude;
    }
    ofRows[row] = largest / LARGEST;
  }
  for (let column = 0; column < inputs; column++) ofColumns[column] /= LARGEST;
  const frozen: FrozenInt8 = {
    forward: new Int8Array(values.length),
    forwardScales: ofRows,
    backward: new Int8Array(values.length),
    backwardScales: ofColumns,
  };
  for (let row = 0; row < outputs; row += ROWS_PER_TILE) {
    roundRows(frozen, values, row, Math.min(outputs, row + ROWS_PER_TILE));
  }
  return frozen;
}

/** Rounds the rows from `start` to `end` anew by the scales that there are: the values of a row that is trained have moved since. */
export function roundRows(
  { forward, forwardScales, backward, backwardScales }: FrozenInt8,
  values: Float32Array,
  start: number,
  end: number,
): void {
  const outputs = forwardScales.length;
  const inputs = backwardScales.length;
  const inverses = backwardScales.map(inverse);
  for (let row = start, at = start * inputs; row < end; row++) {
    for (let column = 0; column < inputs; column++, at++) backward[at] = rounded(values[at] * inverses[column]);
  }
  const ofRows = forwardScales.subarray(start, end).map(inverse);
  for (let column = 0; column < inputs; column++) {
    for (let row = start; row < end; row++) {
      forward[column * outputs + row] = rounded(values[row * inputs + column] * ofRows[row - start]);
    }
  }
}

const LARGEST = 127;
const ROWS_PER_TILE = 64; // written together, so that a write fills a whole cache line of the transposed copy

const inverse = (scale: number) => (scale > 0 ? 1 / scale : 0);

/** Truncating a positive number rounds without a branch. */
const rounded = (value: number) =>
  value >= LARGEST ? LARGEST : value <= -LARGEST ? -LARGEST : ((value + 128.5) | 0) - 128;
