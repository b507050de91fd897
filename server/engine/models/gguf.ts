// A GGUF file, or a model split into several of them: metadata, the place of each tensor, its bytes and its exact values. `ggufHead.ts` defines
// what a header may contain, `ggufBlocks.ts` what blocks mean.

import { closeSync, existsSync } from "node:fs";
import { ggufInvalid, ggufPartMissing } from "../../../common/errors.ts";
import { becameShorter, openForReading, readExactly } from "./exactRead.ts";
import { BLOCK_LAYOUTS } from "./ggufBlocks.ts";
import { type GgufHead, type GgufTensor, type GgufValue, readGgufHead } from "./ggufHead.ts";
import { readRows } from "./tensorRows.ts";

export interface GgufFile {
  readonly path: string; // of the first part, if there are several
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  /** The bytes of a tensor as stored in the file. */
  read(name: string): Uint8Array;
  /**
   * Rows [fromRow, fromRow + rowCount) of a tensor, or all from `fromRow` on without a count: [rowCount, cols] row-major, bit for bit what ggml
   * decodes from the blocks. Reads only those rows, again at each call.
   * @throws UserError ggufInvalid for a name or rows that do not exist, and for a file that has changed
   */
  values(name: string, fromRow?: number, rowCount?: number): Float32Array;
}

/** The GGUF file among a folder's files: the first by name, which is the first part of a split model. */
export const firstGguf = (names: readonly string[]): string | undefined =>
  names.filter((name) => name.endsWith(".gguf")).sort()[0];

/**
 * Opens a GGUF file and reads its header. The first part of a split model (-00001-of-00003.gguf) is opened with all others, which must be in the
 * same folder.
 * @throws UserError modelMissing, naming the file or part, or ggufInvalid
 */
export function openGguf(path: string): GgufFile {
  const first = readGgufHead(path);
  const tensors = tensorsOfParts(path, first);
  const required = (name: string): GgufTensor => {
    const tensor = tensors.get(name);
    if (!tensor) throw ggufInvalid(path, `it has no tensor "${name}"`);
    return tensor;
  };
  return {
    path,
    metadata: first.metadata,
    tensors,
    read: (name) => readBytes(required(name)),
    values: (name, fromRow, rowCount) => {
      const tensor = required(name);
      const invalid = (reason: string) => ggufInvalid(tensor.path, reason);
      return readRows(tensor, BLOCK_LAYOUTS[tensor.type], fromRow, rowCount, invalid);
    },
  };
}

function readBytes({ path, offset, sizeBytes }: GgufTensor): Uint8Array {
  const fd = openForReading(path, (message) => ggufInvalid(path, message));
  try {
    return readExactly(fd, offset, sizeBytes, (atByte) => ggufInvalid(path, becameShorter(atByte)));
  } finally {
    closeSync(fd);
  }
}

/**
 * The tensors of the file `path` and, if it is the first of several parts, those of the other parts. The metadata says how many parts there are;
 * their names are those that llama.cpp's gguf-split gives them.
 */
function tensorsOfParts(path: string, first: GgufHead): ReadonlyMap<string, GgufTensor> {
  const count = Number(first.metadata.get("split.count") ?? 1);
  if (!(count > 1)) return first.tensors;
  const ending = (part: number): string => `-${fiveDigits(part)}-of-${fiveDigits(count)}.gguf`;
  if (!isPart(first, 1, count) || !path.endsWith(ending(1)))
    throw ggufInvalid(path, `it is one of ${count} parts, and opened by the one whose name ends in "${ending(1)}"`);
  const tensors = new Map(first.tensors);
  for (let part = 2; part <= count; part++) {
    const partPath = path.slice(0, -ending(1).length) + ending(part);
    if (!existsSync(partPath)) throw ggufPartMissing(partPath, count);
    const head = readGgufHead(partPath);
    if (!isPart(head, part, count)) throw ggufInvalid(partPath, `it is not part ${part} of ${count}`);
    for (const [name, tensor] of head.tensors) {
      if (tensors.has(name)) throw ggufInvalid(partPath, `the tensor "${name}" is in an earlier part, too`);
      tensors.set(name, tensor);
    }
  }
  const needed = Number(first.metadata.get("split.tensors.count") ?? tensors.size);
  if (tensors.size !== needed)
    throw ggufInvalid(path, `its parts hold ${tensors.size} tensors, and it names ${needed}`);
  return tensors;
}

const isPart = ({ metadata }: GgufHead, part: number, count: number): boolean =>
  Number(metadata.get("split.no")) === part - 1 && Number(metadata.get("split.count")) === count;

const fiveDigits = (value: number): string => String(value).padStart(5, "0");
