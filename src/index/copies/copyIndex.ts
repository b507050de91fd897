// Where a text repeats one of many files: their fingerprints, sorted, at eight bytes each, and a look at the file itself for each hit.

import { fingerprints, isBlank, SHORTEST_COPY, withoutBlanks } from "./winnow.ts";

/** Eight bytes a fingerprint. */
const FINGERPRINT_BYTES = 8;
const SHORTEST_MEAN_LINE_OF_MINIFIED = 200; // UTF-16 units

export type SkipReason =
  | "minified" // its lines are long on average: nobody's handwriting
  | "short" // fewer characters than the shortest copy
  | "full"; // its fingerprints would exceed the bound

export interface CopyPlace {
  path: string;
  line: number; // of the file, from 1
  length: number; // UTF-16 units that agree, without blanks
}

/** Takes files one by one; those that come first have the room. */
export class CopyIndexBuilder {
  readonly skipped = new Map<string, SkipReason>();
  readonly #maxBytes: number;
  readonly #paths: string[] = [];
  readonly #starts: number[] = []; // of each file, in the characters of all files
  readonly #hits: { hash: number; place: number }[] = [];
  #characters = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(path: string, text: string): void {
    const bare = withoutBlanks(text);
    const reason = this.#skipReason(text, bare);
    if (reason !== undefined) {
      this.skipped.set(path, reason);
      return;
    }
    const found = fingerprints(bare);
    if ((this.#hits.length + found.length) * FINGERPRINT_BYTES > this.#maxBytes) {
      this.skipped.set(path, "full");
      return;
    }
    const offsets = offsetsOf(text, bare.length);
    for (const { hash, at } of found) this.#hits.push({ hash, place: this.#characters + offsets[at]! });
    this.#paths.push(path);
    this.#starts.push(this.#characters);
    this.#characters += text.length;
  }

  build(): CopyIndex {
    const sorted = this.#hits.toSorted((a, b) => a.hash - b.hash || a.place - b.place);
    return new CopyIndex(
      this.#paths,
      this.#starts,
      Uint32Array.from(sorted, (hit) => hit.hash),
      Uint32Array.from(sorted, (hit) => hit.place),
    );
  }

  #skipReason(text: string, bare: string): SkipReason | undefined {
    if (bare.length < SHORTEST_COPY) return "short";
    const lines = text.split("\n").filter((line) => line.trim() !== "").length;
    if (bare.length / lines > SHORTEST_MEAN_LINE_OF_MINIFIED) return "minified";
    return this.#characters + text.length > 0xffffffff ? "full" : undefined;
  }
}

export class CopyIndex {
  readonly #paths: readonly string[];
  readonly #starts: readonly number[];
  readonly #hashes: Uint32Array;
  readonly #places: Uint32Array;

  constructor(paths: readonly string[], starts: readonly number[], hashes: Uint32Array, places: Uint32Array) {
    this.#paths = paths;
    this.#starts = starts;
    this.#hashes = hashes;
    this.#places = places;
  }

  get bytes(): number {
    return this.#hashes.length * FINGERPRINT_BYTES;
  }

  get files(): number {
    return this.#paths.length;
  }

  /**
   * A place that the text repeats for at least SHORTEST_COPY characters, or undefined. `read` gives a file's text as it is now, undefined if it is gone.
   * What also stands in one of the `own` texts is no copy.
   */
  find(text: string, read: (path: string) => string | undefined, own: readonly string[] = []): CopyPlace | undefined {
    const bare = withoutBlanks(text);
    const bareOwn = own.map(withoutBlanks);
    for (const { hash, at } of fingerprints(bare)) {
      for (let hit = lowerBound(this.#hashes, hash); this.#hashes[hit] === hash; hit++) {
        const place = this.#places[hit]!;
        const file = lowerBound(this.#starts, place + 1) - 1;
        const path = this.#paths[file]!;
        const source = read(path);
        if (source === undefined) continue;
        const run = sharedRun(bare, at, source, place - this.#starts[file]!);
        if (run.text.length < SHORTEST_COPY || bareOwn.some((other) => other.includes(run.text))) continue;
        return { path, line: lineOf(source, run.start), length: run.text.length };
      }
    }
    return undefined;
  }
}

/** The longest run that a text without blanks shares with a source around one place of each, and where it starts in the source. */
function sharedRun(bare: string, at: number, source: string, from: number): { text: string; start: number } {
  let first = at;
  let start = from;
  for (let i = from - 1; i >= 0 && first > 0; i--) {
    if (isBlank(source.charCodeAt(i))) continue;
    if (source[i] !== bare[first - 1]) break;
    first--;
    start = i;
  }
  let end = at;
  for (let i = from; i < source.length && end < bare.length; i++) {
    if (isBlank(source.charCodeAt(i))) continue;
    if (source[i] !== bare[end]) break;
    end++;
  }
  return { text: bare.slice(first, end), start };
}

/** Where each unit of a text without its blanks stands in the text. */
function offsetsOf(text: string, count: number): Uint32Array {
  const offsets = new Uint32Array(count);
  let next = 0;
  for (let i = 0; i < text.length; i++) if (!isBlank(text.charCodeAt(i))) offsets[next++] = i;
  return offsets;
}

/** The line, from 1, of an offset. */
const lineOf = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

/** The first index whose value is at least the given one, of a rising list. */
function lowerBound(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
