// A file of tensors that an ONNX graph refers to as external data. Owns alignment and the running checksum; knows no ONNX.

import { createHash } from "node:crypto";
import fs from "node:fs";

const ALIGNMENT_BYTES = 4096; // a page, since the runtime maps the file into memory

export interface DataRange {
  offset: number; // bytes from the start of the file
  sizeBytes: number;
}

export class DataFile {
  readonly #fd: number;
  readonly #hash = createHash("sha256");
  #sizeBytes = 0;

  /** Creates the file at `path`; it must not exist. */
  constructor(path: string) {
    this.#fd = fs.openSync(path, "wx", 0o600);
  }

  /** @param parts of the range, in order: made while they are written, so that they are never all in memory */
  append(parts: Iterable<NodeJS.ArrayBufferView>): DataRange {
    const padding = (ALIGNMENT_BYTES - (this.#sizeBytes % ALIGNMENT_BYTES)) % ALIGNMENT_BYTES;
    if (padding > 0) this.#write(Buffer.alloc(padding));
    const offset = this.#sizeBytes;
    for (const part of parts) this.#write(Buffer.from(part.buffer, part.byteOffset, part.byteLength));
    return { offset, sizeBytes: this.#sizeBytes - offset };
  }

  /** Waits until the bytes are on the disk. Nothing may be appended afterwards. */
  finish(): { sizeBytes: number; sha256: string } {
    fs.fsyncSync(this.#fd);
    return { sizeBytes: this.#sizeBytes, sha256: this.#hash.digest("hex") };
  }

  close(): void {
    fs.closeSync(this.#fd);
  }

  #write(bytes: Buffer): void {
    for (let done = 0; done < bytes.length; ) done += fs.writeSync(this.#fd, bytes, done, bytes.length - done);
    this.#hash.update(bytes);
    this.#sizeBytes += bytes.length;
  }
}
