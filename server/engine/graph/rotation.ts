// Spreads outliers of single channels over their neighbours: blocks of 32 inputs of a linear layer are multiplied by an orthogonal matrix, and
// the matching weights too, so that the product is unchanged. A value 30 times as large as the others in its row then takes a sixth of the room
// in 8 bits. (Ashkboos et al. 2024, QuaRot, arXiv:2404.00456; in blocks: Lin et al. 2024, DuQuant, arXiv:2406.01721.)

/** How many channels are rotated together. Twice as many lose a fifth less and take twice the time. */
export const ROTATED = 32;

const SCALE = 1 / Math.sqrt(ROTATED);

/** Whether a layer with this many inputs can be rotated. */
export const canRotate = (inputs: number): boolean => inputs % ROTATED === 0;

/** Each block of 32 neighbours of `values` times the Hadamard matrix / √32, which is its own inverse. `values` is not changed. */
export const rotated = (values: Float32Array): Float32Array => mixed(values, 1);

/** The same for the rows of a matrix, in blocks of 32 rows. @param values [rows, columns] */
export const rotatedRows = (values: Float32Array, columns: number): Float32Array => mixed(values, columns);

/** @param stride the distance of the values that are mixed */
function mixed(values: Float32Array, stride: number): Float32Array {
  const out = values.slice();
  for (let half = stride; half < ROTATED * stride; half *= 2) {
    const scale = 2 * half === ROTATED * stride ? SCALE : 1; // in the last step
    for (let start = 0; start < out.length; start += 2 * half) {
      for (let i = start; i < start + half; i++) {
        const [a, b] = [out[i], out[i + half]];
        out[i] = (a + b) * scale;
        out[i + half] = (a - b) * scale;
      }
    }
  }
  return out;
}

/** The matrix itself, [32, 32], symmetric. */
export function rotation(): Float32Array {
  const identity = new Float32Array(ROTATED * ROTATED);
  for (let i = 0; i < ROTATED; i++) identity[i * ROTATED + i] = 1;
  return rotated(identity);
}
