// The messages between extension and agent about docstrings. Types and names only.

import type { Answer } from "./answer.ts";

export interface DocstringParams {
  uri: string;
  position: Position;
}

export interface Position {
  line: number; // 0-based
  character: number; // 0-based, UTF-16 units
}

/** An edit for the document's version, or why there is none. */
export type Docstring =
  | { name: string; version: number; start: Position; end: Position; newText: string }
  | { reason: string }; // as shown to a person

export type DocstringAnswer = Answer<Docstring>;

export interface FileDocstringsParams {
  uri: string;
  /** Limits the command to the definition around this position and the definitions in it; absent: all exported definitions. */
  around?: Position;
  progressToken: string; // of `ActionProgress`
}

/** Edits for the document's version, or why there are none. */
export type FileDocstrings =
  | { version: number; edits: NamedEdit[]; left: { name: string; reason: string }[] } // reasons as shown to a person
  | { reason: string };

export interface NamedEdit {
  name: string; // of the edit's purpose, as shown to a person
  start: Position;
  end: Position;
  newText: string;
}

export type FileDocstringsAnswer = Answer<FileDocstrings>;

/** The definition that a docstring would be written for; null where there is none. */
export type DocstringTarget = { name: string; hasDocstring: boolean; hasMembers: boolean } | null;

export const DocstringMethod = {
  write: "sotto/docstring", // request, extension → agent: DocstringParams, DocstringAnswer
  writeAll: "sotto/fileDocstrings", // request, extension → agent: FileDocstringsParams, FileDocstringsAnswer
  target: "sotto/docstringTarget", // request, extension → agent: DocstringParams, DocstringTarget; asks no model
} as const;
