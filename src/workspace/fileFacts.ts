// The facts that retrieval uses of a file: its lines, declarations and imports, each computed at first use and kept until the text changes.
// Parses within a time limit; a file that takes longer has no declarations. The text still holds its secrets: `withoutSecrets` redacts them.

import { redactSecrets } from "../../common/rules/redactSecrets.ts";
import { type Import, importsOf } from "../../common/syntax/imports.ts";
import { languageOfPath, languageSyntax } from "../../common/syntax/languages.ts";
import { hasLongLine } from "../../common/syntax/lines.ts";
import { type Declaration, outlineOf, outlining } from "../../common/syntax/outline.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import type { QueriedTree } from "../../common/syntax/syntax.ts";
import { inSlices } from "../../common/util/slices.ts";
import { chunkLines, type LineSpan } from "./chunks.ts";
import type { OpenDocument } from "./documents.ts";
import { codeTerms } from "./terms.ts";

const PARSE_BUDGET_MS = 20;

/** The most text that is cached, in UTF-16 units. */
const MAX_UNITS = 16_000_000;

/** A top-level declaration, without the bodies of functions. */
export interface OutlinedDeclaration extends Declaration {
  startLine: number; // 0-based
  endLine: number; // exclusive
}

/** A part of a file along its syntax nodes, with its term frequencies. */
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
  #lineStarts: number[] | undefined;
  #parsed: Parsed | undefined;
  #chunks: readonly FileChunk[] | undefined;
  #safe: string | undefined; // the text without its secrets

  /** @param parsers undefined where the file must not be parsed */
  constructor(path: string, text: string, parsers: Parsers | undefined) {
    this.path = path;
    this.text = text;
    this.#parsers = parsers;
  }

  /**
   * The facts of an open document: its declarations alone, by the document's own tree, made between other work.
   * @returns undefined where the document changed before all was done
   */
  static async ofDocument(document: OpenDocument): Promise<FileFacts | undefined> {
    const { path, languageId, version } = document;
    const facts = new FileFacts(path, document.text.getText(), undefined);
    const language = languageSyntax(languageId);
    const goesOn = () => document.version === version && document.tree !== undefined;
    const tree: QueriedTree = {
      get rootNode() {
        return document.tree!.rootNode; // another one each time that a suggestion was judged by it
      },
      matches: (query, range) => document.tree!.matches(query, range),
    };
    const declarations = language && goesOn() ? await inSlices(outlining(facts.text, tree, language), goesOn) : [];
    if (!declarations) return undefined;
    facts.#parsed = { declarations: facts.#withLines(declarations), imports: [], spans: [] };
    return facts;
  }

  /** The top-level declarations; none where the language has no grammar, or the file takes too long to parse. */
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

  /** Whether all slow facts are computed. */
  get isReady(): boolean {
    return this.#chunks !== undefined;
  }

  /** Computes the slow facts: takes at most the time limit of a parse, and some milliseconds for a large file's terms. */
  prepare(): this {
    void this.chunks;
    return this;
  }

  /** The end of the text in lines [startLine, endLine), without blank lines at the end. `startLine` where there is no text. */
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

  /** Lines [startLine, endLine) with secrets redacted, including a secret that began before those lines. */
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
    const tree = language && this.#parsers?.for(languageId)?.parse(this.text, undefined, PARSE_BUDGET_MS);
    if (!tree) return { declarations: [], imports: [], spans: chunkLines(this.text) };
    const declarations = this.#withLines(outlineOf(this.text, tree, language));
    const imports = importsOf(this.text, tree, language);
    const spans = chunkLines(this.text, tree);
    tree.dispose();
    return { declarations, imports, spans };
  }

  #withLines(declarations: readonly Declaration[]): OutlinedDeclaration[] {
    return declarations.map((one) => ({
      ...one,
      startLine: lineAt(this.#starts, one.startIndex),
      endLine: lineAt(this.#starts, Math.max(one.startIndex, one.endIndex - 1)) + 1,
    }));
  }
}

/** The facts of the most recently used files. */
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

/** The line that holds `offset`, by binary search. */
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
