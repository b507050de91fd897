// The open documents: text, version and a syntax tree that follows the editor's deltas.
// Must not know about completion, and never reads a file.

import type { DidChangeTextDocumentParams, TextDocumentItem } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { advancePoint, hasLongLine, MAX_LINE_UNITS } from "../../common/syntax/lines.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import type { Edit, SyntaxTree } from "../../common/syntax/syntax.ts";
import { Draft } from "./draft.ts";

/** A text longer than this gets no tree: parsing it would hold up the agent. */
const MAX_TREE_UNITS = 1_500_000;

/** A parse that takes longer is given up, and not tried again before the next edit. */
const PARSE_BUDGET_MS = 1_000;

export interface OpenDocument {
  readonly uri: string;
  readonly path: string; // relative to the workspace, with forward slashes
  readonly languageId: string;
  readonly version: number;
  readonly text: TextDocument;
  /** Parsed on first need after an edit; undefined where there is none (`noTree` says why). Belongs to the document. */
  readonly tree: SyntaxTree | undefined;
  readonly noTree: string | undefined;
  readonly parsers: Parsers;
  /** For trees of the text with something written at `offset`; undefined where the document has no tree. */
  draft(offset: number): Draft | undefined;
}

class TrackedDocument implements OpenDocument {
  readonly uri: string;
  readonly path: string;
  readonly parsers: Parsers;
  readonly text: TextDocument; // updated in place
  #tree: SyntaxTree | undefined;
  #stale = true; // the tree does not know the last edits yet
  #noTree: string | undefined;

  constructor(item: TextDocumentItem, path: string, parsers: Parsers) {
    this.uri = item.uri;
    this.path = path;
    this.parsers = parsers;
    this.text = TextDocument.create(item.uri, item.languageId, item.version, item.text);
  }

  get languageId(): string {
    return this.text.languageId;
  }

  get version(): number {
    return this.text.version;
  }

  get tree(): SyntaxTree | undefined {
    if (this.#stale) this.#parse();
    return this.#tree;
  }

  get noTree(): string | undefined {
    if (this.#stale) this.#parse();
    return this.#noTree;
  }

  #parse(): void {
    const text = this.text.getText();
    const parser = this.parsers.for(this.languageId);
    this.#stale = false;
    this.#noTree = undefined;
    const previous = this.#tree;
    this.#tree = undefined;
    if (!parser)
      this.#noTree = this.parsers.kind === "none" ? this.parsers.reason : `no grammar for ${this.languageId}`;
    else if (text.length > MAX_TREE_UNITS) this.#noTree = `longer than ${MAX_TREE_UNITS} characters`;
    else if (hasLongLine(text)) this.#noTree = `a line is longer than ${MAX_LINE_UNITS} characters`;
    else {
      this.#tree = parser.parse(text, previous, PARSE_BUDGET_MS);
      if (!this.#tree) this.#noTree = `parsing took longer than ${PARSE_BUDGET_MS} ms`;
    }
    previous?.dispose();
  }

  /** One change of a notification; its range refers to the text after the changes before it. */
  change(change: DidChangeTextDocumentParams["contentChanges"][number], version: number): void {
    if (!("range" in change)) {
      this.#tree?.dispose();
      this.#tree = undefined;
    } else if (this.#tree) {
      const text = this.text.getText();
      const from = this.text.offsetAt(change.range.start);
      const to = this.text.offsetAt(change.range.end);
      // As TextDocument.update does: a range whose ends are the wrong way round is turned.
      const [startIndex, oldEndIndex] = from <= to ? [from, to] : [to, from];
      // Points by "\n" alone, as tree-sitter counts them; TextDocument also ends a line at a lone "\r".
      const startPosition = advancePoint({ row: 0, column: 0 }, text.slice(0, startIndex));
      this.#tree.edit({
        startIndex,
        oldEndIndex,
        newEndIndex: startIndex + change.text.length,
        startPosition,
        oldEndPosition: advancePoint(startPosition, text.slice(startIndex, oldEndIndex)),
        newEndPosition: advancePoint(startPosition, change.text),
      });
    }
    TextDocument.update(this.text, [change], version);
    this.#stale = true;
  }

  draft(offset: number): Draft | undefined {
    const parser = this.parsers.for(this.languageId);
    if (!parser || !this.tree) return undefined;
    const text = this.text.getText();
    const version = this.version;
    return new Draft(parser, text, offset, (edit, parse) => this.#lend(parser, text, version, edit, parse));
  }

  /** Lends the tree with `edit` applied, and takes the edit back: cheaper than a parse of the whole text. */
  #lend(
    parser: NonNullable<ReturnType<Parsers["for"]>>,
    text: string,
    version: number,
    edit: Edit,
    use: (tree: SyntaxTree) => void,
  ): void {
    // Where the document has gone on since, the draft's own text is parsed from the start.
    const current = version === this.version ? this.tree : undefined;
    const tree = current ?? parser.parse(text, undefined, PARSE_BUDGET_MS);
    if (!tree) return;
    tree.edit(edit);
    use(tree);
    if (tree !== current) {
      tree.dispose();
      return;
    }
    tree.edit({
      ...edit,
      oldEndIndex: edit.newEndIndex,
      newEndIndex: edit.oldEndIndex,
      oldEndPosition: edit.newEndPosition,
      newEndPosition: edit.oldEndPosition,
    });
    this.#stale = true; // the nodes around the place are marked as changed
  }

  close(): void {
    this.#tree?.dispose();
    this.#tree = undefined;
  }
}

export class Documents {
  readonly #byUri = new Map<string, TrackedDocument>();
  readonly #parsers: Parsers;
  readonly #relativePath: (uri: string) => string;

  /** @param options.relativePath the path of a URI in its workspace, with forward slashes; the file name where it is in none */
  constructor(options: { parsers: Parsers; relativePath: (uri: string) => string }) {
    this.#parsers = options.parsers;
    this.#relativePath = options.relativePath;
  }

  open(item: TextDocumentItem): OpenDocument {
    this.close(item.uri);
    const document = new TrackedDocument(item, this.#relativePath(item.uri), this.#parsers);
    this.#byUri.set(item.uri, document);
    return document;
  }

  /** @returns undefined where the document is not open */
  change(params: DidChangeTextDocumentParams): OpenDocument | undefined {
    const document = this.#byUri.get(params.textDocument.uri);
    for (const change of params.contentChanges) document?.change(change, params.textDocument.version);
    return document;
  }

  close(uri: string): void {
    this.#byUri.get(uri)?.close();
    this.#byUri.delete(uri);
  }

  get(uri: string): OpenDocument | undefined {
    return this.#byUri.get(uri);
  }
}

/** A document without an editor behind it (CLI, evaluation). */
export function openDocument(
  item: { uri: string; path: string; languageId: string; text: string },
  parsers: Parsers,
): OpenDocument {
  return new TrackedDocument({ ...item, version: 1 }, item.path, parsers);
}
