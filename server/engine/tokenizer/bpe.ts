// Merges neighbouring tokens, the pair with the lowest rank first (BPE: Sennrich et al. 2016). Owns the merge table; knows nothing of text,
// bytes, files or special tokens.

/** A merge: the tokens `left` and `right`, next to each other, become `result`. Lower ranks go first. */
export interface Merge {
  left: number;
  right: number;
  result: number;
  rank?: number; // default: the index in the list of merges; of merges with equal rank, the leftmost goes first
}

const NONE = -1;

export class Bpe {
  readonly #table: MergeTable;

  constructor(merges: readonly Merge[]) {
    this.#table = new MergeTable(merges);
  }

  /**
   * Merges `symbols` (ids, overwritten) until no pair can be merged: each time the pair with the lowest rank, and of equal ranks the leftmost.
   * O(n log n).
   */
  merge(symbols: Int32Array): number[] {
    const count = symbols.length; // a merged pair continues in its left slot
    if (count < 2) return Array.from(symbols);
    const { find, ranks, results } = this.#table;
    const next = new Int32Array(count); // slot of the right neighbour; `count` at the end
    const previous = new Int32Array(count);
    const queue = new MinHeap();
    const propose = (slot: number): void => {
      if (slot === NONE || next[slot] === count) return;
      const found = find(symbols[slot], symbols[next[slot]]);
      if (found !== NONE) queue.push(ranks[found] * count + slot); // ordered by rank, then by position; exact below 2 ** 53
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
      // The queue entry is stale if the slot was merged into its left neighbour, or either side has changed since.
      if (symbols[slot] === NONE || right === count) continue;
      const found = find(symbols[slot], symbols[right]);
      if (found === NONE || ranks[found] !== rank) continue;
      symbols[slot] = results[found];
      symbols[right] = NONE;
      next[slot] = next[right];
      if (next[slot] !== count) previous[next[slot]] = slot;
      propose(previous[slot]);
      propose(slot);
    }
    return Array.from(symbols.filter((id) => id !== NONE));
  }
}

/** Looks up merges by their pair, in a table with open addressing: a vocabulary of 256,000 tokens has 600,000 of them. */
class MergeTable {
  readonly #lefts: Int32Array; // NONE where an entry is free
  readonly #rights: Int32Array;
  readonly ranks: Int32Array;
  readonly results: Int32Array;

  constructor(merges: readonly Merge[]) {
    const places = 2 ** Math.ceil(Math.log2(Math.max(2, merges.length * 1.5)));
    this.#lefts = new Int32Array(places).fill(NONE);
    this.#rights = new Int32Array(places);
    this.ranks = new Int32Array(places);
    this.results = new Int32Array(places);
    merges.forEach(({ left, right, result, rank }, index) => {
      const place = this.#placeOf(left, right);
      this.#lefts[place] = left;
      this.#rights[place] = right;
      this.ranks[place] = rank ?? index;
      this.results[place] = result;
    });
  }

  /** The index of the pair's merge in `ranks` and `results`; NONE where it has none. */
  readonly find = (left: number, right: number): number => {
    const place = this.#placeOf(left, right);
    return this.#lefts[place] === NONE ? NONE : place;
  };

  /** The index of the pair, or the free index where it belongs. */
  #placeOf(left: number, right: number): number {
    const mask = this.#lefts.length - 1;
    const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    let place = (hash ^ (hash >>> 15)) & mask;
    while (this.#lefts[place] !== NONE && (this.#lefts[place] !== left || this.#rights[place] !== right)) {
      place = (place + 1) & mask;
    }
    return place;
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
