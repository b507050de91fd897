// The tree that a document would have if a suggestion were accepted. Follows the suggestion's text as that grows.
// Must not change the document: its own tree is only borrowed for the first parse.

import { advancePoint } from "../../common/syntax/lines.ts";
import type { Edit, Point, SyntaxParser, SyntaxTree } from "../../common/syntax/syntax.ts";

/** Time limit for parsing a suggestion, in milliseconds. */
const DRAFT_BUDGET_MS = 60;

/** After a parse that took so long nothing more is parsed: each of the texts that the filters try would hold the agent as long. */
const LAST_PARSE_MS = 40;

export class Draft {
  readonly #parser: SyntaxParser;
  readonly #text: string;
  readonly #offset: number;
  readonly #point: Point;
  readonly #borrow: (edit: Edit, parse: (tree: SyntaxTree) => void) => void;
  #written: string | undefined; // the text at the offset in the tree; it replaces `#replaced` units
  #replaced = 0;
  #tree: SyntaxTree | undefined;
  #isOver = false; // a parse took too long

  /**
   * @param text of the document, without the suggestion
   * @param point of `offset`
   * @param borrow lends the document's own tree with `edit` applied, for the duration of the callback
   */
  constructor(
    parser: SyntaxParser,
    text: string,
    offset: number,
    point: Point,
    borrow: (edit: Edit, parse: (tree: SyntaxTree) => void) => void,
  ) {
    this.#parser = parser;
    this.#text = text;
    this.#offset = offset;
    this.#point = point;
    this.#borrow = borrow;
  }

  /**
   * The tree of the text with `written` at the offset; it belongs to the draft and lives until the next call.
   * @param replaceAfter units after the offset that `written` replaces
   * @returns undefined when the parse, or one before it, took too long
   */
  parse(written: string, replaceAfter = 0): SyntaxTree | undefined {
    if (this.#tree && written === this.#written && replaceAfter === this.#replaced) return this.#tree; // each filter asks again
    if (this.#isOver) return undefined;
    const startMs = performance.now();
    const text = this.#text.slice(0, this.#offset) + written + this.#text.slice(this.#offset + replaceAfter);
    const previous = this.#tree;
    if (previous) {
      const old =
        this.#written! +
        this.#text.slice(this.#offset + this.#replaced, this.#offset + Math.max(replaceAfter, this.#replaced));
      const now =
        written + this.#text.slice(this.#offset + replaceAfter, this.#offset + Math.max(replaceAfter, this.#replaced));
      previous.edit(this.#edit(old, now));
      this.#tree = this.#parser.parse(text, previous, DRAFT_BUDGET_MS);
      previous.dispose();
    } else {
      this.#borrow(this.#edit(this.#text.slice(this.#offset, this.#offset + replaceAfter), written), (tree) => {
        this.#tree = this.#parser.parse(text, tree, DRAFT_BUDGET_MS);
      });
    }
    this.#written = written;
    this.#replaced = replaceAfter;
    this.#isOver = performance.now() - startMs > LAST_PARSE_MS;
    return this.#tree;
  }

  dispose(): void {
    this.#tree?.dispose();
    this.#tree = undefined;
  }

  #edit(old: string, now: string): Edit {
    return {
      startIndex: this.#offset,
      oldEndIndex: this.#offset + old.length,
      newEndIndex: this.#offset + now.length,
      startPosition: this.#point,
      oldEndPosition: advancePoint(this.#point, old),
      newEndPosition: advancePoint(this.#point, now),
    };
  }
}
