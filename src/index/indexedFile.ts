// Turns the text of a file into its index entry: chunks with their terms, and the definitions. Pure.
// Works on the redacted text, so no part of a secret becomes a term, a header or a name.

import { redactSecrets } from "../../common/rules/redactSecrets.ts";
import { definitionsOf } from "../../common/syntax/definitions.ts";
import { languageOfPath, languageSyntax } from "../../common/syntax/languages.ts";
import { hasLongLine } from "../../common/syntax/lines.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import type { SyntaxTree } from "../../common/syntax/syntax.ts";
import { chunkLines, lineStartsOf } from "../workspace/chunks.ts";
import { codeTerms } from "../workspace/terms.ts";
import { chunkHash } from "./hash.ts";

export interface IndexedChunk {
  startLine: number; // 0-based
  endLine: number; // exclusive
  /** Hash of the file's own lines, joined by "\n". */
  hash: number;
  /** Scope path, "" at top level. */
  header: string;
  terms: string[];
}

export interface IndexedSymbol {
  name: string;
  kind: string;
  container: string;
  startLine: number; // 0-based
  endLine: number; // exclusive
}

export interface IndexedFile {
  path: string;
  language: string; // "" where Sotto does not know it
  lines: number;
  /** False where the language has a grammar but the text got no tree. */
  hasTree: boolean;
  chunks: IndexedChunk[];
  symbols: IndexedSymbol[];
}

/** Time limit for parsing a file, in milliseconds. Nobody waits for the index, but the process must react to an abort. */
const PARSE_BUDGET_MS = 2_000;

/** The terms by which a chunk is found: its own, and those of its path and scope. */
export const chunkTerms = (path: string, header: string, text: string): string[] =>
  codeTerms(`${path}\n${header}\n${text}`);

export function indexedFile(path: string, text: string, parsers: Parsers): IndexedFile {
  const redacted = redactSecrets(text).text; // has the same number of lines
  const language = languageOfPath(path) ?? "";
  const parser = parsers.for(language);
  const tree = parser && !hasLongLine(redacted) ? parser.parse(redacted, undefined, PARSE_BUDGET_MS) : undefined;
  try {
    const lines = redacted.split("\n");
    const symbols = tree ? symbolsOf(redacted, tree, language) : [];
    const ownLines = redacted === text ? lines : text.split("\n");
    const chunks = chunkLines(redacted, tree).flatMap(({ startLine, endLine }) => {
      const chunkText = lines.slice(startLine, endLine).join("\n");
      if (codeTerms(chunkText).length === 0) return [];
      const header = headerOf(symbols, startLine, endLine);
      const hash = chunkHash(ownLines.slice(startLine, endLine).join("\n"));
      return [{ startLine, endLine, hash, header, terms: chunkTerms(path, header, chunkText) }];
    });
    return { path, language, lines: lines.length, hasTree: !parser || tree !== undefined, chunks, symbols };
  } finally {
    tree?.dispose();
  }
}

/** The definitions in document order, outer ones before inner ones. */
function symbolsOf(text: string, tree: SyntaxTree, language: string): IndexedSymbol[] {
  const syntax = languageSyntax(language);
  if (!syntax) return [];
  const lineAt = lineCounter(text);
  return definitionsOf(text, tree, syntax).map(({ name, kind, container, startIndex, endIndex }) => ({
    name,
    kind,
    container,
    startLine: lineAt(startIndex),
    endLine: lineAt(Math.max(startIndex, endIndex - 1)) + 1,
  }));
}

/** Returns a function that finds the line of an offset by binary search. */
function lineCounter(text: string): (offset: number) => number {
  const starts = lineStartsOf(text);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle;
    }
    return low;
  };
}

/** The scope path of the innermost definition that begins before the chunk and reaches at least to its end. */
function headerOf(symbols: readonly IndexedSymbol[], startLine: number, endLine: number): string {
  let header = "";
  for (const symbol of symbols) {
    if (symbol.startLine >= startLine) break; // in document order
    if (symbol.endLine >= endLine) header = symbol.container ? `${symbol.container}.${symbol.name}` : symbol.name;
  }
  return header;
}
