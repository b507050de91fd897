// Retrieval's interface to the repository index. Types only; `store.ts` holds the implementation.

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

/** The index of a workspace folder, kept up to date. */
export interface FolderIndex extends SearchIndex {
  /** Files and folders were created, changed or deleted; paths relative to the root. */
  changed(paths: readonly string[]): void;
  dispose(): void;
}
