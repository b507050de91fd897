// Interface for observers of suggestions: they are told that a suggestion is shown, and how the text changes after that. Types only.

import type { OpenDocument } from "../workspace/documents.ts";
import type { Completion, CompletionSource } from "./outcome.ts";

/** A change of a document's text; several of one notification apply one after the other. */
export interface TextEdit {
  start: number; // UTF-16 units of the text before this edit and after those before it
  end: number; // exclusive
  text: string; // replaces [start, end)
}

/** A suggestion that goes to the editor. Each key that types on in it makes another one, from the cache. */
export interface ShownSuggestion {
  document: OpenDocument;
  version: number; // of the document
  offset: number; // the cursor, in UTF-16 units of that version's text
  item: Completion; // as the editor inserts it, with the document's line ends
  explicit: boolean;
  source: CompletionSource;
  score?: number; // of the show decision, 0 to 1; absent where it comes from the cache
  logOdds?: number; // of the show decision's fit alone; absent where it was not judged at this place, or a rule has judged it
  selectedUnits: number; // length of the beginning that the open suggest widget's selected item supplies
}

/** A suggestion that the show decision has kept back. */
export type WithheldSuggestion = Required<
  Pick<ShownSuggestion, "document" | "version" | "offset" | "item" | "logOdds">
>;

/** An observer of suggestions. Must not throw and must be fast: it is called at every key. */
export interface SuggestionObserver {
  shown?(suggestion: ShownSuggestion): void;
  withheld?(suggestion: WithheldSuggestion): void;
  /** After all `edits` of a notification: `document` holds the text after them. */
  changed?(document: OpenDocument, edits: readonly TextEdit[]): void;
  closed?(uri: string): void;
}
