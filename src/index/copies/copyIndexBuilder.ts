// Makes an index of copies within a bound of bytes. Files are taken one by one, and those that come first have the room.
// What several packages share, and what the workspace's own files hold, is nobody's copy and is left out.

import { bareText, lineAt } from "./bareText.ts";
import { BUCKETS, type CopiedFile, type CopiedPart, type CopySource, type CopyTables } from "./copyIndex.ts";
import { fingerprints, SHORTEST_COPY } from "./winnow.ts";

const FINGERPRINT_BYTES = 4;
const MOST_PARTS = 0x10000;

/** The least size of a part of a file, in bytes, but for its last. */
const PART_BYTES = 16_384;

/** What a part takes in the stored tables, in bytes, approximately. */
const STORED_PART_BYTES = 24;

/** A fingerprint that so many packages have is an idiom. */
const IDIOM_SOURCES = 4;

/** In so many parts of files of one package a fingerprint is kept: builds of the same source repeat each other. */
const PARTS_OF_ONE_SOURCE = 2;

/** So much longer than after it was pruned last a list is pruned again: sorting it takes a second where it is full. */
const WORTH_PRUNING = 1.1;

const SHORTEST_MEAN_LINE_OF_MINIFIED = 200; // UTF-16 units

export const COPY_SKIPS = ["minified", "short", "full"] as const;

/** minified: its lines are long on average, so nobody wrote it; short: shorter than the shortest copy; full: the bound is reached. */
export type CopySkip = (typeof COPY_SKIPS)[number];

export class CopyIndexBuilder {
  readonly #maxBytes: number;
  readonly #sources: CopySource[] = [];
  readonly #names = new Map<string, number>(); // numbers of names: several versions of a package are one
  readonly #nameOf: number[] = []; // by source
  readonly #files: CopiedFile[] = [];
  readonly #parts: CopiedPart[] = [];
  #entries = new Float64Array(1 << 16); // hash * 2 ** 16 + part, of which the first #count are in use
  #count = 0;
  #prunedCount = 0; // what was left when it was pruned last
  #isSorted = true;
  #nameBytes = 0;
  readonly #own = new Set<number>(); // hashes among the entries that own files have

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @returns the source's number */
  addSource(source: CopySource): number {
    const name = this.#names.get(source.name) ?? this.#names.size;
    this.#names.set(source.name, name);
    this.#nameOf.push(name);
    this.#nameBytes += JSON.stringify(source).length;
    return this.#sources.push(source) - 1;
  }

  /** Bytes that the index takes so far, approximately. */
  get bytes(): number {
    return this.#bytesWith(0);
  }

  /** @returns why the file is left out; undefined where it was taken */
  add(file: CopiedFile, text: string): CopySkip | undefined {
    const whole = bareText(text);
    const { bare } = whole;
    if (bare.length < SHORTEST_COPY) return "short";
    const lines = text.split("\n");
    if (bare.length / lines.filter((line) => line.trim() !== "").length > SHORTEST_MEAN_LINE_OF_MINIFIED)
      return "minified";
    const parts = partsOf(lines, this.#files.length);
    if (this.#parts.length + parts.length > MOST_PARTS) return "full";
    const found = fingerprints(bare);
    const moreBytes = FINGERPRINT_BYTES * found.length + STORED_PART_BYTES * parts.length + 2 * file.path.length;
    if (this.#bytesWith(moreBytes) > this.#maxBytes && this.#count > WORTH_PRUNING * this.#prunedCount) this.#prune();
    if (this.#bytesWith(moreBytes) > this.#maxBytes) return "full";
    this.#files.push(file);
    this.#nameBytes += 2 * file.path.length;
    let part = 0;
    for (const { hash, at } of found) {
      const line = lineAt(whole, at);
      while (part + 1 < parts.length && parts[part + 1]!.line <= line) part++;
      this.#push(hash * BUCKETS + this.#parts.length + part);
    }
    this.#parts.push(...parts);
    return undefined;
  }

  /** Leaves out what one of the workspace's own files holds. All files must have been added. */
  exclude(ownText: string): void {
    if (!this.#isSorted) this.#prune();
    for (const { hash } of fingerprints(bareText(ownText).bare)) {
      const at = lowerBound(this.#entries, this.#count, hash * BUCKETS);
      if (at < this.#count && Math.floor(this.#entries[at]! / BUCKETS) === hash) this.#own.add(hash);
    }
  }

  build(): CopyTables {
    this.#prune(this.#own);
    const starts = new Uint32Array(BUCKETS + 1);
    const low = new Uint16Array(this.#count);
    const inPart = new Uint16Array(this.#count);
    for (let at = 0; at < this.#count; at++) {
      const entry = this.#entries[at]!;
      const hash = Math.floor(entry / BUCKETS);
      starts[(hash >>> 16) + 1]!++;
      low[at] = hash & 0xffff;
      inPart[at] = entry % BUCKETS;
    }
    for (let bucket = 0; bucket < BUCKETS; bucket++) starts[bucket + 1]! += starts[bucket]!;
    return { sources: this.#sources, files: this.#files, parts: this.#parts, starts, low, inPart };
  }

  #bytesWith(moreBytes: number): number {
    const tables = FINGERPRINT_BYTES * (this.#count + BUCKETS + 1) + STORED_PART_BYTES * this.#parts.length;
    return tables + this.#nameBytes + moreBytes;
  }

  #push(entry: number): void {
    if (this.#count === this.#entries.length) {
      const longer = new Float64Array(2 * this.#count);
      longer.set(this.#entries);
      this.#entries = longer;
    }
    this.#entries[this.#count++] = entry;
    this.#isSorted = false;
  }

  /** Sorts, and keeps of each fingerprint what is needed. @param without where given, these hashes and idioms go, too */
  #prune(without?: ReadonlySet<number>): void {
    const entries = this.#entries.subarray(0, this.#count).sort();
    let kept = 0;
    for (let from = 0, to = 0; from < entries.length; from = to) {
      const hash = Math.floor(entries[from]! / BUCKETS);
      for (to = from + 1; to < entries.length && Math.floor(entries[to]! / BUCKETS) === hash; ) to++;
      const chosen = to === from + 1 ? [entries[from]!] : this.#chosen(entries.subarray(from, to));
      const isIdiom =
        chosen.length >= IDIOM_SOURCES && new Set(chosen.map((one) => this.#name(one))).size === IDIOM_SOURCES;
      if (without && (isIdiom || without.has(hash))) continue;
      for (const entry of chosen) entries[kept++] = entry;
    }
    this.#count = kept;
    this.#prunedCount = kept;
    this.#isSorted = true;
  }

  /** Of the entries of one hash a few of each name, and no more names than show an idiom. */
  #chosen(entries: Float64Array): number[] {
    const perName = new Map<number, number>();
    const chosen: number[] = [];
    for (const [i, entry] of entries.entries()) {
      if (entry === entries[i - 1]) continue;
      const name = this.#name(entry);
      const before = perName.get(name) ?? 0;
      if (before === PARTS_OF_ONE_SOURCE || (before === 0 && perName.size === IDIOM_SOURCES)) continue;
      perName.set(name, before + 1);
      chosen.push(entry);
    }
    return chosen;
  }

  #name(entry: number): number {
    return this.#nameOf[this.#files[this.#parts[entry % BUCKETS]!.file]!.source]!;
  }
}

/** The parts of a file, each of whole lines. */
function partsOf(lines: readonly string[], file: number): CopiedPart[] {
  const parts: CopiedPart[] = [];
  let from = 0;
  let bytes = 0;
  let first = 1;
  for (const [i, line] of lines.entries()) {
    bytes += Buffer.byteLength(line) + 1;
    if (bytes < PART_BYTES && i < lines.length - 1) continue;
    parts.push({ file, from, bytes, line: first });
    from += bytes;
    bytes = 0;
    first = i + 2;
  }
  return parts;
}

/** The first of the first `count` values, which rise, that is at least the given one. */
function lowerBound(sorted: Float64Array, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
