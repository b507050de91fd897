// Token healing: the last tokens of a prompt, which the cursor may have cut short, are taken back, and the first generated tokens must spell
// their bytes again. Finds how many tokens to take back and which tokens may come; decides neither when to heal nor what is sampled.

import type { Tokenizer } from "./tokenizer.ts";

/** The most tokens that are taken back, a limit on the search. A half-typed word seldom has more than four tokens. */
const MOST_TAKEN_BACK = 8;

export interface TakenBack {
  kept: readonly number[];
  taken: readonly number[]; // the tokens taken back
  owed: Uint8Array; // the bytes of `taken`, to be spelt again
}

/** The vocabulary, sorted by its tokens' bytes. Special tokens have no bytes and are never found. */
export class HealingTable {
  readonly #tokenizer: Tokenizer;
  readonly #ids: number[] = []; // in the order of #spellings
  readonly #spellings: string[] = []; // bytes as Latin-1 characters, ascending

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
    const entries: [string, number][] = [];
    for (let id = 0; id < tokenizer.vocabSize; id++) {
      const bytes = tokenizer.bytesOf(id);
      if (bytes.length > 0) entries.push([spell(bytes), id]);
    }
    entries.sort(([a, idA], [b, idB]) => (a < b ? -1 : a > b ? 1 : idA - idB));
    for (const [spelling, id] of entries) {
      this.#spellings.push(spelling);
      this.#ids.push(id);
    }
  }

  /**
   * Ids of the tokens that may come next while the bytes `rest` are still to be spelt: tokens that begin with `rest` (which is spelt then), and
   * tokens that are a beginning of it (the bytes after them are still to be spelt). `rest` is not empty. Takes a few microseconds.
   */
  candidates(rest: Uint8Array): number[] {
    const text = spell(rest);
    const found: number[] = [];
    for (let length = 1; length < text.length; length++) {
      const start = text.slice(0, length);
      for (let i = this.#firstAtLeast(start); this.#spellings[i] === start; i++) found.push(this.#ids[i]);
    }
    for (let i = this.#firstAtLeast(text); this.#spellings[i]?.startsWith(text); i++) found.push(this.#ids[i]);
    return found;
  }

  /**
   * Takes back the tokens from the earliest one on from which a single token could reach beyond the end of the text. Example: "functio" is
   * "fun", "ct", "io"; a model that has read "function" as one token never saw "io" after those, so all three go. (Guidance takes one token
   * back, Athiwaratkun et al. 2024 a fixed number; here the vocabulary decides how many.) Keeps at least one token, and every special token.
   */
  takeBack(tokens: readonly number[]): TakenBack {
    let taken = 0;
    let owed = "";
    let text = "";
    for (let count = 1; count <= Math.min(MOST_TAKEN_BACK, tokens.length - 1); count++) {
      const bytes = this.#tokenizer.bytesOf(tokens[tokens.length - count]);
      if (bytes.length === 0) break;
      text = spell(bytes) + text;
      if (!this.#canGrow(text)) continue;
      taken = count;
      owed = text;
    }
    const end = tokens.length - taken;
    return { kept: tokens.slice(0, end), taken: tokens.slice(end), owed: Buffer.from(owed, "latin1") };
  }

  /** Whether some token begins with these bytes and is longer. */
  #canGrow(text: string): boolean {
    for (let i = this.#firstAtLeast(text); this.#spellings[i]?.startsWith(text); i++) {
      if (this.#spellings[i].length > text.length) return true;
    }
    return false;
  }

  /** Index of the first spelling that is not below `text`. */
  #firstAtLeast(text: string): number {
    let low = 0;
    let high = this.#spellings.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#spellings[middle] < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function spell(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
