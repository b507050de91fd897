// The one path from a cursor to a suggestion or a named reason for none: checks → cache → gather → generate → filters.
// Must not know about editors, sockets or the model's tokens.

import type { ContextPiece, GenerateResult } from "../../server/protocol/messages.ts";
import type { OpenDocument } from "../context/documents.ts";
import type { Workspace } from "../context/workspace.ts";
import type { CompletionModel } from "../model/completionModel.ts";
import type { CompletionCache } from "./cache.ts";
import type { OutcomeCounters } from "./counters.ts";
import type { CompletionOutcome } from "./outcome.ts";

export interface CompletionSettings {
  maxTokensSingleLine: number;
  maxTokensMultiLine: number;
  deadlineMs: number;
  multiLine: "auto" | "never";
}

export const defaultCompletionSettings: CompletionSettings = {
  maxTokensSingleLine: 48,
  maxTokensMultiLine: 128,
  deadlineMs: 3000,
  multiLine: "auto",
};

export interface CompletionRequest {
  document: OpenDocument;
  offset: number; // the cursor, in UTF-16 units of the document's text
  explicit: boolean; // a person asked for it
  filter: boolean; // false: the raw text, as the model wrote it
  maxTokens?: number;
  pieces?: ContextPiece[]; // given by the evaluation instead of gathering
  selected?: { text: string; startOffset: number }; // the open suggest widget's item, and where its text begins
}

export interface CompletionDeps {
  model: CompletionModel;
  cache: CompletionCache;
  workspace?: Workspace;
  settings: CompletionSettings;
  counters?: OutcomeCounters;
}

export interface CompletionResult {
  outcome: CompletionOutcome;
  raw: string; // what the model wrote
  generation?: GenerateResult;
  contextMs: number;
  error?: unknown; // with reasons "failed" and "hostUnavailable": for the log
}

/** Never throws: every failure ends in an outcome with a reason. */
export async function complete(
  _request: CompletionRequest,
  _deps: CompletionDeps,
  _signal: AbortSignal,
): Promise<CompletionResult> {
  return { outcome: { kind: "none", reason: "failed" }, raw: "", contextMs: 0 };
}
