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

/** An edit of the document's version, or why there is none. */
export type Docstring =
  | { name: string; version: number; start: Position; end: Position; newText: string }
  | { reason: string }; // for a person to read

export type DocstringAnswer = Answer<Docstring>;

export interface FileDocstringsParams {
  uri: string;
  /** Only the definition around it and what lies in it; absent: what the file exports. */
  around?: Position;
  progressToken: string; // of `ActionProgress`
}

/** Edits of the document's version, or why there are none. */
export type FileDocstrings =
  | { version: number; edits: NamedEdit[]; left: { name: string; reason: string }[] } // reasons for a person to read
  | { reason: string };

export interface NamedEdit {
  name: string; // what it is for, as a person is told
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
