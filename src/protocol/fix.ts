// The messages between extension and agent about fixes. Types and names only.

import type { Answer } from "./answer.ts";
import type { NamedEdit, Position } from "./docstring.ts";

export interface FixParams {
  uri: string;
  /** Where the editor's diagnostic stands. */
  start: Position;
  end: Position;
  code?: number; // TypeScript's, where the diagnostic is of TypeScript
  /** Changes of this document that the editor's other code actions would make. */
  offered: Omit<NamedEdit, "name">[][];
}

export interface OfferedFix {
  start: Position;
  end: Position;
  newText: string;
  source: "language" | "editor" | "names" | "model";
}

/** Verified fixes of the document's version, the best first; or why there is none. */
export type FixesFound = { version: number; message: string; fixes: OfferedFix[] } | { reason: string }; // for a person to read

export type FixAnswer = Answer<FixesFound>;

export interface FileFixesParams {
  uri: string;
  progressToken: string; // of `ActionProgress`
}

/** Fixes that are right together, of the document's version; or why there are none. */
export type FileFixes = { version: number; edits: NamedEdit[]; problems: number; left: number } | { reason: string };

export type FileFixesAnswer = Answer<FileFixes>;

export const FixMethod = {
  find: "sotto/fix", // request, extension → agent: FixParams, FixAnswer
  findAll: "sotto/fileFixes", // request, extension → agent: FileFixesParams, FileFixesAnswer
} as const;
