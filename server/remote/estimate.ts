// Lengths in tokens where the tokenizer is not at hand: by characters, corrected by what the server reports. A stand-in for the tokenizer whose ids
// mean nothing but their number.

import type { Tokenizer } from "../engine/tokenizer/tokenizer.ts";

const FIRST_CHARS_PER_TOKEN = 3;
const [FEWEST, MOST] = [1.5, 5];
/** The correction moves in steps, so that prompts stay the same from one key to the next and the server finds them in its cache. */
const STEP = 0.5;
/** Fewer tokens than these tell too little. */
const ENOUGH_TOKENS = 400;

export class TokenEstimate {
  readonly #ids: ReadonlyMap<string, number>;
  #charsPerToken = FIRST_CHARS_PER_TOKEN;
  #chars = 0;
  #tokens = 0;
  tokenizer: Tokenizer;

  /** @param ids of special tokens by name; where they are not known, any numbers */
  constructor(ids: ReadonlyMap<string, number>) {
    this.#ids = ids;
    this.tokenizer = this.#made();
  }

  get charsPerToken(): number {
    return this.#charsPerToken;
  }

  /** A prompt of `chars` was one of `tokens`. */
  saw(chars: number, tokens: number): void {
    this.#chars += chars;
    this.#tokens += tokens;
    if (this.#tokens < ENOUGH_TOKENS) return;
    const measured = Math.min(MOST, Math.max(FEWEST, this.#chars / this.#tokens));
    if (Math.abs(measured - this.#charsPerToken) < STEP) return;
    this.#charsPerToken = Math.floor(measured / STEP) * STEP;
    this.tokenizer = this.#made();
  }

  #made(): Tokenizer {
    const charsPerToken = this.#charsPerToken;
    const ids = this.#ids;
    return {
      vocabSize: 0,
      endOfTextIds: [],
      encode: (text) => new Array<number>(Math.ceil(text.length / charsPerToken)).fill(0),
      decode: () => "",
      bytesOf: () => new Uint8Array(),
      specialId: (name) => ids.get(name),
    };
  }
}
