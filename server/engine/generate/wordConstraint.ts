// Holds the beginning of a text to one of some words, such as the members of a type: each token must spell a word further, or end one. What comes
// after the word is free. Samples nothing.

import type { HealingTable } from "../tokenizer/healing.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";

const WORD = /[\p{L}\p{N}_$]/u;

const borders = new WeakMap<Tokenizer, readonly number[]>();

export class WordConstraint {
  readonly #words: readonly Buffer[];
  readonly #tokenizer: Tokenizer;
  readonly #healing: HealingTable;
  #written: Uint8Array = new Uint8Array();
  #isOver: boolean;

  constructor(words: readonly string[], tokenizer: Tokenizer, healing: HealingTable) {
    this.#words = words.map((word) => Buffer.from(word));
    this.#tokenizer = tokenizer;
    this.#healing = healing;
    this.#isOver = words.length === 0;
  }

  /**
   * Ids of the tokens that may come; undefined where any may.
   * @param owed bytes that are still to be written again before the text
   */
  candidates(owed: Uint8Array): number[] | undefined {
    if (this.#isOver) return undefined;
    const found = new Set<number>();
    for (const word of this.#open()) {
      const rest = Buffer.concat([owed, word.subarray(this.#written.length)]);
      const ids =
        rest.length === 0 ? this.#borders() : this.#healing.candidates(rest).filter((id) => this.#ends(id, rest));
      for (const id of ids) found.add(id);
    }
    return found.size > 0 ? [...found] : undefined;
  }

  /** @param bytes written to the text */
  push(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#written = Buffer.concat([this.#written, bytes]);
    this.#isOver = this.#open().length === 0;
  }

  /** The words that the text may still become. */
  #open(): readonly Buffer[] {
    const { length } = this.#written;
    return this.#words.filter(
      (word) => word.length >= length && Buffer.compare(word.subarray(0, length), this.#written) === 0,
    );
  }

  /** Whether a token that reaches beyond the word ends it. */
  #ends(id: number, rest: Uint8Array): boolean {
    const bytes = this.#tokenizer.bytesOf(id);
    return bytes.length <= rest.length || !WORD.test(firstCharacter(bytes.subarray(rest.length)));
  }

  /** Tokens that do not go on with a word, and those that end the text. */
  #borders(): readonly number[] {
    let found = borders.get(this.#tokenizer);
    if (!found) {
      const all = Array.from({ length: this.#tokenizer.vocabSize }, (_, id) => id);
      const ends = new Set(this.#tokenizer.endOfTextIds);
      found = all.filter((id) => {
        const bytes = this.#tokenizer.bytesOf(id);
        return bytes.length === 0 ? ends.has(id) : !WORD.test(firstCharacter(bytes));
      });
      borders.set(this.#tokenizer, found);
    }
    return found;
  }
}

/** Half a character counts as a letter: it is none of the signs that end a word in code. */
const firstCharacter = (bytes: Uint8Array): string => {
  const [character = ""] = Buffer.from(bytes.subarray(0, 4)).toString("utf8");
  return character === "\u{FFFD}" ? "a" : character;
};
