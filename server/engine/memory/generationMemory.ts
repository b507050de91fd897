// What one generation sees of the repository and of the open file: mixes it into the model's logits, and guesses the tokens that come. It is told
// each token that is written. Samples nothing.

import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { LINE_BREAK, MatchCounts, type Source } from "./matchCounts.ts";
import { type LineBreaks, mixCounts } from "./mixCounts.ts";
import type { MixtureWeights } from "./mixture.ts";
import type { MemorySnapshot } from "./repositoryMemory.ts";
import { LONGEST_MATCH, TokenChains } from "./tokenChains.ts";

/** How much of the open file counts, in tokens before the cursor and after it. */
const MOST_BEFORE = 12_000;
export const MOST_AFTER = 4_000;
const FILE_BUCKET_BITS = 12;

export interface OpenText {
  before: readonly number[]; // tokens of the text before the cursor
  after: readonly number[]; // tokens of the text after it
  lineBreaks: LineBreaks;
}

const lineBreaks = new WeakMap<Tokenizer, LineBreaks>();

export function lineBreaksOf(tokenizer: Tokenizer): LineBreaks {
  let found = lineBreaks.get(tokenizer);
  if (!found) {
    const all = Array.from({ length: tokenizer.vocabSize }, (_, id) => id);
    const ids = all.filter((id) => tokenizer.bytesOf(id)[0] === 10 || tokenizer.bytesOf(id)[0] === 13);
    const set = new Set(ids);
    lineBreaks.set(tokenizer, (found = { ids, has: (token) => set.has(token) }));
  }
  return found;
}

/** A match at a place of one of the chains. */
interface Best {
  length: number;
  chains: { at(place: number): number | undefined };
  place: number;
}

export class GenerationMemory {
  readonly #repository: MemorySnapshot;
  readonly #weights: MixtureWeights;
  readonly #file = new TokenChains(FILE_BUCKET_BITS);
  readonly #context: number[]; // the last tokens before the place, what was written included
  readonly #lineBreaks: LineBreaks;
  #counted: { counts: MatchCounts; best: Best | undefined } | undefined; // at the present place, with no bytes owed

  /** @param taken how many of the last tokens of `before` are to be written again */
  constructor(repository: MemorySnapshot, { before, after, lineBreaks }: OpenText, weights: MixtureWeights, taken = 0) {
    this.#repository = repository;
    this.#weights = weights;
    this.#lineBreaks = lineBreaks;
    for (const token of after.slice(0, MOST_AFTER)) this.#file.push(token);
    this.#file.endText();
    const kept = before.slice(Math.max(0, before.length - MOST_BEFORE), before.length - taken);
    for (const token of kept) this.#file.push(token);
    this.#context = kept.slice(-LONGEST_MATCH);
  }

  /** A token was written. What is written counts for nothing itself: it would go round in circles. */
  push(token: number): void {
    this.#context.push(token);
    if (this.#context.length > LONGEST_MATCH) this.#context.shift();
    this.#counted = undefined;
  }

  /**
   * The logits of the next token, with what followed elsewhere mixed in; the model's own where nothing did.
   * @param logits of all tokens, [vocab], or of `allowed`, [allowed.length]
   * @param allowed ids of the tokens that may come; absent: all
   * @param onCounts gets what is mixed in
   */
  mix(
    logits: Float32Array,
    allowed: readonly number[] | undefined,
    onCounts?: (counts: MatchCounts) => void,
  ): Float32Array {
    const counts = this.counts(allowed && new Set(allowed));
    onCounts?.(counts);
    return mixCounts(logits, counts, { allowed, lineBreaks: this.#lineBreaks, weights: this.#weights });
  }

  /** What followed elsewhere: all line breaks as one; or of the tokens that `allowed` has, each by itself. */
  counts(allowed?: { has(token: number): boolean }): MatchCounts {
    return (allowed ? this.#count(allowed) : this.#here()).counts;
  }

  /** Tokens that followed the longest match, at most `most`, and the length of the match. */
  guess(most: number): { tokens: number[]; matched: number } {
    const { best } = this.#here();
    const tokens: number[] = [];
    if (!best) return { tokens, matched: 0 };
    while (tokens.length < most) {
      const token = best.chains.at(best.place + tokens.length);
      if (token === undefined) break;
      tokens.push(token);
    }
    return { tokens, matched: best.length };
  }

  #here() {
    return (this.#counted ??= this.#count());
  }

  #count(allowed?: { has(token: number): boolean }): { counts: MatchCounts; best: Best | undefined } {
    const counts = new MatchCounts();
    let best: Best | undefined;
    const add = (chains: Best["chains"], token: number, source: Source, length: number, place: number) => {
      if (allowed && !allowed.has(token)) return;
      counts.add(!allowed && this.#lineBreaks.has(token) ? LINE_BREAK : token, source, length);
      if (best === undefined || length > best.length) best = { length, chains, place };
    };
    this.#file.find(this.#context, (place, length) => {
      add(this.#file, this.#file.at(place)!, 0, length, place);
      return true;
    });
    this.#repository.find(this.#context, (token, isSameDirectory, length, place) =>
      add(this.#repository, token, isSameDirectory ? 1 : 2, length, place),
    );
    counts.finish();
    return { counts, best };
  }
}
