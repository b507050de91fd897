// Token healing: when the prompt's last token was taken back, the first tokens written must spell its bytes again, alone or as part of a
// longer token. Finds the tokens that do; decides neither when to heal nor what is sampled.

import type { Tokenizer } from "./tokenizer.ts";

/** The vocabulary in the order of its bytes. Special tokens have none and are never found. */
export class HealingTable {
  readonly #ids: number[] = []; // in the order of #spellings
  readonly #spellings: string[] = []; // bytes as Latin-1 characters, ascending

  constructor(tokenizer: Tokenizer) {
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
   * Ids of the tokens that may come next while the bytes `rest` are still to be spelt: those that begin with `rest` (it is spelt then),
   * and those that are a beginning of it (the bytes after them are still to be spelt). `rest` is not empty. A few microseconds.
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

  /** Whether some token has these bytes as its beginning and goes on after them. No bytes (a special token) cannot grow. */
  canGrow(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return false;
    const text = spell(bytes);
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
