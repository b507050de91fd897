// Syntax trees behind one small interface that tree-sitter's native and WebAssembly builds both satisfy.
// Offsets and columns are UTF-16 code units everywhere. Must not know about editors or files.

export interface Point {
  row: number; // counted by "\n" alone, as tree-sitter does
  column: number;
}

/** The part of tree-sitter's node that we use; both builds have it. */
export interface SyntaxNode {
  readonly type: string;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly startPosition: Point;
  readonly endPosition: Point;
  readonly hasError: boolean;
  readonly isMissing: boolean;
  readonly isNamed: boolean;
  readonly childCount: number;
  readonly parent: SyntaxNode | null;
  readonly children: SyntaxNode[];
  readonly namedChildren: SyntaxNode[];
  childForFieldName(name: string): SyntaxNode | null;
  /** The smallest node that covers [startIndex, endIndex); endIndex defaults to startIndex. */
  descendantForIndex(startIndex: number, endIndex?: number): SyntaxNode | null;
}

export interface Edit {
  startIndex: number;
  oldEndIndex: number;
  newEndIndex: number;
  startPosition: Point;
  oldEndPosition: Point;
  newEndPosition: Point;
}

/** The questions that a language's query file answers (querySource.ts). */
export type QueryName = "definitions" | "references" | "imports" | "outline" | "regions";

export interface QueryMatch {
  readonly captures: readonly { readonly name: string; readonly node: SyntaxNode }[];
}

export interface QueryRange {
  /** Only matches that reach into [startIndex, endIndex); the whole tree by default. */
  startIndex?: number;
  endIndex?: number;
  /** Patterns begin at nodes no deeper than this; the root has depth 0. */
  maxStartDepth?: number;
}

export interface SyntaxTree {
  readonly rootNode: SyntaxNode;
  /** What a query of the language finds, in no promised order; nothing where the language has no such query. */
  matches(query: QueryName, range?: QueryRange): readonly QueryMatch[];
  edit(edit: Edit): void;
  /**
   * The nodes that hold the unit at `offset`, from the root inwards; at most MAX_PATH_DEPTH of them.
   * (Climbing by `parent` instead costs the depth at each step: 1.3 s for 200 steps in a tree of 50,000 brackets.)
   */
  pathTo(offset: number): SyntaxNode[];
  /** Frees the tree; its nodes must not be used any more. (WebAssembly memory is not collected by itself.) */
  dispose(): void;
}

export interface SyntaxParser {
  /**
   * Parses `text`; with `previous` (already edited) only what changed is parsed again. `previous` stays usable.
   * With an infinite budget the tree's queries have no time limit either: for what may not depend on how busy the machine is.
   * @returns undefined when `budgetMs` ran out
   */
  parse(text: string, previous?: SyntaxTree, budgetMs?: number): SyntaxTree | undefined;
  /** The same in slices, on a parser of its own: other texts can be parsed in between. Takes `previous` over. */
  inSlices(text: string, previous?: SyntaxTree): SlicedParse;
  /** Makes a query ready that is asked for soon: TypeScript's and C++'s larger ones take 0.1 to 0.2 s, once. */
  prepare(query: QueryName): void;
}

export interface SlicedParse {
  /** @returns undefined when `budgetMs` ran out; the next call goes on from there */
  run(budgetMs: number): SyntaxTree | undefined;
  dispose(): void;
}

/**
 * A query goes no deeper than MAX_PATH_DEPTH and ends after this time, in milliseconds, with what it has found. Only broken text takes so long,
 * or a machine that is very busy.
 */
export const QUERY_LIMIT_MS = 50;

/** The questions to one tree: once a query of a broken text has used up its time, the next ones would, too, and none is asked any more. */
export class QueryPatience {
  readonly limitMs: number;
  #isOver = false;

  /** @param budgetMs what the parse was given; an infinite one is the queries', too */
  constructor(budgetMs?: number) {
    this.limitMs = budgetMs === Number.POSITIVE_INFINITY ? budgetMs : QUERY_LIMIT_MS;
  }

  /** As tree-sitter wants it: 0 is no limit. */
  get timeoutMicros(): number {
    return Number.isFinite(this.limitMs) ? 1_000 * this.limitMs : 0;
  }

  ask(root: SyntaxNode, matches: () => readonly QueryMatch[]): readonly QueryMatch[] {
    if (this.#isOver) return [];
    const startMs = performance.now();
    const found = matches();
    this.#isOver = performance.now() - startMs >= this.limitMs && root.hasError;
    return found;
  }
}

/** What questions are asked of. */
export type QueriedTree = Pick<SyntaxTree, "rootNode" | "matches">;

/**
 * Where a broken node has more children, nothing is asked: a query looks through all of them, whatever its time limit (10,000 open brackets:
 * 100 ms), and what it finds in an error of that size says nothing.
 */
const MAX_QUERIED_CHILDREN = 4_000;

export const isHopeless = ({ type, childCount }: Pick<SyntaxNode, "type" | "childCount">): boolean =>
  type === "ERROR" && childCount > MAX_QUERIED_CHILDREN;

/** How much of a text one query of a series sees, in UTF-16 units. */
const SERIES_UNITS = 16_384;

/** What a query finds in the whole tree, part by part of the text. A match that reaches into several parts is found in each. */
export function* matchesByPart(tree: QueriedTree, query: QueryName): Generator<readonly QueryMatch[]> {
  const { endIndex } = tree.rootNode;
  for (let startIndex = 0; startIndex < endIndex; startIndex += SERIES_UNITS)
    yield tree.matches(query, { startIndex, endIndex: Math.min(startIndex + SERIES_UNITS, endIndex) });
}

/** Maximum depth at which a tree is examined; code that people write is never that deep. */
export const MAX_PATH_DEPTH = 400;

/** Where the cursor is. */
export type Region = "code" | "string" | "comment";
