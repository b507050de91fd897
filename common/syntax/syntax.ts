// Syntax trees behind one small interface that tree-sitter's native and WebAssembly builds both satisfy.
// Offsets and columns are UTF-16 code units everywhere. Must not know about editors or files.

export interface Point {
  row: number;
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
  readonly parent: SyntaxNode | null;
  readonly children: SyntaxNode[];
  readonly namedChildren: SyntaxNode[];
  childForFieldName(name: string): SyntaxNode | null;
  descendantForIndex(index: number): SyntaxNode | null;
}

export interface Edit {
  startIndex: number;
  oldEndIndex: number;
  newEndIndex: number;
  startPosition: Point;
  oldEndPosition: Point;
  newEndPosition: Point;
}

export interface SyntaxTree {
  readonly rootNode: SyntaxNode;
  edit(edit: Edit): void;
}

export interface SyntaxParser {
  /** Parses `text`; with `previous` (already edited) only what changed is parsed again. */
  parse(text: string, previous?: SyntaxTree): SyntaxTree;
}

/** Where the cursor is. */
export type Region = "code" | "string" | "comment";
