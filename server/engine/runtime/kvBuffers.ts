// The memory of one KV cache: keys and values of all layers in one block. Knows no runtime.

import { runtimeFailed } from "../../../common/errors.ts";
import type { ModelConfig } from "../models/config.ts";

const HALVES = 2; // keys and values

/** Bytes of one position in a KV cache: a key and a value of each layer. */
export const positionBytes = ({ layers, kvHeads, headDim }: ModelConfig): number =>
  layers * HALVES * kvHeads * headDim * Float32Array.BYTES_PER_ELEMENT;

/**
 * One block, because a large block is mapped from zero pages (what was never written is not resident) and returns to the system as a whole. It
 * is an ArrayBuffer of its own, so V8 never moves it.
 */
export class KvBuffers {
  readonly capacity: number; // positions
  readonly shape: readonly number[]; // of the keys or the values of a layer: [1, kvHeads, capacity, headDim]
  readonly #config: ModelConfig;
  #block: ArrayBuffer;
  #parts: Float32Array[]; // keys of layer 0, values of layer 0, keys of layer 1, …

  /** @throws UserError when there is no memory for it */
  constructor(config: ModelConfig, capacity: number) {
    const { layers, kvHeads, headDim } = config;
    const floats = kvHeads * capacity * headDim;
    this.capacity = capacity;
    this.shape = [1, kvHeads, capacity, headDim];
    this.#config = config;
    try {
      this.#block = new ArrayBuffer(capacity * positionBytes(config));
    } catch (error) {
      throw runtimeFailed(`no memory for a KV cache of ${capacity} positions (${(error as Error).message})`);
    }
    this.#parts = Array.from(
      { length: layers * HALVES },
      (_, part) => new Float32Array(this.#block, part * floats * Float32Array.BYTES_PER_ELEMENT, floats),
    );
  }

  keys(layer: number): Float32Array {
    return this.#parts[HALVES * layer];
  }

  values(layer: number): Float32Array {
    return this.#parts[HALVES * layer + 1];
  }

  /** Copies the rows of the first `length` positions from buffers of the same model; their capacities may differ. */
  copyFrom(other: KvBuffers, length: number): void {
    if (!Number.isInteger(length) || length < 0 || length > Math.min(this.capacity, other.capacity)) {
      throw new RangeError(
        `${length} positions cannot be copied between caches of ${other.capacity} and ${this.capacity}`,
      );
    }
    const { kvHeads, headDim } = this.#config;
    for (const [part, to] of this.#parts.entries()) {
      const from = other.#parts[part];
      for (let head = 0; head < kvHeads; head++) {
        const start = head * other.capacity * headDim;
        to.set(from.subarray(start, start + length * headDim), head * this.capacity * headDim);
      }
    }
  }

  /** Releases the memory now, not at some garbage collection. No native code may hold an address in it any more. */
  free(): void {
    this.#parts = [];
    const block = this.#block as ArrayBuffer & { transfer(byteLength: number): ArrayBuffer }; // ES2024
    this.#block = block.transfer(0);
  }
}
