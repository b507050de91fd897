// What the comments of a file leave to do, or warn of: TODO and its kin. In languages without a grammar, the comments that begin a line. Pure.

import { lineSyntax } from "../../../common/syntax/languages.ts";
import { matchesByPart, type SyntaxTree } from "../../../common/syntax/syntax.ts";

export interface Note {
  word: string; // "TODO"
  text: string; // what stands after it, on its line
  startIndex: number; // of the word
}

const MARK = /\b(TODO|FIXME|HACK|XXX|BUG)\b(?:\([^)\n]{0,60}\))?:?[ \t]*([^\n]*)/g;
const MOST_UNITS = 160;

/** @param tree undefined where there is none */
export function notesIn(text: string, tree: SyntaxTree | undefined, languageId: string): Note[] {
  const found = new Map<number, Note>();
  for (const { startIndex, endIndex } of commentsIn(text, tree, languageId)) {
    for (const match of text.slice(startIndex, endIndex).matchAll(MARK)) {
      const [, word, rest] = match;
      const words = rest!
        .trimEnd()
        .replace(/\*{1,9}\/$|-->$/, "")
        .trim();
      if (word === "BUG" && !/^BUG(?:\(|:)/.test(match[0])) continue;
      const cut = words.length > MOST_UNITS ? `${words.slice(0, MOST_UNITS).trimEnd()} …` : words;
      found.set(startIndex + match.index, { word: word!, text: cut, startIndex: startIndex + match.index });
    }
  }
  return [...found.values()].sort((a, b) => a.startIndex - b.startIndex);
}

function* commentsIn(
  text: string,
  tree: SyntaxTree | undefined,
  languageId: string,
): Generator<{ startIndex: number; endIndex: number }> {
  if (tree) {
    for (const matches of matchesByPart(tree, "regions"))
      for (const { captures } of matches) for (const { name, node } of captures) if (name === "comment") yield node;
    return;
  }
  const mark = lineSyntax(languageId)?.lineComment;
  if (mark === undefined) return;
  let start = 0;
  for (const line of text.split("\n")) {
    if (line.trimStart().startsWith(mark)) yield { startIndex: start, endIndex: start + line.length };
    start += line.length + 1;
  }
}
