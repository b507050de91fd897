// Completion's question to a language service: which names and members of a suggestion are unknown. Types only.

import type { OpenDocument } from "../../workspace/documents.ts";

export interface UnknownSymbol {
  name: string;
  /** "member": of a type, a namespace or a module; "name": in a scope. */
  kind: "name" | "member";
  start?: number; // UTF-16 units of the question's text; absent where it begins before that
  instead?: readonly string[]; // the names that exist there; absent where they are not known
}

/** Why there was no verdict. */
export type NoSymbolsReason =
  | "otherLanguage"
  | "noCompiler" // neither the workspace nor the editor has one that fits
  | "building" // the program is not there yet
  | "late" // no answer within its time
  | "noProgram" // the file is too large, may not be read, or its project is too large
  | "failed"; // a bug, or out of memory; the log says more

export type SymbolAnswer = { unknown: readonly UnknownSymbol[] } | { reason: NoSymbolsReason };

export interface SymbolQuestion {
  document: OpenDocument;
  offset: number; // UTF-16 units of the document's text
  text: string; // the suggestion
  replaceAfter: number; // units after the offset that the text replaces
}

export interface SymbolCheck {
  /** A suggestion for this document will come: begins the slow work. Returns at once. */
  prepare(document: OpenDocument): void;
  /**
   * The unknown symbols of the text, without those that were unknown in the document before.
   * @param budgetMs time limit in milliseconds; after it the answer is "late"
   */
  unknownIn(question: SymbolQuestion, budgetMs: number, signal: AbortSignal): Promise<SymbolAnswer>;
}
