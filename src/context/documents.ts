// The open documents: text, version and a syntax tree that follows the editor's deltas.
// Must not know about completion, and never reads a file.

import type { DidChangeTextDocumentParams, TextDocumentItem } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Parsers } from "../../common/syntax/parsers.ts";
import type { SyntaxTree } from "../../common/syntax/syntax.ts";

export interface OpenDocument {
  readonly uri: string;
  readonly path: string; // relative to the workspace, with forward slashes
  readonly languageId: string;
  readonly version: number;
  readonly text: TextDocument;
  /** Parsed on first need after an edit; undefined where there is none (`noTree` says why). */
  readonly tree: SyntaxTree | undefined;
  readonly noTree: string | undefined;
  readonly parsers: Parsers;
}

export class Documents {
  constructor(_options: { parsers: Parsers; relativePath: (uri: string) => string }) {}
  open(_item: TextDocumentItem): OpenDocument {
    throw new Error("not written yet");
  }
  change(_params: DidChangeTextDocumentParams): OpenDocument | undefined {
    throw new Error("not written yet");
  }
  close(_uri: string): void {}
  get(_uri: string): OpenDocument | undefined {
    return undefined;
  }
}

/** A document without an editor behind it (CLI, evaluation). */
export function openDocument(
  item: { uri: string; path: string; languageId: string; text: string },
  parsers: Parsers,
): OpenDocument {
  const text = TextDocument.create(item.uri, item.languageId, 1, item.text);
  return {
    uri: item.uri,
    path: item.path,
    languageId: item.languageId,
    version: 1,
    text,
    tree: undefined,
    noTree: "not written yet",
    parsers,
  };
}
