// What retrieval asks of the repository index. Types only: what stands behind them is `store.ts`.

export interface WeightedTerm {
  /** As `codeTerms` gives it. */
  term: string;
  weight: number;
}

/** A chunk of a file. Its text is not kept: whoever wants it reads the lines, and compares the hash. */
export interface ChunkHit {
  path: string;
  startLine: number; // 0-based
  endLine: number; // exclusive
  score: number;
  /** Of the chunk's lines, by `chunkHash`: tells whether the file has changed since. */
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

/** No method throws: where the index cannot be read there are no hits. */
export interface SearchIndex {
  /**
   * The best chunks by BM25 of the weighted terms, best first.
   * @param skip paths left out, such as the document itself
   */
  search(terms: readonly WeightedTerm[], limit: number, skip?: (path: string) => boolean): ChunkHit[];
  /** Where a name is defined, anywhere in the workspace. */
  definitions(name: string, limit: number): SymbolHit[];
  /** Indexed paths that are `suffix` or end in it with a "/" before it, to resolve module names by the end of a path. */
  pathsEndingIn(suffix: string, limit: number): string[];
  /** False while the first pass still runs; what is there can already be searched. */
  readonly ready: boolean;
}

/** The index of a workspace folder, kept up to date. */
export interface FolderIndex extends SearchIndex {
  /** Files and folders that have come, changed or gone; paths relative to the root. */
  changed(paths: readonly string[]): void;
  dispose(): void;
}
