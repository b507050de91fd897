// Quantises float weights to 8 and 4 bits, with one scale per output channel or per block. Pure functions over typed arrays.

import { BLOCK } from "./onnxGraph.ts";

/** A matrix for integer multiplication: weights [inputs, outputs] (transposed), scales [outputs]. */
export interface ChannelInt8 {
  weights: Int8Array;
  scales: Float32Array;
}

const ROWS_AT_ONCE = 4; // the bytes of this many rows are written as one 32-bit number
const ROWS_PER_TILE = 64; // rows that are transposed together, so that writes fill whole cache lines

/**
 * Quantises the rows of the stacked `matrices` symmetrically: weight = q * scale of its row, q in -127..127.
 * @param matrices each [rows, cols] row-major, all with the same `cols` and a multiple of four rows
 */
export function quantiseChannels(matrices: readonly Float32Array[], cols: number): ChannelInt8 {
  const rows = matrices.reduce((sum, matrix) => sum + matrix.length / cols, 0);
  const weights = new Int8Array(rows * cols); // [cols, rows]
  const words = new Int32Array(weights.buffer); // [cols, rows / 4]; all our platforms are little-endian
  const scales = new Float32Array(rows);
  let row = 0;
  for (const matrix of matrices) {
    for (let start = 0; start < matrix.length; start += ROWS_AT_ONCE * cols, row += ROWS_AT_ONCE) {
      const [a, b, c, d] = [start, start + cols, start + 2 * cols, start + 3 * cols];
      const [ia, ib, ic, id] = [a, b, c, d].map((at, i) => {
        scales[row + i] = largestMagnitude(matrix, at, cols) / 127;
        return inverse(scales[row + i]);
      });
      for (let col = 0, word = row / 4; col < cols; col++, word += rows / 4) {
        const low = toOffset(matrix[a + col] * ia) | (toOffset(matrix[b + col] * ib) << 8);
        const high = toOffset(matrix[c + col] * ic) | (toOffset(matrix[d + col] * id) << 8);
        words[word] = (low | (high << 16)) ^ 0x80808080; // from zero point 128 to two's complement
      }
    }
  }
  return { weights, scales };
}

/** Weights in the layout of onnxruntime's MatMulNBits: unsigned with zero point 128, [rows, cols / 32, 32], scales [rows, cols / 32]. */
export interface BlockInt8 {
  weights: Uint8Array;
  scales: Float32Array;
}

/** Quantises each block of 32 neighbours in a row symmetrically: weight = (q - 128) * scale of its block. */
export function quantiseBlocks(matrices: readonly Float32Array[]): BlockInt8 {
  const size = matrices.reduce((sum, matrix) => sum + matrix.length, 0);
  const weights = new Uint8Array(size);
  const scales = new Float32Array(size / BLOCK);
  let done = 0;
  for (const matrix of matrices) {
    for (let start = 0; start < matrix.length; start += BLOCK, done += BLOCK) {
      const scale = largestMagnitude(matrix, start, BLOCK) / 127;
      scales[done / BLOCK] = scale;
      const factor = inverse(scale);
      for (let i = 0; i < BLOCK; i++) weights[done + i] = toOffset(matrix[start + i] * factor);
    }
  }
  return { weights, scales };
}

/** Weights in MatMulNBits' 4-bit layout: two values a byte, the first one low. `bytes` [rows, cols / 32, 16], `scales` [rows, cols / 32]. */
export interface BlockInt4 {
  bytes: Uint8Array;
  scales: Float32Array;
  zeroPoints: Uint8Array; // [rows, cols / 64, rounded up]
}

/** Quantises each block of 32 neighbours in a row to 0..15: weight = (q - zero point) * scale of its block; zero is always representable. */
export function quantiseBlocks4(matrices: readonly Float32Array[], cols: number): BlockInt4 {
  const size = matrices.reduce((sum, matrix) => sum + matrix.length, 0);
  const blocks = cols / BLOCK; // of a row
  const zeroBytes = Math.ceil(blocks / 2);
  const bytes = new Uint8Array(size / 2);
  const scales = new Float32Array(size / BLOCK);
  const zeroPoints = new Uint8Array((size / cols) * zeroBytes);
  let done = 0;
  for (const matrix of matrices) {
    for (let start = 0; start < matrix.length; start += BLOCK, done += BLOCK) {
      const block = matrix.subarray(start, start + BLOCK);
      const least = block.reduce((a, b) => Math.min(a, b), 0);
      const scale = (block.reduce((a, b) => Math.max(a, b), 0) - least) / 15;
      const factor = inverse(scale);
      const zero = Math.round(-least * factor);
      for (let i = 0; i < BLOCK; i++) {
        const q = Math.max(0, Math.min(15, Math.round(block[i] * factor) + zero));
        bytes[(done + i) >> 1] |= q << (4 * (i & 1));
      }
      const index = done / BLOCK;
      scales[index] = scale;
      const [row, inRow] = [Math.floor(index / blocks), index % blocks];
      zeroPoints[row * zeroBytes + (inRow >> 1)] |= zero << (4 * (inRow & 1));
    }
  }
  return { bytes, scales, zeroPoints };
}

function largestMagnitude(values: Float32Array, from: number, count: number): number {
  let largest = 0;
  for (let i = from; i < from + count; i++) {
    const magnitude = Math.abs(values[i]);
    if (magnitude > largest) largest = magnitude; // several times as fast as Math.max
  }
  return largest;
}

const inverse = (scale: number) => (scale > 0 ? 1 / scale : 0);

/** Rounds a value in -127..127 and adds 128. Truncating a positive number rounds without a branch. */
const toOffset = (value: number) => (value + 128.5) | 0;

/** Stacks row-major matrices [rows, cols] and transposes the result: [cols, all rows]. */
export function transposeStacked(matrices: readonly Float32Array[], cols: number): Float32Array {
  const rows = matrices.reduce((sum, matrix) => sum + matrix.length / cols, 0);
  const out = new Float32Array(rows * cols);
  let firstRow = 0;
  for (const matrix of matrices) {
    const matrixRows = matrix.length / cols;
    for (let start = 0; start < matrixRows; start += ROWS_PER_TILE) {
      const end = Math.min(matrixRows, start + ROWS_PER_TILE);
      for (let c = 0; c < cols; c++) {
        for (let r = start; r < end; r++) out[c * rows + firstRow + r] = matrix[r * cols + c];
      }
    }
    firstRow += matrixRows;
  }
  return out;
}
