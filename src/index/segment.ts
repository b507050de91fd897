// A segment under construction: inverts the terms of files into a list of chunks for each term. In memory; a written segment changes only in
// its chunk lengths, where 0 marks the chunks of a removed file.

import type { IndexedFile } from "./indexedFile.ts";
import { encodePosting, MAX_SEGMENT_CHUNKS, type Posting } from "./postings.ts";

/** The term by which a file is found for a name that it defines. No term of `codeTerms` begins with "=". */
export const symbolTerm = (name: string): string => `=${name}`;

/** The most UTF-16 units of a term: longer ones are data, and nobody types them. */
const MAX_TERM_UNITS = 100;

export interface SegmentRow {
  term: string;
  count: number;
  list: Uint8Array;
}

export class SegmentBuilder {
  readonly #postings = new Map<string, Posting>();
  readonly #lengths: number[] = []; // number of terms of each chunk

  get chunks(): number {
    return this.#lengths.length;
  }

  fits(file: IndexedFile): boolean {
    return this.chunks + file.chunks.length <= MAX_SEGMENT_CHUNKS;
  }

  /** @returns the number of the file's first chunk */
  add(file: IndexedFile): number {
    const first = this.chunks;
    for (const { terms } of file.chunks) {
      const chunk = this.#lengths.push(Math.min(terms.length, 0xffff)) - 1;
      for (const term of terms) this.#note(term, chunk);
    }
    if (file.chunks.length > 0) for (const { name } of file.symbols) this.#note(symbolTerm(name), first);
    return first;
  }

  #note(term: string, chunk: number): void {
    if (term.length > MAX_TERM_UNITS) return;
    const posting = this.#postings.get(term);
    if (posting === undefined) this.#postings.set(term, { chunks: [chunk], frequencies: [1] });
    else if (posting.chunks.at(-1) === chunk) posting.frequencies[posting.frequencies.length - 1]++;
    else {
      posting.chunks.push(chunk);
      posting.frequencies.push(1);
    }
  }

  lengths(): Uint16Array {
    return Uint16Array.from(this.#lengths);
  }

  /** The rows in the order of the database. */
  *rows(): Generator<SegmentRow> {
    const terms = [...this.#postings.keys()].sort();
    for (const term of terms) {
      const posting = this.#postings.get(term)!;
      yield { term, count: posting.chunks.length, list: encodePosting(posting) };
    }
  }
}
