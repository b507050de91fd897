// Where a text repeats one of many files: their fingerprints at four bytes each, and a look at the file itself for each hit. Holds no text.

import { type BareText, bareText, lineAt, lineCount } from "./bareText.ts";
import { fingerprints, GRAM, gramHashes, SHORTEST_COPY } from "./winnow.ts";

/** The high half of a hash chooses a bucket, so only its low half is stored. */
export const BUCKETS = 0x10000;

/**
 * A text of so many lines is looked for as a whole, even where it is shorter than the shortest copy: then it is found where a fingerprint lies in
 * it, which is not certain.
 */
const FEW_LINES = 3;

/** The most parts of files that are read for one text. */
const MOST_READ = 8;

/** What is read around a part, in bytes on each side: a run may go on there. */
const AROUND_BYTES = 2_048;

/** Where files come from together: a package, a vendored folder, or a file for itself. */
export interface CopySource {
  name: string;
  licence: string; // an SPDX identifier or what its owner wrote; "" where none was found
}

export interface CopiedFile {
  path: string; // relative to the workspace, with forward slashes
  source: number; // of `sources`
}

/** Some lines of a file: what is read for a hit. */
export interface CopiedPart {
  file: number; // of `files`
  from: number; // bytes before it
  bytes: number;
  line: number; // its first, from 1
}

/** The parts of an index, as they are stored. */
export interface CopyTables {
  sources: readonly CopySource[];
  files: readonly CopiedFile[];
  parts: readonly CopiedPart[];
  starts: Uint32Array; // [BUCKETS + 1], where each bucket begins among the fingerprints
  low: Uint16Array; // [fingerprints], the low halves of their hashes, rising in each bucket
  inPart: Uint16Array; // [fingerprints], indices of `parts`
}

/** A place that a suggestion repeats. */
export interface CopyPlace {
  path: string;
  line: number; // from 1
  source: string; // name of the package, folder or file
  licence: string; // "" where none was found
  length: number; // UTF-16 units that agree, of bare text
}

/** A text of the person's own. */
export interface OwnText {
  path?: string; // of its file: where that is one of the index, the text is somebody else's after all
  text: string;
}

/** Gives a part of a file, in bytes, as it is now; undefined where the file is gone or must not be read. */
export type ReadPart = (path: string, part: { from: number; bytes: number }) => Promise<string | undefined>;

export class CopyIndex {
  readonly #tables: CopyTables;
  readonly #paths: ReadonlySet<string>;

  constructor(tables: CopyTables) {
    this.#tables = tables;
    this.#paths = new Set(tables.files.map(({ path }) => path));
  }

  get files(): number {
    return this.#tables.files.length;
  }

  /**
   * A place that repeats a run of the text of at least SHORTEST_COPY units, or the whole text where it has three lines. A run that also stands
   * in one of the `own` texts is no copy.
   * @param line what stands before the text on its first line
   */
  async find(
    text: string,
    line: string,
    read: ReadPart,
    own: () => readonly OwnText[] = () => [],
  ): Promise<CopyPlace | undefined> {
    const wanted = bareAfter(text, line);
    const isShort = wanted.bare.length < SHORTEST_COPY;
    if (isShort && (wanted.bare.length < GRAM || lineCount(wanted) < FEW_LINES)) return undefined;
    const { bare } = wanted;
    const least = Math.min(SHORTEST_COPY, bare.length);
    const grams = isShort ? [...gramHashes(bare)].map((hash, at) => ({ hash, at })) : fingerprints(bare);
    const known = new Map<number, PartText | undefined>();
    let ownTexts: string[] | undefined;
    for (const { hash, at } of grams) {
      for (const part of this.#partsWith(hash)) {
        if (!known.has(part)) {
          if (known.size === MOST_READ) return undefined;
          known.set(part, await this.#read(part, read));
        }
        const there = known.get(part);
        const run = there && longestRun(bare, at, there.text.bare);
        if (!run || run.length < least) continue;
        ownTexts ??= own()
          .filter(({ path }) => path === undefined || !this.#paths.has(path))
          .map((other) => bareText(other.text).bare);
        const shared = bare.slice(run.at, run.at + run.length);
        if (ownTexts.some((other) => other.includes(shared))) continue;
        const { path, source } = this.#tables.files[this.#tables.parts[part]!.file]!;
        const { name, licence } = this.#tables.sources[source]!;
        const first = there!.line + lineAt(there!.text, run.start) - 1;
        return { path, line: first, source: name, licence, length: run.length };
      }
    }
    return undefined;
  }

  async #read(number: number, read: ReadPart): Promise<PartText | undefined> {
    const { file, from, bytes, line } = this.#tables.parts[number]!;
    const before = Math.min(from, AROUND_BYTES);
    const text = await read(this.#tables.files[file]!.path, {
      from: from - before,
      bytes: before + bytes + AROUND_BYTES,
    });
    if (text === undefined) return undefined;
    const linesBefore = Buffer.from(text).subarray(0, before).toString().split("\n").length - 1;
    return { text: bareText(text), line: line - linesBefore };
  }

  *#partsWith(hash: number): Generator<number> {
    const { starts, low, inPart } = this.#tables;
    const bucket = hash >>> 16;
    const end = starts[bucket + 1]!;
    for (let at = starts[bucket]!; at < end; at++) if (low[at] === (hash & 0xffff)) yield inPart[at]!;
  }
}

interface PartText {
  text: BareText;
  line: number; // of the file, from 1, at which it begins
}

/** The bare text of a text that begins within a line. */
export function bareAfter(text: string, line: string): BareText {
  const whole = bareText(line + text);
  const before = whole.ends[0] === 0 ? 0 : Math.min(whole.bare.length, bareText(line).bare.length);
  return { bare: whole.bare.slice(before), ends: whole.ends.map((end) => Math.max(0, end - before)) };
}

/** The longest run around a gram that two bare texts share. @param at where the gram begins in `bare` */
function longestRun(
  bare: string,
  at: number,
  there: string,
): { at: number; start: number; length: number } | undefined {
  const gram = bare.slice(at, at + GRAM);
  let longest: { at: number; start: number; length: number } | undefined;
  for (let place = there.indexOf(gram); place !== -1; place = there.indexOf(gram, place + 1)) {
    let before = 0;
    while (before < at && before < place && bare[at - before - 1] === there[place - before - 1]) before++;
    let length = before + GRAM;
    while (at - before + length < bare.length && bare[at - before + length] === there[place - before + length])
      length++;
    if (length > (longest?.length ?? 0)) longest = { at: at - before, start: place - before, length };
  }
  return longest;
}
