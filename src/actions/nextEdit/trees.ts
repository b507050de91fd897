// The trees of the texts that next edits look at, each derived from the one before it of the same file. Keeps the last few.

import { advancePoint } from "../../../common/syntax/lines.ts";
import type { Parsers } from "../../../common/syntax/parsers.ts";
import type { Edit, SyntaxTree } from "../../../common/syntax/syntax.ts";
import { changedPart } from "./tokens.ts";

const MAX_TREES = 8;

/** Time limit for one parse, in milliseconds: an edit is settled, and nobody waits for a key. */
const PARSE_BUDGET_MS = 300;

export class RecentTrees {
  readonly #parsers: Parsers;
  #kept: { uri: string; text: string; tree: SyntaxTree }[] = []; // the latest last

  constructor(parsers: Parsers) {
    this.#parsers = parsers;
  }

  /** The tree lives, and its nodes with it, until the next call. @returns undefined where there is no grammar, or not in time */
  of({ uri, languageId, text }: { uri: string; languageId: string; text: string }): SyntaxTree | undefined {
    const at = this.#kept.findLastIndex((one) => one.uri === uri);
    const [last] = at === -1 ? [] : this.#kept.splice(at, 1);
    const tree = last?.text === text ? last.tree : this.#parse(languageId, text, last);
    if (last && last.tree !== tree) last.tree.dispose();
    if (!tree) return undefined;
    this.#kept.push({ uri, text, tree });
    if (this.#kept.length > MAX_TREES) this.#kept.shift()?.tree.dispose();
    return tree;
  }

  #parse(
    languageId: string,
    text: string,
    last: { text: string; tree: SyntaxTree } | undefined,
  ): SyntaxTree | undefined {
    const part = last && changedPart(last.text, text);
    if (last && part) last.tree.edit(editOf(last.text, text, part));
    return this.#parsers.for(languageId)?.parse(text, last?.tree, PARSE_BUDGET_MS);
  }

  dispose(): void {
    for (const { tree } of this.#kept) tree.dispose();
    this.#kept = [];
  }
}

function editOf(before: string, after: string, part: NonNullable<ReturnType<typeof changedPart>>): Edit {
  const { start } = part.before;
  const startPosition = advancePoint({ row: 0, column: 0 }, before.slice(0, start));
  return {
    startIndex: start,
    oldEndIndex: part.before.end,
    newEndIndex: part.after.end,
    startPosition,
    oldEndPosition: advancePoint(startPosition, before.slice(start, part.before.end)),
    newEndPosition: advancePoint(startPosition, after.slice(start, part.after.end)),
  };
}
