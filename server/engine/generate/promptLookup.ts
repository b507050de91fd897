// Guesses the next tokens by looking up where the last ones stood before: in the prompt, in texts that are given, in what was written so far
// (prompt lookup decoding: Saxena 2023; "n-gram speculation" elsewhere). Decides neither how many are tried nor what is accepted.

export interface Guess {
  tokens: number[]; // what followed at the earlier place; empty where there is none
  matched: number; // so many tokens before the two places are the same, at most LONGEST_MATCH
}

/** A longer match says no more about what follows. */
export const LONGEST_MATCH = 8;
/** Of a frequent token, so many of the last places are compared: more change nothing (measured with 8 to 2,000). */
const PLACES = 64;
const BUCKETS = 4096; // of tokens; a power of two
const BORDER = -1; // between two texts; no token is like it

/**
 * All texts behind one another, with the places after each token linked from the last to the first. To add a token takes constant time, to
 * guess a bounded one.
 */
export class PromptLookup {
  readonly #text: number[] = [BORDER];
  readonly #earlier: number[] = [0]; // for each place: the next earlier one after a token of the same bucket; 0 is none
  readonly #latest = new Int32Array(BUCKETS); // for each bucket: its last place

  /** What stands later goes first where two places are equally good: so what is written before the prompt, that before `texts`. */
  constructor(prompt: readonly number[], texts: readonly (readonly number[])[] = []) {
    for (const text of texts) {
      for (const token of text) this.push(token);
      this.#add(BORDER);
    }
    for (const token of prompt) this.push(token);
  }

  /** Goes on with the token that was written. */
  push(token: number): void {
    const place = this.#text.length - 1; // of what follows the last token
    const last = this.#text[place];
    if (last !== BORDER) {
      this.#earlier[place] = this.#latest[last & (BUCKETS - 1)];
      this.#latest[last & (BUCKETS - 1)] = place;
    }
    this.#add(token);
  }

  /**
   * What followed at the place whose tokens before it agree with the end of the text for longest; of equal ones, what followed most often,
   * then what followed last. Only places count whose next token `fits`.
   */
  guess(most: number, fits: (token: number) => boolean = () => true): Guess {
    const text = this.#text;
    const end = text.length - 1;
    let matched = 0;
    let found: number[] = []; // places after the longest match, latest first
    let compared = 0;
    for (let place = this.#latest[text[end] & (BUCKETS - 1)]; place > 0; place = this.#earlier[place]) {
      if (text[place] !== text[end]) continue; // another token of the bucket
      if (compared++ === PLACES) break;
      if (!fits(text[place + 1])) continue;
      const length = this.#sameBefore(place, end);
      if (length > matched) {
        matched = length;
        found = [];
      }
      if (length === matched) found.push(place + 1);
    }
    return { tokens: found.length > 0 ? this.#from(this.#mostFrequent(found), most) : [], matched };
  }

  #add(token: number): void {
    this.#text.push(token);
    this.#earlier.push(0);
  }

  /** How many tokens agree up to and with the places `a` and `b`. */
  #sameBefore(a: number, b: number): number {
    let length = 0;
    while (length < LONGEST_MATCH && this.#text[a - length] === this.#text[b - length]) {
      if (this.#text[a - length] === BORDER) break;
      length++;
    }
    return length;
  }

  #mostFrequent(places: readonly number[]): number {
    const counts = new Map<number, number>();
    for (const place of places) counts.set(this.#text[place], (counts.get(this.#text[place]) ?? 0) + 1);
    const most = Math.max(...counts.values());
    return places.find((place) => counts.get(this.#text[place]) === most) as number;
  }

  /** At most `most` tokens from `start` on; at the end of the text they go on with themselves, as a repetition does. */
  #from(start: number, most: number): number[] {
    const text = this.#text;
    const tokens: number[] = [];
    while (tokens.length < most) {
      const place = start + tokens.length;
      const token = place < text.length ? text[place] : tokens[place - text.length];
      if (token === BORDER) break;
      tokens.push(token);
    }
    return tokens;
  }
}
