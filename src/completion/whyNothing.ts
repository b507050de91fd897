// Why nothing is shown, in words for a person: one sentence part for each reason. Decides nothing.

import type { NoCompletionReason } from "./outcome.ts";

/** What follows "Nothing shown here: ". */
export const WHY_NOTHING: Readonly<Record<NoCompletionReason, string>> = {
  disabled: "suggestions are switched off for this language",
  snoozed: "suggestions are paused",
  quiet: "in quiet mode suggestions come only when you ask",
  unsupportedLanguage: "Sotto does not know this language",
  unknownDocument: "the editor has not told Sotto of this file",
  ignoredFile: "your ignore rules, or its name, exclude this file",
  fileTooLarge: "the file is too large",
  lineTooLong: "the line is too long",
  insideSurrogatePair: "the cursor stands inside a character",
  selectedItemDiffers: "the selected item of the list replaces what you typed",
  midLine: "code follows on the line; ask for a suggestion to get one",
  inString: "the cursor stands in a string; ask for a suggestion to get one",
  modelLoading: "the model is still loading",
  hostUnavailable: "the model cannot be reached; the log says more",
  cancelled: "you went on before the suggestion came",
  superseded: "a newer request took its place",
  deadline: "the model took too long",
  failed: "something went wrong; the log says more",
  empty: "the model has nothing to add",
  whitespaceOnly: "the model wrote nothing but white space",
  tooShort: "it was a single character",
  duplicatesSuffix: "it was what follows already",
  duplicatesPrevious: "it was what stands above already",
  declaredHere: "it declared something that this file has already",
  repetition: "it repeated itself",
  tooLong: "it was too long, with no good place to cut it",
  invisible: "it had characters that nobody can see",
  redacted: "it used text that was hidden from the model",
  secret: "it looked like a password, a token or a key",
  insecure: "it looked insecure",
  unknownSymbol: "it used a name that does not exist",
  unbalanced: "its brackets did not fit the line",
  syntaxError: "it would have added a syntax error",
  unfinished: "it ended in the middle of an expression",
  improbable: "not sure enough",
};

/** @param score of the show decision, where that is the reason */
export const whyNothing = (reason: NoCompletionReason, score?: number): string =>
  reason === "improbable" && score !== undefined ? `${WHY_NOTHING[reason]} (${score.toFixed(2)})` : WHY_NOTHING[reason];
