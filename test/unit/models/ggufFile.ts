// Writes small GGUF files for the tests, right or wrong on purpose. Not a test.

/** A metadata value with the number of its type; `raw` is what follows the type in the file. */
export interface MetadataEntry {
  key: string;
  type: number;
  raw: Buffer;
}

export interface TensorEntry {
  name: string;
  shape: number[]; // the file's order: neighbours first
  type: number;
  data: Buffer;
}

export interface GgufContent {
  magic?: string;
  version?: number;
  tensorCount?: bigint; // what the head claims, where it is not the truth
  metadataCount?: bigint;
  metadata?: MetadataEntry[];
  tensors?: TensorEntry[];
}

export const u32 = (value: number): Buffer => {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
};

export const u64 = (value: bigint | number): Buffer => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt(value));
  return out;
};

export const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);

export const stringEntry = (key: string, value: string): MetadataEntry => ({ key, type: 8, raw: text(value) });
export const u32Entry = (key: string, value: number): MetadataEntry => ({ key, type: 4, raw: u32(value) });
export const f32Entry = (key: string, value: number): MetadataEntry => {
  const raw = Buffer.alloc(4);
  raw.writeFloatLE(value);
  return { key, type: 6, raw };
};
export const stringsEntry = (key: string, values: string[]): MetadataEntry => ({
  key,
  type: 9,
  raw: Buffer.concat([u32(8), u64(values.length), ...values.map(text)]),
});

const ALIGNMENT = 32;

/** The bytes of a GGUF file with this content. */
export function ggufBytes({
  magic = "GGUF",
  version = 3,
  tensorCount,
  metadataCount,
  metadata = [],
  tensors = [],
}: GgufContent): Buffer {
  const parts = [
    Buffer.from(magic, "latin1"),
    u32(version),
    u64(tensorCount ?? tensors.length),
    u64(metadataCount ?? metadata.length),
    ...metadata.flatMap(({ key, type, raw }) => [text(key), u32(type), raw]),
  ];
  let offset = 0;
  for (const { name, shape, type, data } of tensors) {
    parts.push(text(name), u32(shape.length), ...shape.map(u64), u32(type), u64(offset));
    offset += data.length + padding(data.length);
  }
  const head = Buffer.concat(parts);
  const data = tensors.flatMap((tensor) => [tensor.data, Buffer.alloc(padding(tensor.data.length))]);
  return Buffer.concat([head, Buffer.alloc(padding(head.length)), ...data]);
}

const padding = (length: number): number => (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;
