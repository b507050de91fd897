// What the name rules of a language tell (ecmaScript.ts, python.ts), and the small steps they share. Types and walks only; never recursive.

import type { SyntaxNode } from "../syntax.ts";

/**
 * What a name stands there for: "reference" must be declared somewhere; "member" belongs to what stands before the dot; "declaration" brings the
 * name itself; "imported" must be exported by a module; "other" is a key, a label, an attribute. "unsure" stands in code that does not parse.
 */
export type NameRole = "reference" | "member" | "declaration" | "imported" | "other" | "unsure";

/** Told of the names that a scope declares. */
export interface Declared {
  /** @param owner the enum, constant or module that the name is of: its members may be known */
  name(node: SyntaxNode, owner?: SyntaxNode): void;
  /** Code that does not parse: what it declares is not known. */
  damaged(node: SyntaxNode): void;
  /** It imports names that nobody lists: nothing can be said about any name. */
  everything(): void;
}

/** A part of a text, in UTF-16 units. */
export interface Range {
  startIndex: number;
  endIndex: number;
}

/** A class, an enum or an object with the names of all its members. */
export interface Shape {
  members: ReadonlySet<string>;
}

export interface NameRules {
  /** Types of nodes without children that may be names. */
  readonly nameTypes: ReadonlySet<string>;
  /** @param path from the root to the name */
  roleOf(path: readonly SyntaxNode[], text: string): NameRole;
  /** Tells what `path[index]` declares that is visible at the end of the path. */
  declaredBy(path: readonly SyntaxNode[], index: number, text: string, declared: Declared): void;
  /** What of the nodes further along the path changes what `path[index]` declares there. */
  seenFrom?(path: readonly SyntaxNode[], index: number): string;
  /** Names in the text that are visible everywhere, whatever declares them. */
  declaredByText(text: string): readonly string[];
  /**
   * The members of what stands before the dot, where all of them are written down in the file.
   * @param path from the root to the member's name
   * @param ownerOf the enum or the constant that a name stands for
   * @param written its own uses of members say nothing about them
   */
  shapeOf(
    path: readonly SyntaxNode[],
    text: string,
    ownerOf: (name: string) => SyntaxNode | undefined,
    written: Range,
  ): Shape | undefined;
}

export const textOf = (text: string, { startIndex, endIndex }: Range): string => text.slice(startIndex, endIndex);

/** Whether `node` is that field of its parent. */
export function isField(parent: SyntaxNode, field: string, node: SyntaxNode): boolean {
  const found = parent.childForFieldName(field);
  return found !== null && found.startIndex === node.startIndex && found.endIndex === node.endIndex;
}

/** Names in a text by their letters alone. */
export function wordsOf(text: string): Set<string> {
  return new Set(text.match(/[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/g));
}
