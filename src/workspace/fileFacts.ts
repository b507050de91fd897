// What retrieval knows of a file: its lines, its declarations and its imports, each made when it is first asked for and kept until the text
// changes. Parses within a budget; a file that takes longer has no declarations. Secrets are still in the text: `withoutSecrets` takes them out.

import { redactSecrets } from "../../common/rules/redactSecrets.ts";
import { type Import, importsOf } from "../../common/syntax/imports.ts";
import { languageOfPath, languageSyntax } from "../../common/syntax/languages.ts";
import { hasLongLine } from "../../common/syntax/lines.ts";
import { type Declaration, outlineOf } from "../../common/syntax/outline.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import type { SyntaxTree } from "../../common/syntax/syntax.ts";
import { chunkLines, type LineSpan } from "./chunks.ts";
import { codeTerms } from "./terms.ts";

const PARSE_BUDGET_MS = 20;

/** The most text that is remembered, in UTF-16 units. */
const MAX_UNITS = 16_000_000;

/** A top-level declaration, bodies of functions left out. */
export interface OutlinedDeclaration extends Declaration {
  startLine: number; // 0-based
  endLine: number; // exclusive
}

/** A part of a file along its syntax nodes, and how often it holds which term. */
export interface FileChunk extends LineSpan {
  terms: ReadonlyMap<string, number>;
  length: number; // in terms
}

interface Parsed {
  declarations: readonly OutlinedDeclaration[];
  imports: readonly Import[];
  spans: readonly LineSpan[];
}

export class FileFacts {
  readonly path: string;
  readonly text: string; // as it was read
  readonly #parsers: Parsers | undefined;
  readonly #tree: SyntaxTree | undefined;
  #lineStarts: number[] | undefined;
  #parsed: Parsed | undefined;
  #chunks: readonly FileChunk[] | undefined;
  #safe: string | undefined; // the text without its secrets

  /**
   * @param parsers undefined where it must not be parsed
   * @param tree of the text, where there is one already; it stays the caller's. Such a file is not cut into chunks
   */
  constructor(path: string, text: string, parsers: Parsers | undefined, tree?: SyntaxTree) {
    this.#tree = tree;
    this.path = path;
    this.text = text;
    this.#parsers = parsers;
  }

  /** Those of the top level; none where the language has no grammar, or the file takes too long to parse. */
  get declarations(): readonly OutlinedDeclaration[] {
    return (this.#parsed ??= this.#parse()).declarations;
  }

  get imports(): readonly Import[] {
    return (this.#parsed ??= this.#parse()).imports;
  }

  get chunks(): readonly FileChunk[] {
    this.#parsed ??= this.#parse();
    this.#chunks ??= this.#parsed.spans.map((span) => {
      const found = codeTerms(this.lines(span.startLine, span.endLine));
      const terms = new Map<string, number>();
      for (const term of found) terms.set(term, (terms.get(term) ?? 0) + 1);
      return { ...span, terms, length: found.length };
    });
    return this.#chunks;
  }

  /** Whether nothing remains to be made of it that takes time. */
  get isReady(): boolean {
    return this.#chunks !== undefined;
  }

  /** Makes what takes time: at most the budget of a parse, and some milliseconds for a large file's terms. */
  prepare(): this {
    void this.chunks;
    return this;
  }

  /** Where what is written in lines [startLine, endLine) ends: blank lines at their end are left out. `startLine` where there is nothing. */
  endOfText(startLine: number, endLine: number): number {
    let end = Math.max(startLine, Math.min(endLine, this.#starts.length));
    while (end > startLine && this.lines(end - 1, end).trim() === "") end--;
    return end;
  }

  /** Lines [startLine, endLine), without the last line break. */
  lines(startLine: number, endLine: number): string {
    if (endLine <= startLine) return "";
    const starts = this.#starts;
    const end = starts[endLine];
    return this.text.slice(starts[startLine] ?? this.text.length, end === undefined ? undefined : end - 1);
  }

  /** Lines [startLine, endLine) of the file as it may be shown. A secret that began before those lines is taken out of them too. */
  linesWithoutSecrets(startLine: number, endLine: number): string {
    this.#safe ??= redactSecrets(this.text).text;
    if (this.#safe === this.text) return this.lines(startLine, endLine);
    return this.#safe.split("\n").slice(startLine, endLine).join("\n");
  }

  get #starts(): number[] {
    return (this.#lineStarts ??= lineStarts(this.text));
  }

  #parse(): Parsed {
    const languageId = languageOfPath(this.path) ?? "";
    const language = languageSyntax(languageId);
    if (hasLongLine(this.text)) return { declarations: [], imports: [], spans: [] }; // generated or packed
    const tree =
      language && (this.#tree ?? this.#parsers?.for(languageId)?.parse(this.text, undefined, PARSE_BUDGET_MS));
    if (!tree) return { declarations: [], imports: [], spans: chunkLines(this.text) };
    const declarations = outlineOf(this.text, tree, language).map((one) => ({
      ...one,
      startLine: lineAt(this.#starts, one.startIndex),
      endLine: lineAt(this.#starts, Math.max(one.startIndex, one.endIndex - 1)) + 1,
    }));
    const imports = importsOf(this.text, tree, language);
    if (tree === this.#tree) return { declarations, imports, spans: [] };
    const spans = chunkLines(this.text, tree);
    tree.dispose();
    return { declarations, imports, spans };
  }
}

/** The facts of the files that were asked for last. */
export class FileFactsCache {
  readonly #parsers: Parsers;
  readonly #known = new Map<string, FileFacts>(); // in the order of use
  #units = 0;

  constructor(parsers: Parsers) {
    this.#parsers = parsers;
  }

  of(path: string, text: string): FileFacts {
    const known = this.#known.get(path);
    const facts = known?.text === text ? known : new FileFacts(path, text, this.#parsers);
    this.#forget(path);
    this.#known.set(path, facts);
    this.#units += text.length;
    while (this.#units > MAX_UNITS && this.#known.size > 1) this.#forget(this.#known.keys().next().value!);
    return facts;
  }

  #forget(path: string): void {
    this.#units -= this.#known.get(path)?.text.length ?? 0;
    this.#known.delete(path);
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The line that holds `offset`, by bisection. */
export function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return low;
}
