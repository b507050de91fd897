// Retrieval's interface to the repository index. Types only; `store.ts` holds the implementation.

import type { CopyPlace, OwnText } from "./copies/copyIndex.ts";
import type { TrainedPackage } from "./copies/trainingIndex.ts";

export interface WeightedTerm {
  /** In the form of `codeTerms`. */
  term: string;
  weight: number;
}

/** A chunk of a file. Its text is not stored: the caller reads the lines and compares the hash. */
export interface ChunkHit {
  path: string;
  startLine: number; // 0-based
  endLine: number; // exclusive
  score: number;
  /** `chunkHash` of the chunk's lines: tells whether they have changed since. */
  hash: number;
  /** The scope path of the chunk, "" at top level. */
  header: string;
}

export interface SymbolHit {
  name: string;
  kind: string;
  container: string;
  path: string;
  startLine: number; // 0-based
  endLine: number; // exclusive
}

/** No method throws: where the index cannot be read, there are no hits. */
export interface SearchIndex {
  /**
   * The best chunks by BM25 of the weighted terms, best first.
   * @param skip paths left out, such as the document itself
   */
  search(terms: readonly WeightedTerm[], limit: number, skip?: (path: string) => boolean): ChunkHit[];
  /** The definitions of a name, anywhere in the workspace. */
  definitions(name: string, limit: number): SymbolHit[];
  /** Indexed paths that equal `suffix` or end in "/" and `suffix`, to resolve module names by the end of a path. */
  pathsEndingIn(suffix: string, limit: number): string[];
  /** False during the first pass; the entries so far can be searched already. */
  readonly ready: boolean;
}

/** Says where a suggestion repeats third-party code. */
export interface CopySearch {
  /**
   * A place that the text repeats; undefined where there is none, or no index yet. Never rejects, and takes no longer than 50 ms.
   * @param line what stands before the text on its first line
   * @param own what stands there is no copy
   */
  find(text: string, line: string, own: () => readonly OwnText[]): Promise<CopyPlace | undefined>;
}

/** Says of which package a text is that a model was trained on: see `copies/trainingIndex.ts`. */
export interface TrainingSearch {
  /** @param model its tier */
  find(model: string, text: string, line: string, own: () => readonly OwnText[]): TrainedPackage | undefined;
}

/** The index of a workspace folder, kept up to date. */
export interface FolderIndex extends SearchIndex {
  /** Absent where the licence guard is off. */
  readonly copies?: CopySearch;
  /** Files and folders were created, changed or deleted; paths relative to the root. */
  changed(paths: readonly string[]): void;
  dispose(): void;
}
