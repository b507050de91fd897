// Names the definitions around a place, outermost first: ["class Foo", "bar"]. Told by the language's query file, or by indentation without a tree.
// Reads the tree only; a definition that the parser could not make out of unfinished code is missing.

import { type FoundDefinition, findDefinitions } from "./definitions.ts";
import type { LanguageSyntax, LineSyntax } from "./languages.ts";
import { indentationOf, lineEndOf, lineStartOf } from "./lines.ts";
import { MAX_PATH_DEPTH, type SyntaxNode, type SyntaxTree } from "./syntax.ts";

/** Such as ["namespace N", "class Foo", "bar"]; empty at the top level. */
export function scopePath(text: string, offset: number, tree: SyntaxTree, language: LanguageSyntax): string[] {
  return namesOf(enclosingScopes(text, offset, tree, language));
}

/** @param scopes as `enclosingScopes` gives them */
export const namesOf = (scopes: readonly FoundDefinition[]): string[] =>
  scopes.map(({ kind, word, path, container }) => {
    if (kind === "function" || kind === "method") return container === "" ? path : `${container}.${path}`;
    return `${kind === "scope" ? word : kind} ${path}`;
  });

/** The definitions that hold the place, outermost first. */
export function enclosingScopes(
  text: string,
  offset: number,
  tree: SyntaxTree,
  language: LanguageSyntax,
): FoundDefinition[] {
  if (text.length === 0) return [];
  const at = language.indented ? lastCodeUnit(text, offset) : Math.min(offset, text.length - 1);
  const found = findDefinitions(text, tree, { startIndex: at, endIndex: at + 1 });
  let inFunction = false;
  return found.slice(0, MAX_PATH_DEPTH).filter(({ kind, inner, bodyStart }) => {
    const { startIndex, endIndex } = inner;
    if (startIndex >= offset || startIndex > at || endIndex <= at) return false;
    if ((kind === "variable" || kind === "field") && bodyStart === undefined) return false;
    if (inFunction && kind === "function" && bodyStart === undefined) return false; // C++: `T local(value);`
    inFunction ||= kind === "function" || kind === "method";
    return !language.indented || belongsByIndentation(text, offset, inner);
  });
}

/** In a language of indentation a block ends at its last statement: an empty line below it is judged by the text above. */
function lastCodeUnit(text: string, offset: number): number {
  let at = offset - 1;
  while (at > 0 && /\s/.test(text[at]!)) at--;
  return Math.max(at, 0);
}

function belongsByIndentation(text: string, offset: number, node: SyntaxNode): boolean {
  const lineStart = lineStartOf(text, offset);
  if (node.endIndex > offset || node.startIndex >= lineStart) return true;
  const indentation = /^[ \t]*/.exec(text.slice(lineStart, offset))![0].length;
  return indentation > node.startPosition.column;
}

/** How many lines above the cursor are searched for a definition's header. */
const MAX_LINES_UP = 2_000;

/** A line that begins a definition in most languages, with what it defines. */
const header =
  /^\s*(?:[\w@]+\s+){0,4}?(class|module|interface|struct|trait|enum|type|namespace|object|protocol|impl|def|defp|fun|func|fn|function|sub|proc|procedure)\s+([\w$.:]+)/;

const functionWords = new Set(["def", "defp", "fun", "func", "fn", "function", "sub", "proc", "procedure"]);

/** The scope path of a text without a tree: the headers of the lines above that are indented less and less. */
export function scopePathByIndentation(text: string, offset: number, language: LineSyntax): string[] {
  const scopes: string[] = [];
  let lineStart = lineStartOf(text, offset);
  const current = text.slice(lineStart, lineEndOf(text, offset));
  let limit = current.trim() === "" ? indentationOf(text.slice(lineStart, offset)) : indentationOf(current);
  for (let lines = 0; lines < MAX_LINES_UP && lineStart > 0 && limit > 0; lines++) {
    const start = lineStartOf(text, lineStart - 1);
    const line = text.slice(start, Math.min(lineStart - 1, start + 500));
    lineStart = start;
    if (line.trim() === "" || line.trimStart().startsWith(language.lineComment)) continue;
    const indentation = indentationOf(line);
    if (indentation >= limit) continue;
    limit = indentation;
    const [, word, name] = header.exec(line) ?? [];
    if (word && name) scopes.unshift(functionWords.has(word) ? name : `${word} ${name}`);
  }
  return scopes;
}
