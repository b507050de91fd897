// Texts as one sequence of tokens, in which all places after the same two tokens are linked. Appending takes constant time a token; finding the
// places like the end of a text takes time by their number. Knows neither files nor probabilities.

/** The longest match that is told from shorter ones, in tokens. */
export const LONGEST_MATCH = 24;

const BORDER = -1; // between two texts; equals no token
const FEWEST_ROOM = 1 << 12;

/** Called for a place. @param length how many tokens before it match: 2 to LONGEST_MATCH. @returns false to end the search */
export type OnPlace = (place: number, length: number) => boolean;

export class TokenChains {
  readonly #latest: Int32Array; // by hash of two tokens: the last place after them; 0 is none
  readonly #shift: number;
  #tokens = new Int32Array(FEWEST_ROOM).fill(BORDER, 0, 1);
  #earlier = new Int32Array(FEWEST_ROOM); // by place: the place before it in its chain; 0 is none
  #length = 1;

  /** @param bucketBits how many chains there are, as a power of two: about a quarter of the tokens expected */
  constructor(bucketBits: number) {
    this.#latest = new Int32Array(2 ** bucketBits);
    this.#shift = 32 - bucketBits;
  }

  /** The number of places: one for each token, and one for each end of a text. */
  get length(): number {
    return this.#length;
  }

  get bytes(): number {
    return this.#tokens.byteLength + this.#earlier.byteLength + this.#latest.byteLength;
  }

  /** The token at a place; undefined where a text ends there, or nothing stands there yet. */
  at(place: number): number | undefined {
    return place < this.#length && this.#tokens[place] !== BORDER ? this.#tokens[place] : undefined;
  }

  push(token: number): void {
    this.#append(token);
    const place = this.#length; // of the token after this one
    const [a, b] = [this.#tokens[place - 2], token];
    if (a === BORDER || b === BORDER) return;
    if (place === this.#tokens.length) this.#grow();
    const bucket = this.#bucketOf(a, b);
    this.#earlier[place] = this.#latest[bucket];
    this.#latest[bucket] = place;
  }

  /** What is pushed from here on is another text. */
  endText(): void {
    this.#append(BORDER);
  }

  /** Finds the places after text that is like the end of `context`, the last one first; not the end of the chains itself. */
  find(context: readonly number[], onPlace: OnPlace): void {
    const end = context.length - 1;
    if (end < 1) return;
    const tokens = this.#tokens;
    const [a, b] = [context[end - 1], context[end]];
    for (let place = this.#latest[this.#bucketOf(a, b)]; place > 0; place = this.#earlier[place]) {
      if (tokens[place - 1] !== b || tokens[place - 2] !== a || this.at(place) === undefined) continue;
      let length = 2;
      while (length < LONGEST_MATCH && length <= end && tokens[place - 1 - length] === context[end - length]) length++;
      if (!onPlace(place, length)) return;
    }
  }

  #append(token: number): void {
    if (this.#length === this.#tokens.length) this.#grow();
    this.#tokens[this.#length++] = token;
  }

  #grow(): void {
    const tokens = new Int32Array(2 * this.#tokens.length);
    const earlier = new Int32Array(tokens.length);
    tokens.set(this.#tokens);
    earlier.set(this.#earlier);
    this.#tokens = tokens;
    this.#earlier = earlier;
  }

  #bucketOf(a: number, b: number): number {
    return (Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)) >>> this.#shift;
  }
}
