// The possible outcomes of a completion request. Every silent exit has a name here: the union is closed, counted and testable.

import type { PromptInput } from "../../server/host/protocol/messages.ts";

export type NoCompletionReason =
  | "disabled" // switched off for everything, or for this language
  | "snoozed"
  | "quiet" // quiet mode, and nobody asked
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
  | "superseded" // a newer request of the same editor took its place on the host
  | "deadline"
  | "failed" // a bug or a refused request; the log says more
  | "empty" // the model ended at once
  | "whitespaceOnly"
  | "tooShort" // a single character, and nobody asked: the key that takes it might as well type it
  | "duplicatesSuffix"
  | "duplicatesPrevious"
  | "repetition"
  | "tooLong" // more lines than are allowed, and no place where they could be cut
  | "invisible" // it holds control characters, marks of direction or others that nobody can see
  | "redacted" // it holds the mark that stands for a secret in the prompt
  | "secret" // it holds what looks like a secret
  | "insecure" // a credential, SQL or a shell's command put together from strings, a path that leaves its folder
  | "harmful" // it holds slurs, insults, demeaning claims about groups, or plainly wrong advice on security
  | "repeatsThirdParty" // it repeats code of a dependency, a vendored folder, a file with a foreign header or what the model was trained on, and the licence guard hides that
  | "unknownSymbol" // it names what neither scope, imports, workspace nor libraries know
  | "unbalanced"
  | "syntaxError"
  | "unfinished" // it ends in an operator
  | "declaredHere" // it declares what the same scope of the file already declares
  | "unusedImport" // it imports a name that the file does not use, while the file lacks others
  | "improbable"; // by the model's own probabilities, and the request was automatic

/** Why nothing was read ahead where the cursor rests. A completion's reasons apply too: nothing is read where no request would be made. */
export type NoWarmReason =
  | NoCompletionReason
  | "completing" // a request of that document is running: what it reads is read
  | "known" // the prompt, but for its current line, is the last one that was sent
  | "hostBusy"; // its queue is full of more important requests

export type WarmOutcome =
  | { kind: "warmed"; prompt: PromptInput; tokens: { prompt: number; cached: number }; ms: number }
  | { kind: "none"; reason: NoWarmReason; error?: unknown };

export interface Completion {
  text: string; // inserted at the cursor
  replaceAfter: number; // UTF-16 units after the cursor that the text replaces (auto-closed brackets)
  repeats?: RepeatedCode; // absent where it repeats none that is known
}

/** Third-party code that a suggestion repeats. */
export interface RepeatedCode {
  path?: string; // relative to the workspace folder; absent of what is not there: the model was trained on it
  line?: number; // of the path, from 1
  source: string; // name of the package, folder or owner
  version?: string; // of a package that the model was trained on
  licence: string; // "" where none was found
}

export type CompletionSource = "model" | "cache" | "typedAsSuggested";

export type CompletionOutcome =
  | { kind: "shown"; items: Completion[]; source: CompletionSource }
  | {
      kind: "none";
      reason: NoCompletionReason;
      score?: number; // of the show decision, where that is the reason
      repeats?: RepeatedCode; // where that is the reason, and it is not an answer from the cache
    };
