// The messages between extension and agent about fixes. Types and names only.

import type { Answer } from "./answer.ts";
import type { NamedEdit, Position } from "./docstring.ts";

export interface FixParams {
  uri: string;
  /** The range of the editor's diagnostic. */
  start: Position;
  end: Position;
  code?: number; // TypeScript's code, where the diagnostic is TypeScript's
  /** Changes of this document by the editor's other code actions. */
  offered: Omit<NamedEdit, "name">[][];
}

export interface OfferedFix {
  start: Position;
  end: Position;
  newText: string;
  source: "language" | "editor" | "names" | "model";
  title: string; // what it changes, and why
}

/** Verified fixes for the document's version, the best first; or why there are none. */
export type FixesFound = { version: number; message: string; fixes: OfferedFix[] } | { reason: string }; // for a person to read

export type FixAnswer = Answer<FixesFound>;

export interface FileFixesParams {
  uri: string;
  progressToken: string; // of `ActionProgress`
}

/** Fixes for the document's version that are right together; or why there are none. */
export type FileFixes = { version: number; edits: NamedEdit[]; problems: number; left: number } | { reason: string };

export type FileFixesAnswer = Answer<FileFixes>;

export const FixMethod = {
  find: "sotto/fix", // request, extension → agent: FixParams, FixAnswer
  findAll: "sotto/fileFixes", // request, extension → agent: FileFixesParams, FileFixesAnswer
} as const;
