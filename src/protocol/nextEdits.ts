// The messages between extension and agent about next edits. Types and names only.

/** Offsets in the text of a place's file as it is when the message is sent, in UTF-16 units; the end is exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** A part of a file, and what it would become. */
export interface NextEditPlace {
  uri: string;
  range: Span;
  oldText: string; // of the range
  newText: string;
}

/** What is offered after an edit: all of its places are right together. */
export interface NextEditOffer {
  id: string; // unique in the window
  uri: string; // of the edited document
  version: number; // of it
  edited: Span; // what the person changed there
  kind: "sameEdit" | "rename" | "import" | "brokenCaller" | "parameters";
  title: string; // what is done, and in how many places
  places: NextEditPlace[]; // at least one, and never the place that was edited
  proof: { examples: number; parsed: boolean; problemsBefore?: number; problemsAfter?: number }; // problems: the compiler's, where one was asked
}

/** Agent → extension: what was found after an edit, or why nothing was. */
export type NextEditsParams = NextEditOffer | { uri: string; none: string }; // for a person to read

/** Extension → agent: what has become of an offer. `typedOver`: the person went on with something else, or the text changed by other means. */
export type NextEditDoneParams =
  | { id: string; did: "applied"; places: number[] } // by their order in the offer; what is left is still offered
  | { id: string; did: "dismissed" | "typedOver" | "undone" };

export const NextEditMethod = {
  found: "sotto/nextEdits", // notification, agent → extension: NextEditsParams
  done: "sotto/nextEditDone", // notification, extension → agent: NextEditDoneParams
} as const;
