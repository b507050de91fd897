// Reads the values of some rows of a tensor from its file, dequantising piece by piece: only one piece of the file is in memory at a time. Knows
// the layout of blocks, no file format.

import { closeSync } from "node:fs";
import type { UserError } from "../../../common/errors.ts";
import { becameShorter, openForReading, readInto } from "./exactRead.ts";
import type { BlockLayout } from "./ggufBlocks.ts";

/** The place of a matrix in a file: row by row, in whole blocks. */
export interface PlacedTensor {
  name: string;
  path: string;
  offset: number; // bytes from the start of the file
  rows: number;
  cols: number;
}

const PIECE_BYTES = 1 << 20; // small enough to stay in the processor's cache from reading to dequantising

/**
 * Rows [fromRow, fromRow + rowCount) of `tensor`; all from `fromRow` on without a count.
 * @param refused makes the error, from its message, for rows that do not exist and for a file that has changed
 * @returns [rowCount, cols] row-major
 * @throws UserError modelMissing, or what `refused` makes
 */
export function readRows(
  { name, path, offset, rows, cols }: PlacedTensor,
  { blockSize, blockBytes, dequantise }: BlockLayout,
  fromRow: number | undefined,
  rowCount: number | undefined,
  refused: (reason: string) => UserError,
): Float32Array {
  const from = fromRow ?? 0;
  const count = rowCount ?? rows - from;
  if (!isCount(from) || !isCount(count) || from + count > rows)
    throw refused(`its tensor "${name}" has ${rows} rows, and rows ${from} to ${from + count} are needed`);
  const values = new Float32Array(count * cols);
  const start = offset + ((from * cols) / blockSize) * blockBytes;
  const sizeBytes = (values.length / blockSize) * blockBytes;
  const fd = openForReading(path, refused);
  try {
    const pieceBytes = Math.floor(PIECE_BYTES / blockBytes) * blockBytes;
    const buffer = Buffer.allocUnsafeSlow(Math.min(pieceBytes, sizeBytes));
    for (let done = 0, to = 0; done < sizeBytes; done += pieceBytes) {
      const piece = buffer.subarray(0, Math.min(pieceBytes, sizeBytes - done));
      readInto(piece, fd, start + done, (atByte) => refused(becameShorter(atByte)));
      dequantise(piece, values.subarray(to, (to += (piece.length / blockBytes) * blockSize)));
    }
  } finally {
    closeSync(fd);
  }
  return values;
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
