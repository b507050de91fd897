// Guesses the next tokens by finding an earlier place with the same last tokens: in the prompt, in given texts, or in what was written so far
// (prompt lookup decoding: Saxena 2023; "n-gram speculation" elsewhere). Decides neither how many guesses are tried nor which are accepted.

export interface Guess {
  tokens: number[]; // what followed at the earlier place; empty where there is no such place
  matched: number; // how many tokens before the two places match, at most LONGEST_MATCH
}

/** The longest match that is counted. A longer match says no more about what follows. */
export const LONGEST_MATCH = 8;
/** How many of the last places of a frequent token are compared; more change nothing (measured with 8 to 2,000). */
const PLACES = 64;
const BUCKETS = 4096; // hash buckets of tokens; a power of two
const BORDER = -1; // separates two texts; equals no token

/**
 * All texts in one sequence, with the places after each token linked from the last to the first. Adding a token takes constant time; guessing
 * takes bounded time.
 */
export class PromptLookup {
  readonly #text: number[] = [BORDER];
  readonly #earlier: number[] = [0]; // for each place: the previous place after a token of the same bucket; 0 is none
  readonly #latest = new Int32Array(BUCKETS); // for each bucket: its last place

  /** Of two equally good places the later one wins. So written text goes before the prompt, and the prompt before `texts`. */
  constructor(prompt: readonly number[], texts: readonly (readonly number[])[] = []) {
    for (const text of texts) {
      for (const token of text) this.push(token);
      this.#add(BORDER);
    }
    for (const token of prompt) this.push(token);
  }

  /** Appends a token that was written. */
  push(token: number): void {
    const place = this.#text.length - 1; // of the token after the last one
    const last = this.#text[place];
    if (last !== BORDER) {
      this.#earlier[place] = this.#latest[last & (BUCKETS - 1)];
      this.#latest[last & (BUCKETS - 1)] = place;
    }
    this.#add(token);
  }

  /**
   * The tokens that followed at the place with the longest match; of equal matches, what followed most often, then what followed last. Only
   * places count whose next token `fits`.
   */
  guess(most: number, fits: (token: number) => boolean = () => true): Guess {
    const text = this.#text;
    const end = text.length - 1;
    let matched = 0;
    let found: number[] = []; // places after the longest match so far, latest first
    let compared = 0;
    for (let place = this.#latest[text[end] & (BUCKETS - 1)]; place > 0; place = this.#earlier[place]) {
      if (text[place] !== text[end]) continue; // another token in the same bucket
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

  /** How many tokens match, counted back from and including the places `a` and `b`. */
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

  /** At most `most` tokens from `start` on. At the end of the text they continue with themselves, as a repetition does. */
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
