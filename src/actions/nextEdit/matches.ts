// Where a pattern fits in a file, and what each place would become. Looks only where one of the pattern's words stands.

import { lineEndOf, lineStartOf } from "../../../common/syntax/lines.ts";
import type { SyntaxTree } from "../../../common/syntax/syntax.ts";
import type { Range } from "../../typescript/unresolved.ts";
import { indentationAt, isEndOfLine } from "./examples.ts";
import { changeOf, fillings, isDone, type Pattern, wordsOfPattern } from "./pattern.ts";
import { tokensOf } from "./tokens.ts";
import type { NextEditFile, Place } from "./types.ts";

export interface Match {
  node: Range;
  place: Place;
}

/** The most places where a word is looked at, and the longest node. */
const MAX_LOOKS = 2_000;
const MAX_NODE_UNITS = 4_000;

/**
 * In the order of the file; none of them overlap.
 * @param tree of the file's text
 * @param indentation of the example's line
 */
export function matchesOf(
  pattern: Pattern,
  { uri, text }: NextEditFile,
  tree: SyntaxTree,
  indentation: string,
): Match[] {
  const word = rarest(text, wordsOfPattern(pattern));
  if (word === undefined) return [];
  const found: Match[] = [];
  const seen = new Set<number>();
  let looks = 0;
  for (
    let at = text.indexOf(word);
    at !== -1 && looks < MAX_LOOKS;
    at = text.indexOf(word, at + word.length), looks++
  ) {
    for (const node of tree.pathTo(at)) {
      const { startIndex: start, endIndex: end } = node;
      if (node.type !== pattern.kind || end - start > MAX_NODE_UNITS || seen.has(start)) continue;
      if (pattern.isTail && !isEndOfLine(text, end)) continue;
      const tokens = tokensOf(text, start, end);
      const words = tokens.map((token) => token.text);
      const values = fillings(pattern, words);
      if (!values || isDone(pattern, words)) continue;
      const change = changeOf(pattern, text, tokens, values, (gap) =>
        indented(gap, indentation, indentationAt(text, start)),
      );
      if (!change) continue;
      seen.add(start);
      const range =
        change.newText === "" && change.start === start && change.end === end ? withItsLine(text, change) : change;
      found.push({ node: { start, end }, place: narrowed(uri, text, range, change.newText) });
      break;
    }
  }
  found.sort((a, b) => a.node.start - b.node.start);
  return found.filter(({ node }, index) => index === 0 || found[index - 1].node.end <= node.start);
}

/** The word that stands least often in the text, by a look at the first hundred places of each. */
function rarest(text: string, words: readonly string[]): string | undefined {
  let best: { word: string; count: number } | undefined;
  for (const word of words) {
    let count = 0;
    for (let at = text.indexOf(word); at !== -1 && count < 100; at = text.indexOf(word, at + word.length)) count++;
    if (!best || count < best.count || (count === best.count && word.length > best.word.length)) best = { word, count };
  }
  return best?.word;
}

/** The example's line break and indentation, moved to where the place stands. */
function indented(gap: string, example: string, place: string): string {
  const line = gap.lastIndexOf("\n") + 1;
  if (line === 0) return gap;
  const own = gap.slice(line);
  return gap.slice(0, line) + (own.startsWith(example) ? place + own.slice(example.length) : own);
}

/** What is deleted and stood alone takes its lines along. */
function withItsLine(text: string, { start, end }: Range): Range {
  const [lineStart, lineEnd] = [lineStartOf(text, start), lineEndOf(text, end)];
  const isAlone = text.slice(lineStart, start).trim() === "" && text.slice(end, lineEnd).trim() === "";
  if (!isAlone) return { start, end };
  const next = text.indexOf("\n", lineEnd);
  return { start: lineStart, end: next === -1 ? text.length : next + 1 };
}

/** Without what stays at both ends, as far as it is white space. */
function narrowed(uri: string, text: string, { start, end }: Range, newText: string): Place {
  let [from, to, written] = [start, end, newText];
  while (from < to && written !== "" && text[from] === written[0] && /\s/.test(written[0])) {
    from++;
    written = written.slice(1);
  }
  while (from < to && written !== "" && text[to - 1] === written.at(-1) && /\s/.test(text[to - 1])) {
    to--;
    written = written.slice(0, -1);
  }
  return { uri, range: { start: from, end: to }, oldText: text.slice(from, to), newText: written };
}
