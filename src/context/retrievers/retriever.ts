// What a retriever is: it looks at the place of the cursor and names pieces of code that may help there, each with what speaks for it.
// Types only. Retrievers run side by side; none knows of the others, of scores or of the prompt's budget.

import type { Import } from "../../../common/syntax/imports.ts";
import type { LanguageSyntax } from "../../../common/syntax/languages.ts";
import type { DroppedPiece } from "../../../server/host/protocol/messages.ts";
import type { WeightedTerm } from "../../index/searchIndex.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import type { FileFacts } from "../../workspace/fileFacts.ts";
import type { Sources } from "../sources/sources.ts";

/** What can speak for a piece, each from 0 to 1; `rank/weights.ts` says how much each counts. */
export const FEATURES = [
  "imported", // its file is imported by the document (through a re-export: half)
  "importNear", // it declares an imported name that stands near the cursor
  "importUnused", // it declares an imported name that is not used yet
  "receiver", // it declares the type of what stands before the dot
  "referenced", // it declares a type that a declaration of a name near the cursor speaks of
  "near", // it declares a name that stands near the cursor, whether imported or not
  "search", // BM25 of the words near the cursor, relative to the best hit
  "searchImported", // the same among the chunks of imported files
  "sameFolder",
  "sibling", // a file of the same kind in the same folder, or the test of this one
  "scope", // a header around the cursor, or a declaration of the same file, that the prompt does not hold anyway
  "edit", // changed lately
  "visited", // looked at lately
  "clipboard",
] as const;

export type Feature = (typeof FEATURES)[number];
export type Features = Partial<Record<Feature, number>>;

/** A piece of code that may go into the prompt. A secret may be in it: `gather` takes it out of what is chosen. */
export interface Candidate {
  kind: string; // of the retriever
  path: string; // relative to the workspace, with forward slashes
  startLine: number; // 0-based; both 0 where it is no part of a file
  endLine: number; // exclusive
  text: string;
  /** The file, where `text` is its lines as they stand; an outline or a diff has none. */
  file?: FileFacts;
  /** The file that an outline was made of. */
  outlineOf?: FileFacts;
  features: Features;
}

/** A member is being written: `stream.graph.add│`. */
export interface Receiver {
  chain: readonly string[]; // ["stream", "graph"]
  typed: string; // "add"
  className: string | undefined; // of the class around the cursor: what `this` means
}

/** The place of the cursor. Made at once, before the first wait: the document may change meanwhile. */
export interface RetrievalPlace {
  document: OpenDocument;
  path: string; // of the document
  language: LanguageSyntax | undefined; // without one it is read by its words alone
  text: string;
  offset: number; // UTF-16 units
  line: number; // of the cursor, 0-based
  /** The words around the cursor, 1 for those on its line and less further away. */
  near: ReadonlyMap<string, number>;
  /** Those words as a search asks for them. */
  terms: readonly WeightedTerm[];
  imports: readonly Import[];
  /** What stands before the dot that the cursor follows. */
  receiver: Receiver | undefined;
  /** Lines of the document that are in the prompt anyway. */
  visible: { startLine: number; endLine: number };
  nowMs: number;
}

/** What retrievers work with besides the place. */
export interface RetrievalDeps {
  sources: Sources;
  /** A file of the workspace as it is read now; undefined where it may not be read. Its parts are remembered until it changes. */
  facts(path: string): Promise<FileFacts | undefined>;
  /** The document itself, as it was before the first wait. */
  own: FileFacts;
  /** The files that the document imports, once for all retrievers. */
  imported(): Promise<readonly ImportedFile[]>;
  drop(piece: DroppedPiece): void;
}

/** A file that the document imports from, and what it takes of it. */
export interface ImportedFile {
  facts: FileFacts;
  hops: number; // 0: named by the document itself, 1: by a file that re-exports it
  everything: boolean;
  /** What the document calls each name that it takes; names as the file has them, "default" for its default export. */
  names: ReadonlyMap<string, string>;
  /** What the document calls the module as a whole (`import * as ns`). */
  namespaces: ReadonlySet<string>;
}

export interface Retriever {
  readonly kind: string;
  /** When `signal` fires it hands over what it has found; what comes much later is lost, and named as dropped by the caller. */
  retrieve(place: RetrievalPlace, deps: RetrievalDeps, signal: AbortSignal): Promise<Candidate[]>;
}
