// Encodes text line by line and caches the lines, so that a keystroke in a long file encodes one line and not the file. Gives exactly the
// tokenizer's own ids (test/unit/engine/prompt/lineEncoder.test.ts compares them). Knows nothing of prompts.

import type { LineCut, Tokenizer } from "../tokenizer/tokenizer.ts";

const MAX_KEPT_CHARS = 500_000; // in each of two generations
const MAX_LINE_CHARS = 10_000; // longer lines are not cached

/** Where `text` may be cut under the rule "before" of `LineCut`. */
export function cutsBeforeBreaks(text: string): number[] {
  const cuts: number[] = [];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    const cut = at > 0 && text.charCodeAt(at - 1) === 13 ? at - 1 : at;
    const before = cut > 0 ? text.charCodeAt(cut - 1) : 0;
    if (before > 32 && before < 127) cuts.push(cut);
  }
  return cuts;
}

/** Where `text` may be cut under the rule "after" of `LineCut`. */
export function cutsAfterBreaks(text: string): number[] {
  return Array.from(text.matchAll(/\n(?=[ \t]*(?:[!-~]|$))/g), ({ index }) => index + 1);
}

const cutsOf: Readonly<Record<LineCut, (text: string) => number[]>> = {
  before: cutsBeforeBreaks,
  after: cutsAfterBreaks,
  none: () => [],
};

export class LineEncoder {
  readonly #tokenizer: Tokenizer;
  readonly #cuts: (text: string) => number[];
  #recent = new Map<string, readonly number[]>();
  #older = new Map<string, readonly number[]>(); // the older generation: lines not used since the last turn of generations are dropped at the next
  #recentChars = 0;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
    this.#cuts = cutsOf[tokenizer.lineCut ?? "before"];
  }

  /**
   * The ids of `text`, as `tokenizer.encode(text)` gives them.
   * @param enough where there are more, it may end after so many
   */
  encode(text: string, enough = Number.POSITIVE_INFINITY): number[] {
    const ids: number[] = [];
    for (const part of this.parts(text)) {
      for (const id of part) ids.push(id);
      if (ids.length > enough) return ids;
    }
    return ids;
  }

  /** The ids of `text` in parts, which together give those of the whole; a part is encoded when it is asked for. */
  *parts(text: string): Generator<readonly number[]> {
    let start = 0;
    for (const cut of this.#cuts(text)) {
      yield this.#line(text.slice(start, cut));
      start = cut;
    }
    yield this.#tokenizer.encode(text.slice(start)); // the line being typed: not worth caching
  }

  #line(line: string): readonly number[] {
    let ids = this.#recent.get(line);
    if (ids) return ids;
    ids = this.#older.get(line) ?? this.#tokenizer.encode(line);
    if (line.length <= MAX_LINE_CHARS) this.#remember(line, ids);
    return ids;
  }

  #remember(line: string, ids: readonly number[]): void {
    if (this.#recentChars + line.length > MAX_KEPT_CHARS) {
      this.#older = this.#recent;
      this.#recent = new Map();
      this.#recentChars = 0;
    }
    this.#recent.set(ownCopy(line), ids);
    this.#recentChars += line.length;
  }
}

/** A copy that does not keep the source text alive. A slice does: for each cached line a whole file would stay in memory. */
function ownCopy(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}
