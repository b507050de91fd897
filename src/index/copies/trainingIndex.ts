// An index of the code that the shipped models' adapters were trained on: hashes alone, for that text is not here. A hit says that TRAINED_COPY characters in
// a row agree, of which package they are, and under which licence that came; no file is read. Of each window of grams one is kept, so a run of
// TRAINED_COPY + window - 1 characters is found for certain, and a shorter one by chance. The plain search is its oracle.
//
// Stored: a mark, the sha256 of all that follows, two lengths, the facts as JSON, and the entries, sorted: a key's upper 16 bits choose a bucket, its
// lower 24 and the number of the package are four bytes.

import { createHash } from "node:crypto";
import { parsedJson } from "../../../common/util/parsedJson.ts";
import { bareText } from "./bareText.ts";
import { BUCKETS, bareAfter, type OwnText } from "./copyIndex.ts";
import { gramHashes, minima } from "./winnow.ts";

/** Characters of bare text in a row that are a copy, in UTF-16 units. */
export const TRAINED_COPY = 60;

/** Its file, from the root of this package. */
export const TRAINING_INDEX_FILE = "models/training-index.bin";

/** Largest stored index, in bytes. */
export const MOST_TRAINING_INDEX_BYTES = 15_000_000;

/** Packages that one index can hold: a number is one byte. */
export const MOST_TRAINED_PACKAGES = 256;

/** A gram that so many packages have is an idiom. */
const IDIOM_PACKAGES = 4;

const MARK = Buffer.from("SOTTOTR1");
const HASH_BYTES = 32;
const HEAD_BYTES = MARK.length + HASH_BYTES + 8;
const STARTS_BYTES = 4 * (BUCKETS + 1);
const ENTRY_BYTES = 4;
const SECOND_BASE = 0x2545f491;
const LOW_KEYS = 2 ** 24;

export interface TrainedPackage {
  name: string;
  version: string;
  licence: string;
  models: readonly string[]; // whose adapters were trained on it: tiers
}

/** What an index is made of. */
export interface TrainedFile {
  package: number; // of the packages
  text: string;
}

interface Tables {
  window: number; // grams of which one is kept
  packages: readonly TrainedPackage[];
  starts: Uint32Array; // [BUCKETS + 1], where each bucket begins among the entries
  entries: Uint32Array; // a key's lower 24 bits, then 8 bits of the package; rising in each bucket
}

/** @param window grams of which one is kept: the greater, the smaller the index */
export function makeTrainingIndex(
  packages: readonly TrainedPackage[],
  files: Iterable<TrainedFile>,
  window: number,
): Buffer {
  if (packages.length > MOST_TRAINED_PACKAGES) throw new Error(`An index holds ${MOST_TRAINED_PACKAGES} packages.`);
  const found: number[] = []; // key * 256 + package
  for (const { package: number, text } of files) {
    const { bare } = bareText(text);
    const { order, keys } = keysOf(bare);
    for (const at of minima(order, window)) found.push(keys(at) * MOST_TRAINED_PACKAGES + number);
  }
  const sorted = Float64Array.from(found).sort();
  const starts = new Uint32Array(BUCKETS + 1);
  const entries: number[] = [];
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    const key = Math.floor(sorted[from]! / MOST_TRAINED_PACKAGES);
    const having = new Set<number>();
    for (to = from; Math.floor(sorted[to]! / MOST_TRAINED_PACKAGES) === key; to++)
      having.add(sorted[to]! % MOST_TRAINED_PACKAGES);
    if (having.size >= IDIOM_PACKAGES) continue;
    starts[Math.floor(key / LOW_KEYS) + 1]!++;
    entries.push((key % LOW_KEYS) * MOST_TRAINED_PACKAGES + Math.min(...having));
  }
  for (let bucket = 0; bucket < BUCKETS; bucket++) starts[bucket + 1]! += starts[bucket]!;
  return encode({ window, packages, starts, entries: Uint32Array.from(entries) });
}

export class TrainingIndex {
  readonly #tables: Tables;

  private constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** @returns undefined where the bytes are of another version, cut or damaged */
  static of(bytes: Buffer): TrainingIndex | undefined {
    const tables = decode(bytes);
    return tables && new TrainingIndex(tables);
  }

  get packages(): readonly TrainedPackage[] {
    return this.#tables.packages;
  }

  /** Characters of bare text from which on a copy is found for certain, in UTF-16 units. */
  get certainCopy(): number {
    return TRAINED_COPY + this.#tables.window - 1;
  }

  /**
   * The package, of those that a model was trained on, that has TRAINED_COPY characters of the text in a row; those that also stand in one of the
   * `own` texts are no copy.
   * @param line what stands before the text on its first line
   */
  find(
    model: string,
    text: string,
    line: string,
    own: () => readonly OwnText[] = () => [],
  ): TrainedPackage | undefined {
    const { bare } = bareAfter(text, line);
    const { order, keys } = keysOf(bare);
    let ownTexts: string[] | undefined;
    for (const at of kept(order, this.#tables.window)) {
      const found = this.#packageWith(keys(at));
      if (!found?.models.includes(model)) continue;
      ownTexts ??= own().map((other) => bareText(other.text).bare);
      const shared = bare.slice(at, at + TRAINED_COPY);
      if (!ownTexts.some((other) => other.includes(shared))) return found;
    }
    return undefined;
  }

  #packageWith(key: number): TrainedPackage | undefined {
    const { packages, starts, entries } = this.#tables;
    const bucket = Math.floor(key / LOW_KEYS);
    const low = key % LOW_KEYS;
    for (let at = starts[bucket]!; at < starts[bucket + 1]!; at++)
      if (entries[at]! >>> 8 === low) return packages[entries[at]! & 0xff];
    return undefined;
  }
}

/** By what a gram is chosen, and its key of 40 bits: the hash that chooses is small wherever it has chosen, so another one has most of the key. */
function keysOf(bare: string): { order: Uint32Array; keys: (at: number) => number } {
  const order = gramHashes(bare, TRAINED_COPY);
  const second = gramHashes(bare, TRAINED_COPY, SECOND_BASE);
  return { order, keys: (at) => second[at]! * 256 + (order[at]! & 0xff) };
}

/** The grams that an index of a longer text can have kept: the least of each window, those over the edges included. */
function kept(order: Uint32Array, window: number): number[] {
  const padded = new Uint32Array(order.length + 2 * (window - 1)).fill(0xffffffff);
  padded.set(order, window - 1);
  return minima(padded, window)
    .map((at) => at - window + 1)
    .filter((at) => at >= 0 && at < order.length);
}

function encode({ window, packages, starts, entries }: Tables): Buffer {
  const facts = Buffer.from(JSON.stringify({ window, packages }));
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(facts.length);
  lengths.writeUInt32LE(entries.length, 4);
  const body = Buffer.concat([lengths, facts, bytesOf(starts), bytesOf(entries)]);
  return Buffer.concat([MARK, sha256(body), body]);
}

function decode(bytes: Buffer): Tables | undefined {
  if (bytes.length < HEAD_BYTES || !bytes.subarray(0, MARK.length).equals(MARK)) return undefined;
  const body = bytes.subarray(MARK.length + HASH_BYTES);
  if (!sha256(body).equals(bytes.subarray(MARK.length, MARK.length + HASH_BYTES))) return undefined;
  const [factsBytes, count] = [body.readUInt32LE(0), body.readUInt32LE(4)];
  const facts = parsedJson(body.subarray(8, 8 + factsBytes).toString()) as Pick<Tables, "window" | "packages">;
  const at = 8 + factsBytes;
  return {
    ...facts,
    starts: numbersOf(body.subarray(at, at + STARTS_BYTES)),
    entries: numbersOf(body.subarray(at + STARTS_BYTES, at + STARTS_BYTES + ENTRY_BYTES * count)),
  };
}

const sha256 = (bytes: Buffer): Buffer => createHash("sha256").update(bytes).digest();

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** In memory of its own, where numbers of several bytes may begin. */
const numbersOf = ({ buffer, byteOffset, length }: Buffer): Uint32Array =>
  new Uint32Array(buffer.slice(byteOffset, byteOffset + length));
