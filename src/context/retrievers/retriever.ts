// The interface of retrievers: a retriever looks at the place of the cursor and proposes pieces of code that may help there, with their features.
// Types only. Retrievers run in parallel; none knows of the others, of scores or of the prompt's budget.

import type { Import } from "../../../common/syntax/imports.ts";
import type { LanguageSyntax } from "../../../common/syntax/languages.ts";
import type { DroppedPiece } from "../../../server/host/protocol/messages.ts";
import type { WeightedTerm } from "../../index/searchIndex.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import type { FileFacts } from "../../workspace/fileFacts.ts";
import type { Sources } from "../sources/sources.ts";

/** The features of a piece, each from 0 to 1; `rank/weights.ts` holds their weights. */
export const FEATURES = [
  "imported", // its file is imported by the document (through a re-export: half)
  "importNear", // it declares an imported name that stands near the cursor
  "importUnused", // it declares an imported name that is not used yet
  "receiver", // it declares the type of the expression before the dot
  "referenced", // it declares a type that the declaration of a name near the cursor mentions
  "near", // it declares a name that stands near the cursor, whether imported or not
  "search", // BM25 of the words near the cursor, relative to the best hit
  "searchImported", // the same, among the chunks of imported files
  "sameFolder",
  "sibling", // a file of the same kind in the same folder, or the test of this one
  "scope", // a header around the cursor, or a declaration of the same file, outside of the document's part in the prompt
  "edit", // changed recently
  "visited", // visited recently
  "clipboard",
] as const;

export type Feature = (typeof FEATURES)[number];
export type Features = Partial<Record<Feature, number>>;

/** A piece of code that may go into the prompt. It may hold a secret: `gather` redacts the chosen pieces. */
export interface Candidate {
  kind: string; // of the retriever
  path: string; // relative to the workspace, with forward slashes
  startLine: number; // 0-based; both lines are 0 where it is no part of a file
  endLine: number; // exclusive
  text: string;
  /** The file, where `text` is the file's own lines; absent for an outline or a diff. */
  file?: FileFacts;
  /** The file that an outline was made from. */
  outlineOf?: FileFacts;
  features: Features;
}

/** A member is being written: `stream.graph.add│`. */
export interface Receiver {
  chain: readonly string[]; // ["stream", "graph"]
  typed: string; // "add"
  className: string | undefined; // of the class around the cursor: what `this` means
}

/** The place of the cursor. Made synchronously, before the first await: the document may change after that. */
export interface RetrievalPlace {
  document: OpenDocument;
  path: string; // of the document
  language: LanguageSyntax | undefined; // undefined: the document is read by its words alone
  text: string;
  offset: number; // UTF-16 units
  line: number; // of the cursor, 0-based
  /** Weights of the words around the cursor: 1 on its line, less further away. */
  near: ReadonlyMap<string, number>;
  /** The same words as weighted search terms. */
  terms: readonly WeightedTerm[];
  imports: readonly Import[];
  /** The expression before the dot, where the cursor follows one. */
  receiver: Receiver | undefined;
  /** The lines of the document that are in the prompt anyway. */
  visible: { startLine: number; endLine: number };
  nowMs: number;
}

/** The dependencies of retrievers besides the place. */
export interface RetrievalDeps {
  sources: Sources;
  /** The facts of a workspace file as it is now; undefined where it may not be read. They are cached until the file changes. */
  facts(path: string): Promise<FileFacts | undefined>;
  /** The facts of the document itself, as it was before the first await. Never fails. */
  own: Promise<FileFacts>;
  /** The files that the document imports, resolved once for all retrievers. */
  imported(): Promise<readonly ImportedFile[]>;
  drop(piece: DroppedPiece): void;
}

/** A file that the document imports from, and the names that it imports. */
export interface ImportedFile {
  facts: FileFacts;
  hops: number; // 0: named by the document itself, 1: by a file that re-exports it
  everything: boolean;
  /** The document's name for each imported name of the file; the key is "default" for the default export. */
  names: ReadonlyMap<string, string>;
  /** The document's names for the module as a whole (`import * as ns`). */
  namespaces: ReadonlySet<string>;
}

export interface Retriever {
  readonly kind: string;
  /** When `signal` fires it returns the candidates found so far; if it returns much later, the caller reports them as dropped. */
  retrieve(place: RetrievalPlace, deps: RetrievalDeps, signal: AbortSignal): Promise<Candidate[]>;
}
