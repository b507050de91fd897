// Writes a GGUF file (version 3), the format of llama.cpp: metadata, the tensors' places, their bytes. Knows no model and no tensor by name.

import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";

/** A value with its type in the file; numbers are told apart by the type that their reader expects. */
export type GgufEntry =
  | { key: string; type: "string"; value: string }
  | { key: string; type: "u32" | "f32"; value: number }
  | { key: string; type: "bool"; value: boolean }
  | { key: string; type: "strings"; value: readonly string[] }
  | { key: string; type: "i32s"; value: readonly number[] };

export interface GgufTensorToWrite {
  name: string;
  type: keyof typeof TENSOR_TYPES;
  shape: readonly number[]; // the fastest dimension first, as the file has it
  make: () => Uint8Array;
}

/** ggml's number of each type, and its bytes for a block of so many values. */
const TENSOR_TYPES = {
  f32: { id: 0, block: 1, bytes: 4 },
  f16: { id: 1, block: 1, bytes: 2 },
  q8_0: { id: 8, block: 32, bytes: 34 },
  bf16: { id: 30, block: 1, bytes: 2 },
} as const;
const VALUE_TYPES = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;
const ALIGNMENT = 32; // the format's default

/** Writes the file `path`, replacing what is there. @throws a file system error; Error where a tensor has another size than its shape says */
export function writeGguf(path: string, entries: readonly GgufEntry[], tensors: readonly GgufTensorToWrite[]): void {
  const head: Uint8Array[] = [Buffer.from("GGUF"), u32(3), u64(tensors.length), u64(entries.length)];
  for (const entry of entries) head.push(text(entry.key), ...bytesOfValue(entry));
  let offset = 0;
  for (const tensor of tensors) {
    const { name, type, shape } = tensor;
    head.push(text(name), u32(shape.length), ...shape.map(u64), u32(TENSOR_TYPES[type].id), u64(offset));
    offset += aligned(sizeOf(tensor));
  }
  const fd = openSync(path, "w");
  try {
    const begin = Buffer.concat(head);
    write(fd, begin, aligned(begin.length));
    for (const tensor of tensors) {
      const data = tensor.make();
      if (data.length !== sizeOf(tensor))
        throw new Error(`${tensor.name} has ${data.length} bytes, not ${sizeOf(tensor)}`);
      write(fd, data, aligned(data.length));
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function bytesOfValue(entry: GgufEntry): Uint8Array[] {
  switch (entry.type) {
    case "string":
      return [u32(VALUE_TYPES.string), text(entry.value)];
    case "u32":
      return [u32(VALUE_TYPES.u32), u32(entry.value)];
    case "f32":
      return [u32(VALUE_TYPES.f32), new Uint8Array(Float32Array.of(entry.value).buffer)];
    case "bool":
      return [u32(VALUE_TYPES.bool), Uint8Array.of(Number(entry.value))];
    case "strings":
      return [u32(VALUE_TYPES.array), u32(VALUE_TYPES.string), u64(entry.value.length), ...entry.value.map(text)];
    case "i32s": {
      const items = new Uint8Array(Int32Array.from(entry.value).buffer);
      return [u32(VALUE_TYPES.array), u32(VALUE_TYPES.i32), u64(entry.value.length), items];
    }
  }
}

const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
const u64 = (value: number): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
const text = (value: string): Uint8Array => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

function sizeOf({ type, shape }: GgufTensorToWrite): number {
  const { block, bytes } = TENSOR_TYPES[type];
  return (shape.reduce((product, length) => product * length, 1) / block) * bytes;
}

/** Writes all of `data`, and zeros up to `length`. */
function write(fd: number, data: Uint8Array, length: number): void {
  const zeros = new Uint8Array(length - data.length);
  for (const part of [data, zeros]) for (let done = 0; done < part.length; ) done += writeSync(fd, part, done);
}
