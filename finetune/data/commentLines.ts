// Finds the lines of a file that are comments from their first character on. Reads a text and its tree.

import { lineSyntax } from "../../common/syntax/languages.ts";
import { regionAt } from "../../common/syntax/region.ts";
import type { SyntaxTree } from "../../common/syntax/syntax.ts";

/** The numbers of the comment lines, from 0. */
export function commentLines(text: string, languageId: string, tree: SyntaxTree | undefined): Set<number> {
  const found = new Set<number>();
  let start = 0;
  text.split("\n").forEach((line, number) => {
    const indentation = line.length - line.trimStart().length;
    if (indentation < line.length && isComment(text, line, indentation, start, languageId, tree)) found.add(number);
    start += line.length + 1;
  });
  return found;
}

function isComment(
  text: string,
  line: string,
  indentation: number,
  start: number,
  languageId: string,
  tree: SyntaxTree | undefined,
): boolean {
  const language = lineSyntax(languageId)!;
  const { lineComment, blockComment } = language;
  if (line.startsWith(lineComment, indentation)) return true;
  if (blockComment && line.startsWith(blockComment[0], indentation)) return true;
  return regionAt(text, start + indentation, tree, language) === "comment";
}
