// Byte-pair merging of one piece of text: bytes in, token ids out. Owns the merge table; knows nothing of text, files or special tokens.

/** A merge: the tokens `left` and `right`, next to each other, become `result`. Earlier merges in a list go first. */
export interface Merge {
  left: number;
  right: number;
  result: number;
}

const NONE = -1;

export class Bpe {
  readonly #byteIds: Int32Array; // [256], NONE for a byte that the vocabulary lacks
  readonly #ranks = new Map<number, number>(); // left * vocabSize + right -> position in the list of merges
  readonly #results: Int32Array; // by rank
  readonly #vocabSize: number;

  /** @param byteIds for each byte its token's id, -1 where there is none */
  constructor(vocabSize: number, byteIds: Int32Array, merges: readonly Merge[]) {
    this.#vocabSize = vocabSize;
    this.#byteIds = byteIds;
    this.#results = new Int32Array(merges.length);
    merges.forEach(({ left, right, result }, rank) => {
      this.#ranks.set(left * vocabSize + right, rank);
      this.#results[rank] = result;
    });
  }

  /**
   * Ids of `bytes`: the pair with the lowest rank, and of equals the leftmost, is merged until no pair is left that can be. A byte
   * without a token is left out, as the reference does. O(n log n).
   */
  encode(bytes: Uint8Array): number[] {
    const symbols = new Int32Array(bytes.length); // ids; of a merged pair the left slot lives on
    let count = 0;
    for (const byte of bytes) {
      const id = this.#byteIds[byte];
      if (id !== NONE) symbols[count++] = id;
    }
    if (count < 2) return Array.from(symbols.subarray(0, count));

    const next = new Int32Array(count); // slot of the right neighbour; `count` at the end
    const previous = new Int32Array(count);
    const queue = new MinHeap();
    const propose = (slot: number): void => {
      if (slot === NONE || next[slot] === count) return;
      const rank = this.#rankOf(symbols[slot], symbols[next[slot]]);
      if (rank !== undefined) queue.push(rank * count + slot); // ordered by rank, then by place; exact below 2 ** 53
    };
    for (let slot = 0; slot < count; slot++) {
      next[slot] = slot + 1;
      previous[slot] = slot - 1;
    }
    for (let slot = 0; slot < count; slot++) propose(slot);
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      const slot = key % count;
      const rank = (key - slot) / count;
      const right = next[slot];
      // The entry is stale when the slot was swallowed, or either side has changed since.
      if (symbols[slot] === NONE || right === count || this.#rankOf(symbols[slot], symbols[right]) !== rank) continue;
      symbols[slot] = this.#results[rank];
      symbols[right] = NONE;
      next[slot] = next[right];
      if (next[slot] !== count) previous[next[slot]] = slot;
      propose(previous[slot]);
      propose(slot);
    }
    return Array.from(symbols.subarray(0, count)).filter((id) => id !== NONE);
  }

  #rankOf(left: number, right: number): number | undefined {
    return this.#ranks.get(left * this.#vocabSize + right);
  }
}

/** A binary heap of numbers, smallest first. */
class MinHeap {
  readonly #items: number[] = [];

  push(item: number): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent] <= item) break;
      items[at] = items[parent];
      at = parent;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (let child = 1; child < items.length; child = 2 * at + 1) {
      if (child + 1 < items.length && items[child + 1] < items[child]) child++;
      if (items[child] >= last) break;
      items[at] = items[child];
      at = child;
    }
    items[at] = last;
    return top;
  }
}
