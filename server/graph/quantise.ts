// Int8 weights made from float weights: with one scale per output channel, or per block. Pure functions over typed arrays.

import { BLOCK } from "./onnxGraph.ts";

/** A matrix for integer multiplication: weights [inputs, outputs] (transposed), scales [outputs]. */
export interface ChannelInt8 {
  weights: Int8Array;
  scales: Float32Array;
}

const ROWS_PER_TILE = 64; // rows that are transposed together, so that writes fill whole cache lines

/**
 * Quantises the rows of `matrices` stacked on each other, symmetrically: weight = q * scale of its row, q in -127..127.
 * @param matrices each [rows, cols] row-major, all with the same `cols`
 */
export function quantiseChannels(matrices: readonly Float32Array[], cols: number): ChannelInt8 {
  const rows = matrices.reduce((sum, matrix) => sum + matrix.length / cols, 0);
  const weights = new Int8Array(rows * cols); // [cols, rows]
  const scales = new Float32Array(rows);
  const tile = new Int8Array(ROWS_PER_TILE * cols);
  let firstRow = 0;
  for (const matrix of matrices) {
    const matrixRows = matrix.length / cols;
    for (let start = 0; start < matrixRows; start += ROWS_PER_TILE) {
      const count = Math.min(ROWS_PER_TILE, matrixRows - start);
      for (let r = 0; r < count; r++) {
        scales[firstRow + start + r] = quantiseRow(matrix, (start + r) * cols, cols, tile, r * cols);
      }
      for (let c = 0; c < cols; c++) {
        const target = c * rows + firstRow + start;
        for (let r = 0; r < count; r++) weights[target + r] = tile[r * cols + c];
      }
    }
    firstRow += matrixRows;
  }
  return { weights, scales };
}

/** Weights as onnxruntime's MatMulNBits takes them: unsigned with zero point 128, [rows, cols / 32, 32], scales [rows, cols / 32]. */
export interface BlockInt8 {
  weights: Uint8Array;
  scales: Float32Array;
}

/** Quantises each 32 neighbours of a row symmetrically: weight = (q - 128) * scale of its block. */
export function quantiseBlocks(matrices: readonly Float32Array[]): BlockInt8 {
  const size = matrices.reduce((sum, matrix) => sum + matrix.length, 0);
  const weights = new Uint8Array(size);
  const scales = new Float32Array(size / BLOCK);
  const block = new Int8Array(BLOCK);
  let done = 0;
  for (const matrix of matrices) {
    for (let start = 0; start < matrix.length; start += BLOCK, done += BLOCK) {
      scales[done / BLOCK] = quantiseRow(matrix, start, BLOCK, block, 0);
      for (let i = 0; i < BLOCK; i++) weights[done + i] = block[i] + 128;
    }
  }
  return { weights, scales };
}

/** Quantises `count` values from `source[from]` into `target[to]`; returns their scale. */
function quantiseRow(source: Float32Array, from: number, count: number, target: Int8Array, to: number): number {
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const magnitude = Math.abs(source[from + i]);
    if (magnitude > largest) largest = magnitude;
  }
  const inverse = largest > 0 ? 127 / largest : 0;
  for (let i = 0; i < count; i++) {
    const scaled = source[from + i] * inverse;
    target[to + i] = scaled < 0 ? scaled - 0.5 : scaled + 0.5; // storing truncates: rounds half away from zero
  }
  return largest / 127;
}

/** [rows, cols] row-major matrices stacked on each other and transposed: [cols, all rows]. */
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
