// The result of one completion request, and how it came about: a closed union, so that nobody infers it from absent fields. Decides nothing.

import type { ContextPiece, GenerateResult } from "../../server/host/protocol/messages.ts";
import type { Completion, CompletionOutcome, NoCompletionReason } from "./outcome.ts";
import type { Place } from "./place.ts";
import type { FilterStep } from "./postprocess/chain.ts";
import type { ShowFeatures } from "./show/showDecision.ts";
import type { SymbolVerdict } from "./symbols/symbolVerdict.ts";

export type CompletionResult = CachedResult | RefusedResult | FailedResult | GeneratedResult;

type NoOutcome = Extract<CompletionOutcome, { kind: "none" }>;

/** The answer was known: the model was not asked. */
export interface CachedResult {
  kind: "cached";
  outcome: CompletionOutcome;
}

/** The request ended before the model had answered. */
export interface RefusedResult {
  kind: "refused";
  outcome: NoOutcome;
}

/** The model could not answer, or there is a bug: "failed", "hostUnavailable" or "modelLoading". */
export interface FailedResult {
  kind: "failed";
  outcome: NoOutcome;
  error: unknown; // for the log
}

/** The model has answered; a filter or the show decision may have rejected its text. */
export interface GeneratedResult {
  kind: "generated";
  outcome: CompletionOutcome;
  generation: GenerateResult;
  contextMs: number; // spent on gathering context
  compiler?: SymbolVerdict; // the compiler's verdict; absent where it was not asked
  /** Up to `most` other suggestions; never rejects. Absent where the text was not asked for, or nothing passed the filters. */
  more?: (most: number, signal: AbortSignal) => Promise<Completion[]>;
  origin?: SuggestionOrigin; // absent for raw text, and where the request ended before the text was judged
  scored?: ScoredSuggestion; // absent where no suggestion passed the filters, and for raw text
}

/** What a suggestion, or the silence in its place, came from: for whoever explains it. Held in memory only. */
export interface SuggestionOrigin {
  place: Place; // as it was then, but for its document
  explicit: boolean; // a person asked
  pieces: ContextPiece[]; // of the workspace, in the prompt
  generation: GenerateResult; // the text that was judged, as the model wrote it
  steps: readonly FilterStep[]; // that have changed it
  outcome: CompletionOutcome;
  compiler?: SymbolVerdict;
  scored?: ScoredSuggestion;
  threshold?: number; // the least score that was shown unasked; absent where nothing was scored, or what is improbable is shown
}

/** A suggestion that passed the filters: it is shown, or "improbable". */
export interface ScoredSuggestion {
  completion: Completion; // with the document's line ends
  score: number; // of the show decision, 0 to 1
  logOdds?: number; // of the fit alone, without what is known of the person; absent where a rule has scored
  features: ShowFeatures; // the inputs of the score
}

export const none = (reason: NoCompletionReason): NoOutcome => ({ kind: "none", reason });

export const refused = (reason: NoCompletionReason): RefusedResult => ({ kind: "refused", outcome: none(reason) });
