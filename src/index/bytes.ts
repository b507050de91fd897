// Encodes numbers and texts as bytes, for the lists of the index: small numbers take one byte (LEB128). Does not know what they mean.

export class ByteWriter {
  #bytes = new Uint8Array(64);
  #length = 0;

  byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = value;
  }

  /** @param value a whole number from 0 up to 2^32 − 1 */
  number(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  text(value: string): void {
    const bytes = Buffer.from(value, "utf8");
    this.number(bytes.length);
    for (const byte of bytes) this.byte(byte);
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** The bytes are not as they were written. */
export class DamagedBytes extends Error {
  override readonly name = "DamagedBytes";
}

const MOST_SHIFT = 28; // of the fifth byte of a number of 32 bits

/** Every method throws `DamagedBytes` where the bytes end too early or are no number: a list may come from a damaged file. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    if (this.#at >= this.#bytes.length) throw new DamagedBytes("they end too early");
    return this.#bytes[this.#at++];
  }

  number(): number {
    let value = 0;
    for (let shift = 0; shift <= MOST_SHIFT; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new DamagedBytes("a number has more than 32 bits");
  }

  /** How many entries follow, each of at least one byte: never more than there is room for. */
  count(): number {
    const count = this.number();
    if (count > this.#bytes.length - this.#at) throw new DamagedBytes("they end too early");
    return count;
  }

  text(): string {
    const length = this.count();
    this.#at += length;
    return this.#bytes.toString("utf8", this.#at - length, this.#at);
  }
}
