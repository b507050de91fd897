// The open documents: text, version and a syntax tree that follows the editor's deltas.
// Must not know about completion, and never reads a file.

import type { DidChangeTextDocumentParams, Range, TextDocumentItem } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { advancePoint, hasLoneReturn, hasLongLine, lineStartOf, MAX_LINE_UNITS } from "../../common/syntax/lines.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { prepareQueries } from "../../common/syntax/prepareQueries.ts";
import type { Edit, Point, SyntaxParser, SyntaxTree } from "../../common/syntax/syntax.ts";
import { BackgroundParse, MAX_PARSE_MS } from "./backgroundParse.ts";
import { Draft } from "./draft.ts";

/** A text longer than this, in UTF-16 units, gets no tree: parsing it would block the agent. */
const MAX_TREE_UNITS = 1_500_000;

/** How long a keystroke waits for its tree, in milliseconds; a parse that takes longer continues in the background. */
const KEYSTROKE_BUDGET_MS = 50;

/** Time limit for parsing a document without an editor, in milliseconds; a parse that takes longer is given up. */
const PARSE_BUDGET_MS = 1_000;

/** Version of a text that the editor does not have, and so must not be asked about. */
export const NO_EDITOR_VERSION = -1;

const UNFINISHED = "it is still being parsed";

export interface OpenDocument {
  readonly uri: string;
  readonly path: string; // relative to the workspace, with forward slashes
  readonly languageId: string;
  readonly version: number;
  readonly text: TextDocument;
  /** The syntax tree, parsed at the first access after an edit; undefined where there is none (`noTree` says why). Owned by the document. */
  readonly tree: SyntaxTree | undefined;
  readonly noTree: string | undefined;
  readonly parsers: Parsers;
  /** A draft, for trees of the text with a suggestion inserted at `offset`; undefined where the document has no tree. */
  draft(offset: number): Draft | undefined;
}

class TrackedDocument implements OpenDocument {
  readonly uri: string;
  readonly path: string;
  readonly parsers: Parsers;
  readonly text: TextDocument; // updated in place
  readonly #budgetMs: number; // for a parse that a request waits for
  readonly #inBackground: boolean; // whether a parse may continue in the background
  #tree: SyntaxTree | undefined;
  #stale = true; // the tree lacks the last edits
  #noTree: string | undefined;
  #background: BackgroundParse | undefined;
  #tookTooLong = false; // parsing did, even in the background
  #hasLoneReturn: boolean; // the text has a "\r" without a "\n" after it

  constructor(item: TextDocumentItem, path: string, parsers: Parsers, budgetMs: number, inBackground: boolean) {
    this.uri = item.uri;
    this.path = path;
    this.parsers = parsers;
    this.text = TextDocument.create(item.uri, item.languageId, item.version, item.text);
    this.#budgetMs = budgetMs;
    this.#inBackground = inBackground;
    this.#hasLoneReturn = hasLoneReturn(item.text);
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
    this.#stale = false;
    const previous = this.#tree;
    this.#tree = undefined;
    const text = this.text.getText();
    const parser = this.#parser(text);
    if (parser && this.#background) this.#noTree = UNFINISHED;
    else if (parser) {
      this.#tree = parser.parse(text, previous, this.#budgetMs);
      if (!this.#tree && this.#inBackground) {
        this.#finish(parser, text, previous);
        return;
      }
      if (!this.#tree) this.#noTree = `parsing took longer than ${this.#budgetMs} ms`;
    }
    previous?.dispose();
  }

  /** undefined where the text gets no tree; `#noTree` says why. */
  #parser(text: string): SyntaxParser | undefined {
    const parser = this.parsers.for(this.languageId);
    this.#noTree = undefined;
    if (!parser) this.#noTree = this.parsers.problem?.(this.languageId) ?? this.parsers.reason;
    else if (text.length > MAX_TREE_UNITS) this.#noTree = `longer than ${MAX_TREE_UNITS} characters`;
    else if (hasLongLine(text)) this.#noTree = `a line is longer than ${MAX_LINE_UNITS} characters`;
    else if (this.#tookTooLong) this.#noTree = `parsing took longer than ${MAX_PARSE_MS} ms`;
    return this.#noTree === undefined ? parser : undefined;
  }

  #finish(parser: SyntaxParser, text: string, previous: SyntaxTree | undefined): void {
    this.#noTree = UNFINISHED;
    this.#background = new BackgroundParse(parser.inSlices(text, previous), (tree, edited) => {
      this.#background = undefined;
      this.#tree = tree;
      this.#tookTooLong = tree === undefined;
      this.#stale = edited || !tree;
      this.#noTree = undefined;
    });
  }

  /** One change of a notification; its range refers to the text after the changes before it. */
  change(change: DidChangeTextDocumentParams["contentChanges"][number], version: number): void {
    if (!("range" in change)) {
      this.close();
      this.#tookTooLong = false;
      TextDocument.update(this.text, [change], version);
      this.#hasLoneReturn = hasLoneReturn(change.text);
    } else {
      const edit = this.#editOf(change.range, change.text);
      this.#tree?.edit(edit);
      this.#background?.edit(edit);
      TextDocument.update(this.text, [change], version);
      this.#hasLoneReturn ||= hasLoneReturn(
        this.text.getText(),
        Math.max(0, edit.startIndex - 1),
        edit.newEndIndex + 1,
      );
    }
    this.#stale = true;
  }

  #editOf(range: Range, text: string): Edit {
    const from = this.text.offsetAt(range.start);
    const to = this.text.offsetAt(range.end);
    // As TextDocument.update does: a range whose ends are reversed is swapped.
    const [startIndex, oldEndIndex] = from <= to ? [from, to] : [to, from];
    const startPosition = this.#pointAt(startIndex);
    return {
      startIndex,
      oldEndIndex,
      newEndIndex: startIndex + text.length,
      startPosition,
      oldEndPosition: this.#pointAt(oldEndIndex),
      newEndPosition: advancePoint(startPosition, text),
    };
  }

  /** The point of an offset. Only "\n" ends a line, as in tree-sitter; TextDocument also ends a line at a lone "\r". */
  #pointAt(offset: number): Point {
    const text = this.text.getText();
    if (this.#hasLoneReturn) return advancePoint({ row: 0, column: 0 }, text.slice(0, offset));
    return { row: this.text.positionAt(offset).line, column: offset - lineStartOf(text, offset) };
  }

  draft(offset: number): Draft | undefined {
    const parser = this.parsers.for(this.languageId);
    if (!parser || !this.tree) return undefined;
    const text = this.text.getText();
    const version = this.version;
    const borrow = (edit: Edit, parse: (tree: SyntaxTree) => void) => this.#lend(parser, text, version, edit, parse);
    return new Draft(parser, text, offset, this.#pointAt(offset), borrow);
  }

  /** Lends the tree with `edit` applied and reverts the edit afterwards: cheaper than a parse of the whole text. */
  #lend(parser: SyntaxParser, text: string, version: number, edit: Edit, use: (tree: SyntaxTree) => void): void {
    // Where the document has changed since, the draft's own text is parsed from scratch.
    const current = version === this.version ? this.tree : undefined;
    const tree = current ?? parser.parse(text, undefined, this.#budgetMs);
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

  /** A new document with the text that this one would have after an edit. Its tree is derived from this one's. */
  after(start: number, end: number, text: string): TrackedDocument {
    const before = this.text.getText();
    const item = { uri: this.uri, languageId: this.languageId, version: NO_EDITOR_VERSION };
    const whole = before.slice(0, start) + text + before.slice(end);
    const after = new TrackedDocument({ ...item, text: whole }, this.path, this.parsers, this.#budgetMs, false);
    const parser = this.parsers.for(this.languageId);
    const startPosition = this.#pointAt(start);
    const edit: Edit = {
      startIndex: start,
      oldEndIndex: end,
      newEndIndex: start + text.length,
      startPosition,
      oldEndPosition: this.#pointAt(end),
      newEndPosition: advancePoint(startPosition, text),
    };
    if (!parser || !this.tree) return after;
    this.#lend(parser, before, this.version, edit, (tree) => {
      after.#tree = parser.parse(whole, tree, this.#budgetMs);
      after.#stale = after.#tree === undefined;
    });
    return after;
  }

  close(): void {
    this.#background?.cancel();
    this.#background = undefined;
    this.#tree?.dispose();
    this.#tree = undefined;
  }
}

export class Documents {
  readonly #byUri = new Map<string, TrackedDocument>();
  readonly #parsers: Parsers;
  readonly #relativePath: (uri: string) => string;
  readonly #budgetMs: number;

  /**
   * @param options.relativePath the path of a URI in its workspace, with forward slashes; the file name outside of workspaces
   * @param options.budgetMs how long a keystroke waits for its tree
   */
  constructor(options: { parsers: Parsers; relativePath: (uri: string) => string; budgetMs?: number }) {
    this.#budgetMs = options.budgetMs ?? KEYSTROKE_BUDGET_MS;
    this.#parsers = options.parsers;
    this.#relativePath = options.relativePath;
  }

  open(item: TextDocumentItem): OpenDocument {
    this.close(item.uri);
    const document = new TrackedDocument(item, this.#relativePath(item.uri), this.#parsers, this.#budgetMs, true);
    this.#byUri.set(item.uri, document);
    void prepareQueries(this.#parsers, item.languageId);
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

  all(): Iterable<OpenDocument> {
    return this.#byUri.values();
  }
}

/**
 * An open document as it would be with `text` instead of [start, end), for a request about text that is not there yet. It costs next to
 * nothing; the caller closes it.
 * @returns undefined for a document that no editor has open
 */
export function documentAfter(
  document: OpenDocument,
  { start, end, text }: { start: number; end: number; text: string },
): (OpenDocument & { close(): void }) | undefined {
  return document instanceof TrackedDocument ? document.after(start, end, text) : undefined;
}

/** A document without an editor (CLI, evaluation): callers wait for its tree. */
export function openDocument(
  item: { uri: string; path: string; languageId: string; text: string },
  parsers: Parsers,
): OpenDocument {
  return new TrackedDocument({ ...item, version: 1 }, item.path, parsers, PARSE_BUDGET_MS, false);
}
