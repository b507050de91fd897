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

/** The definition that a docstring would be written for; null where there is none. */
export type DocstringTarget = { name: string; hasDocstring: boolean } | null;

export const DocstringMethod = {
  write: "sotto/docstring", // request, extension → agent: DocstringParams, DocstringAnswer
  target: "sotto/docstringTarget", // request, extension → agent: DocstringParams, DocstringTarget; asks no model
} as const;
