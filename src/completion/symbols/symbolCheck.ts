// What completion asks a language service: which names and members of a suggestion nobody knows. Types only.

import type { OpenDocument } from "../../workspace/documents.ts";

export interface UnknownSymbol {
  name: string;
  /** "member": of a type, a namespace or a module; "name": what a scope would have to hold. */
  kind: "name" | "member";
}

/** Why nothing was said. */
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
  text: string; // what would stand there
  replaceAfter: number; // units after the offset that it replaces
}

export interface SymbolCheck {
  /** A suggestion for this document will come: what takes long is begun. Returns at once. */
  prepare(document: OpenDocument): void;
  /**
   * What of the text nobody knows, and was not unknown in the document before.
   * @param budgetMs after so long the answer is "late"
   */
  unknownIn(question: SymbolQuestion, budgetMs: number, signal: AbortSignal): Promise<SymbolAnswer>;
}
