// A parse that takes longer than a keystroke can wait: it runs in slices between other work. Edits made meanwhile are applied to its tree.
// Must not know about documents.

import type { Edit, SlicedParse, SyntaxTree } from "../../common/syntax/syntax.ts";

const SLICE_MS = 5;

/** Time limit for all slices together, in milliseconds; a text that takes longer gets no tree. */
export const MAX_PARSE_MS = 5_000;

export class BackgroundParse {
  readonly #parse: SlicedParse;
  readonly #done: (tree: SyntaxTree | undefined, edited: boolean) => void;
  readonly #edits: Edit[] = [];
  #next: NodeJS.Immediate | undefined;
  #spentMs = 0;

  /** @param done gets the tree, with the edits made meanwhile applied; undefined where it took too long. Not called after `cancel` */
  constructor(parse: SlicedParse, done: (tree: SyntaxTree | undefined, edited: boolean) => void) {
    this.#parse = parse;
    this.#done = done;
    this.#next = setImmediate(() => this.#slice());
  }

  /** An edit of the text since the parse began. */
  edit(edit: Edit): void {
    this.#edits.push(edit);
  }

  cancel(): void {
    if (!this.#next) return;
    clearImmediate(this.#next);
    this.#next = undefined;
    this.#parse.dispose();
  }

  #slice(): void {
    const startMs = performance.now();
    const tree = this.#parse.run(SLICE_MS);
    this.#spentMs += performance.now() - startMs;
    if (!tree && this.#spentMs < MAX_PARSE_MS) {
      this.#next = setImmediate(() => this.#slice());
      return;
    }
    this.#next = undefined;
    for (const edit of this.#edits) tree?.edit(edit);
    this.#done(tree, this.#edits.length > 0);
    this.#parse.dispose();
  }
}
