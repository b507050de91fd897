// What a completion request ends in. Every silent exit has a name here: the union is closed, counted and testable.

export type NoCompletionReason =
  | "disabled" // switched off for everything, or for this language
  | "snoozed"
  | "unsupportedLanguage"
  | "unknownDocument"
  | "ignoredFile" // an ignore file, `sotto.exclude` or its name says that nobody should look at it
  | "fileTooLarge"
  | "lineTooLong"
  | "insideSurrogatePair"
  | "selectedItemDiffers" // the suggest widget's item does not begin with what was typed
  | "midLine" // more than closing punctuation follows on the line, and nobody asked
  | "inString"
  | "modelLoading"
  | "hostUnavailable"
  | "cancelled"
  | "deadline"
  | "failed" // a bug or a refused request; the log says more
  | "empty" // the model ended at once
  | "whitespaceOnly"
  | "duplicatesSuffix"
  | "duplicatesPrevious"
  | "repetition"
  | "redacted" // it holds the mark that stands for a secret in the prompt
  | "unbalanced"
  | "syntaxError"
  | "improbable"; // by the model's own probabilities, and nobody asked

export interface Completion {
  text: string; // inserted at the cursor
  replaceAfter: number; // UTF-16 units after the cursor that the text replaces (auto-closed brackets)
}

export type CompletionSource = "model" | "cache" | "typedAsSuggested";

export type CompletionOutcome =
  | { kind: "shown"; items: Completion[]; source: CompletionSource }
  | { kind: "none"; reason: NoCompletionReason };
