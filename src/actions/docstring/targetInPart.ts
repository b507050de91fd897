// The definition around a place in a file that does not parse as a whole: the definition's own lines, found by indentation, are parsed alone.
// Everything else is replaced by blanks, so that offsets are those of the file. Pure but for the parser.

import { lineEndOf, lineStartOf } from "../../../common/syntax/lines.ts";
import type { SyntaxParser } from "../../../common/syntax/syntax.ts";
import { type NoTarget, type Target, targetAt } from "./target.ts";

/** The most lines above the place that are tried as the definition's beginning: one for each indentation. */
const MOST_TRIED = 8;
const MOST_LINES_UP = 1_000;

/** The class header that is put around a possible method. */
const CLASS = "class _ {";

/** A line that continues what an earlier line of the same indentation began. */
const GOES_ON = /^[ \t]*[)\]}]/;
/** Lines above a definition that belong to it. */
const BELONGS_BELOW = /^[ \t]*(?:@|\/\*\*|\*)/;

/** @returns as `targetAt`: from a part that parses, otherwise from one whose error lies outside of the target's header */
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
        if (!tree.rootNode.hasError) return withFacts(target);
        broken ??= { ...target, tell: undefined };
      } finally {
        tree.dispose();
      }
    }
  }
  return broken ?? "noDefinition";
}

/** What the tree tells, before it goes. */
function withFacts(target: Target): Target {
  const facts = target.tell?.();
  return facts ? { ...target, tell: () => facts } : target;
}

/** Whether it is really a method. In a class, a block's statement may parse as one: a call as its signature, `if (a) {}` as a method `if`. */
const isMethod = (text: string, { name, start, end }: Target): boolean =>
  /(?<=\)\s*(?::[^{}=;]*)?)\{/.test(text.slice(start, end)) && !STATEMENTS.has(name);

const STATEMENTS = new Set(["if", "for", "while", "switch", "catch", "with", "do", "else", "try", "finally"]);

/** Beginnings of the place's line and of the lines above it that are indented less than all lines between, with the lines that belong to them. */
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

/** The end of the lines that are indented more than the first one, including those that close it. */
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

/** The part surrounded by blanks; `wrap` opens a class around it, where there is room before it. */
function alone(text: string, start: number, end: number, wrap: string): string {
  const before = text.slice(0, start).replace(/[^\n]/g, " ");
  const part = text.slice(start, end);
  if (wrap === "" || before.length <= wrap.length) return before + part;
  const opened = `${before.slice(0, -1 - wrap.length)}${wrap}\n`;
  return `${opened}${part}\n}`;
}
