// The definition around a place in a file that does not parse as a whole: its own lines, by their indentation, are parsed alone. Everything else
// counts as blanks, so that places are those of the file. Pure but for the parser.

import { lineEndOf, lineStartOf } from "../../../common/syntax/lines.ts";
import type { SyntaxParser } from "../../../common/syntax/syntax.ts";
import { type NoTarget, type Target, targetAt } from "./target.ts";

/** Lines above the place at which the definition may begin: of each indentation one is tried. */
const MOST_TRIED = 8;
const MOST_LINES_UP = 1_000;

/** Opened around what may be a method. */
const CLASS = "class _ {";

/** A line that goes on with what an earlier one of the same indentation began. */
const GOES_ON = /^[ \t]*[)\]}]/;
/** What stands above a definition and belongs to it. */
const BELONGS_BELOW = /^[ \t]*(?:@|\/\*\*|\*)/;

/** @returns as `targetAt`: in a part that parses, else in one whose error does not lie in what the target's header says */
export function targetInPart(
  text: string,
  parser: SyntaxParser,
  languageId: string,
  offset: number,
): Target | NoTarget {
  let broken: Target | undefined;
  for (const start of possibleStarts(text, offset)) {
    for (const wrap of languageId === "python" ? [""] : ["", CLASS]) {
      const tree = parser.parse(alone(text, start, blockEnd(text, start), wrap));
      if (!tree) continue;
      try {
        const target = targetAt(text, tree, languageId, offset);
        if (typeof target === "string" || (wrap === CLASS && !isMethod(text, target))) continue;
        if (!tree.rootNode.hasError) return target;
        broken ??= target;
      } finally {
        tree.dispose();
      }
    }
  }
  return broken ?? "noDefinition";
}

/** In a class a statement of a block may read as a method: a call as its signature, `if (a) {}` as one of that name. */
const isMethod = (text: string, { name, start, end }: Target): boolean =>
  /(?<=\)\s*(?::[^{}=;]*)?)\{/.test(text.slice(start, end)) && !STATEMENTS.has(name);

const STATEMENTS = new Set(["if", "for", "while", "switch", "catch", "with", "do", "else", "try", "finally"]);

/** The line of the place, and those above it that stand further to the left than all between; what belongs to them included. */
function possibleStarts(text: string, offset: number): number[] {
  const starts: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  let start = lineStartOf(text, offset);
  for (let lines = 0; lines < MOST_LINES_UP && starts.length < MOST_TRIED; lines++) {
    const line = text.slice(start, lineEndOf(text, start));
    const indent = /^[ \t]*/.exec(line)![0].length;
    if (line.trim() !== "" && indent < least && !GOES_ON.test(line)) {
      least = indent;
      starts.push(withWhatBelongs(text, start));
    }
    if (start === 0 || least === 0) break;
    start = lineStartOf(text, start - 1);
  }
  return starts;
}

function withWhatBelongs(text: string, start: number): number {
  let first = start;
  while (first > 0) {
    const above = lineStartOf(text, first - 1);
    if (!BELONGS_BELOW.test(text.slice(above, lineEndOf(text, above)))) break;
    first = above;
  }
  return first;
}

/** Where the lines end that are indented further than the first one, with those that close it. */
function blockEnd(text: string, start: number): number {
  const indentOf = (line: string) => /^[ \t]*/.exec(line)![0].length;
  const own = indentOf(text.slice(start, lineEndOf(text, start)));
  let end = lineEndOf(text, start);
  let isBelow = !BELONGS_BELOW.test(text.slice(start, end)); // past the comment and the decorators
  while (end < text.length) {
    const next = text.indexOf("\n", end) + 1;
    if (next === 0) break;
    const line = text.slice(next, lineEndOf(text, next));
    const isPart = line.trim() === "" || indentOf(line) > own || GOES_ON.test(line) || !isBelow;
    if (!isPart) break;
    if (!BELONGS_BELOW.test(line)) isBelow = true;
    end = next + line.length;
  }
  return end;
}

/** The part with blanks around it; `wrap` opens a class around it, where there is room before it. */
function alone(text: string, start: number, end: number, wrap: string): string {
  const before = text.slice(0, start).replace(/[^\n]/g, " ");
  const part = text.slice(start, end);
  if (wrap === "" || before.length <= wrap.length) return before + part;
  const opened = `${before.slice(0, -1 - wrap.length)}${wrap}\n`;
  return `${opened}${part}\n}`;
}
