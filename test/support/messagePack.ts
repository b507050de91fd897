// As much of MessagePack as Neovim's API needs: nil, booleans, numbers, strings, arrays, maps; its own handles are read as their bytes.

export type Packed = null | boolean | number | string | readonly Packed[] | { readonly [key: string]: Packed };

export function pack(value: Packed): Buffer {
  if (value === null) return Buffer.from([0xc0]);
  if (typeof value === "boolean") return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === "number") {
    if (Number.isInteger(value) && value >= 0 && value < 128) return Buffer.from([value]);
    const bytes = Buffer.alloc(9, 0xcb); // a float for whatever is no small number
    if (!Number.isInteger(value)) bytes.writeDoubleBE(value, 1);
    else {
      bytes[0] = 0xd3;
      bytes.writeBigInt64BE(BigInt(value), 1);
    }
    return bytes;
  }
  const head = (code: number, length: number) => {
    const bytes = Buffer.alloc(5, code);
    bytes.writeUInt32BE(length, 1);
    return bytes;
  };
  if (typeof value === "string") return Buffer.concat([head(0xdb, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Array.isArray(value)) return Buffer.concat([head(0xdd, value.length), ...value.map(pack)]);
  const entries = Object.entries(value as Record<string, Packed>);
  return Buffer.concat([head(0xdf, entries.length), ...entries.flatMap(([key, one]) => [pack(key), pack(one)])]);
}

/** The first value of `bytes` and the offset after it; undefined where it has not come whole. */
export function unpack(bytes: Buffer, from = 0): { value: Packed; end: number } | undefined {
  try {
    const reader = new Reader(bytes, from);
    return { value: reader.value(), end: reader.at };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

class Reader {
  readonly #bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  value(): Packed {
    const code = this.#uint(1);
    if (code < 0x80) return code;
    if (code < 0x90) return this.#map(code & 0x0f);
    if (code < 0xa0) return this.#array(code & 0x0f);
    if (code < 0xc0) return this.#text(code & 0x1f);
    if (code >= 0xe0) return code - 0x100;
    if (code === 0xc0) return null;
    if (code === 0xc2 || code === 0xc3) return code === 0xc3;
    if (code >= 0xc4 && code <= 0xc6) return this.#text(this.#uint(1 << (code - 0xc4)));
    if (code >= 0xc7 && code <= 0xc9) return this.#text(this.#uint(1 << (code - 0xc7)) + 1);
    if (code === 0xca) return this.#take(4).readFloatBE();
    if (code === 0xcb) return this.#take(8).readDoubleBE();
    if (code >= 0xcc && code <= 0xce) return this.#uint(1 << (code - 0xcc));
    if (code === 0xcf) return Number(this.#take(8).readBigUInt64BE());
    if (code >= 0xd0 && code <= 0xd2) return this.#take(1 << (code - 0xd0)).readIntBE(0, 1 << (code - 0xd0));
    if (code === 0xd3) return Number(this.#take(8).readBigInt64BE());
    if (code >= 0xd4 && code <= 0xd8) return this.#text((1 << (code - 0xd4)) + 1);
    if (code >= 0xd9 && code <= 0xdb) return this.#text(this.#uint(1 << (code - 0xd9)));
    if (code === 0xdc || code === 0xdd) return this.#array(this.#uint(code === 0xdc ? 2 : 4));
    if (code === 0xde || code === 0xdf) return this.#map(this.#uint(code === 0xde ? 2 : 4));
    throw new Error(`no MessagePack: ${code}`);
  }

  #take(length: number): Buffer {
    if (this.at + length > this.#bytes.length) throw new RangeError("more is to come");
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  #uint(length: number): number {
    return this.#take(length).readUIntBE(0, length);
  }

  #text(length: number): string {
    return this.#take(length).toString();
  }

  #array(length: number): Packed[] {
    return Array.from({ length }, () => this.value());
  }

  #map(length: number): { [key: string]: Packed } {
    return Object.fromEntries(Array.from({ length }, () => [String(this.value()), this.value()] as const));
  }
}
