// Every message of our own between the extension and the agent, beside LSP's. Types and names only: both sides have it.

import type { Settings } from "../config/settings.ts";

/**
 * A person's settings, and what else of the window the agent goes by. Extension → agent, as `initializationOptions` and then with `configure` at
 * each change.
 */
export interface AgentConfiguration extends Settings {
  snoozedUntilMs: number; // epoch; 0 when not snoozed
  trusted: boolean; // false: nothing but open documents is read, and ignore files
  editorCompiler?: string; // folder where the editor may have the package `typescript`
  editorProxy?: { address: string; strictSsl: boolean }; // http.proxy ("" for none) and http.proxyStrictSSL
}

/** What a workspace folder has chosen to have its completions written with, as this window sees it. */
export interface AdapterStatus {
  root: string; // the workspace folder
  id: string; // of the adapter that was chosen there
  /** loading: completions go on as before meanwhile; failed, quarantined: they go without it. */
  state: "loading" | "inUse" | "failed" | "quarantined";
  tier?: "quick" | "strong"; // that it belongs to, where the host has two
  error?: { message: string; action: string }; // why, where it is failed or quarantined
}

/** Which of Sotto's two models does what, and why; as the host tells it. Reasons are parts of a sentence. */
export interface TierUse {
  choice: "auto" | "quick" | "strong"; // of the setting
  typing: "quick" | "strong"; // writes what is suggested unasked
  typingReason: string;
  asked: "quick" | "strong"; // writes what a person asks for
  askedReason?: string; // where that is not strong
  states: { tier: "quick" | "strong"; model: string; state: string; problem?: string }[];
}

/** Agent → extension: what the status item shows of the model host. */
export interface ModelStatus {
  state: "stopped" | "starting" | "ready" | "failed";
  working: boolean; // a request has been running for longer than a moment
  model?: string; // id, such as "smollm2-135m"
  device?: string;
  runtime?: string;
  fallbackReason?: string; // why it does not run on the device that was asked for
  loadMs?: number;
  tiers?: TierUse; // absent where a model of the user's own runs
  error?: { message: string; action: string }; // where state is "failed"
  adapters?: AdapterStatus[]; // one for each workspace folder that has chosen an adapter
}

/** What the agent has counted since it started; asked for by tests and by the log. */
export interface Counters {
  requests: number;
  modelCalls: number;
  tokensGenerated: number;
  tokensThrownAway: number; // generated, and part of no answer that anybody waited for; what was asked for in advance, until it is used
  joinedRequests: number; // that took over what an older request had asked for
  followUps: number; // what follows a shown suggestion, asked for in advance
  followUpsUsed: number;
  promptTokens: number;
  promptTokensCached: number; // those of them that were in the KV cache
  shown: Record<string, number>; // by source: model, cache, typedAsSuggested
  none: Record<string, number>; // by reason
  compiler: Record<string, number>; // what TypeScript said of suggestions: "known", "unknown", or why it said nothing
  accepted: number; // commands of accepted items that came
  feedback: Record<string, number>; // what became of suggestions, by the names of src/feedback/statistics.ts
  visits: number; // places where the cursor has stayed
  rests: Record<string, number>; // of the cursor: "warmed", or by the reason why nothing was read ahead
  agentPid: number;
  hostPid?: number;
  syntax: string; // "native" or "wasm"
}

/** Extension → agent: the cursor has come to rest, nothing is selected, and the next key may be typed here. */
export interface RestedParams {
  uri: string;
  position: { line: number; character: number }; // 0-based, UTF-16 units
}

/** Extension → agent: the cursor has stayed on a line. */
export interface VisitedParams {
  uri: string;
  line: number; // 0-based
}

/** Agent → extension: what the definition providers of the editor say of these positions. */
export interface DefinitionsParams {
  uri: string;
  version: number; // of the document that the positions are from
  positions: { line: number; character: number }[]; // 0-based, UTF-16 units
}

/** For each position where it is defined, or why nothing is said. */
export type DefinitionsAnswer = (
  | { places: { uri: string; startLine: number; endLine: number }[] } // 0-based, the end exclusive
  | { reason: "editor too slow" | "document changed" | "provider failed" }
)[];

/** Agent → extension, only where `useClipboard` is on. */
export interface ClipboardAnswer {
  text?: string; // absent where it is not text, or too long
}

/** Extension → agent: the prompt inspector. */
export interface ContextParams {
  uri: string;
  position: { line: number; character: number };
}

export interface ContextAnswer {
  text: string; // for a person to read
}

/** Extension → agent: what became of suggestions, counted by all windows of this user. */
export interface StatisticsAnswer {
  text: string; // for a person to read
}

/** Extension → agent: the counts of all days are forgotten. Answered by a `StatisticsAnswer`: a sentence. */
export interface ResetStatisticsParams {
  examples: boolean; // what `keepExamples` has kept is deleted too
}

/** An item's `command`: the client registers it, a call comes back to the agent. */
export const ACCEPTED_COMMAND = "sotto.accepted";

export const AgentMethod = {
  configure: "sotto/configure", // notification, extension → agent
  status: "sotto/status", // notification, agent → extension
  restartHost: "sotto/restartHost", // request, extension → agent
  counters: "sotto/counters", // request, extension → agent
  context: "sotto/context", // request, extension → agent
  statistics: "sotto/statistics", // request, extension → agent
  resetStatistics: "sotto/resetStatistics", // request, extension → agent
  rested: "sotto/rested", // notification, extension → agent
  visited: "sotto/visited", // notification, extension → agent
  definitions: "sotto/definitions", // request, agent → extension
  clipboard: "sotto/clipboard", // request, agent → extension
} as const;
