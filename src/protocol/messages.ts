// Our own messages between the extension and the agent, in addition to LSP's. Types and names only: both sides include it.

import type { Settings } from "../config/settings.ts";
import type { Conversations } from "./chat.ts";
import type { EngineStatus } from "./engines.ts";

/**
 * A person's settings, and other state of the window that the agent uses. Extension → agent, as `initializationOptions` and then with `configure`
 * at each change.
 */
/** The end of a snooze that no clock reaches (JSON has no infinity). */
export const UNTIL_CLOSED_MS = Number.MAX_SAFE_INTEGER;

export interface AgentConfiguration extends Settings {
  snoozedUntilMs: number; // epoch; 0 when not snoozed, UNTIL_CLOSED_MS where the snooze lasts as long as the window
  trusted: boolean; // false: only open documents and ignore files are read
  editorCompiler?: string; // folder where the editor may have the package `typescript`
  engineConsents?: readonly string[]; // origins of other machines that the person has agreed to send code to
  editorProxy?: { address: string; strictSsl: boolean }; // http.proxy ("" for none) and http.proxyStrictSSL
}

/** The state of the adapter that a workspace folder has chosen for its completions, as this window sees it. */
export interface AdapterStatus {
  root: string; // the workspace folder
  id: string; // of the adapter that was chosen there
  /**
   * loading: completions go on as before; resting: they go on without the adapter today, since it is compared on alternate days; failed,
   * quarantined: they go on without the adapter.
   */
  state: "loading" | "inUse" | "resting" | "failed" | "quarantined";
  tier?: "quick" | "strong"; // of its base model, where the host has two models
  error?: { message: string; action: string }; // the reason, where it is failed or quarantined
}

/** The use of Sotto's two models, and the reasons for it, as the host reports them. Reasons are parts of a sentence. */
export interface TierUse {
  choice: "auto" | "quick" | "strong"; // the setting's value
  typing: "quick" | "strong"; // the model for automatic requests
  typingReason: string;
  asked: "quick" | "strong"; // the model for explicit requests
  askedReason?: string; // why `asked` is not "strong"
  states: { tier: "quick" | "strong"; model: string; state: string; problem?: string }[];
}

/** Agent → extension: the model host's status, for the status item. */
export interface ModelStatus {
  state: "stopped" | "starting" | "ready" | "failed";
  working: boolean; // a request has been running for more than a moment
  model?: string; // id, such as "smollm2-135m"
  device?: string;
  runtime?: string;
  fallbackReason?: string; // why it does not run on the requested device
  loadMs?: number;
  tiers?: TierUse; // absent where a model of the user's own runs
  conversations?: Conversations; // where a model of the user's own runs that was tuned for them
  error?: { message: string; action: string }; // where state is "failed"
  engine?: EngineStatus; // absent where the local model was chosen
  adapters?: AdapterStatus[]; // one for each workspace folder that has chosen an adapter
}

/** The agent's counters since its start; requested by tests and for the log. */
export interface Counters {
  requests: number;
  modelCalls: number;
  tokensGenerated: number;
  tokensThrownAway: number; // generated tokens that are part of no awaited answer; those of requests in advance count until they are used
  joinedRequests: number; // requests that took over an older request's generation
  callsBeside: number; // calls for another text of a place, which are among the model calls
  followUps: number; // requests in advance for the text after a shown suggestion
  followUpsUsed: number;
  promptTokens: number;
  promptTokensCached: number; // the part of the prompt tokens that was in the KV cache
  shown: Record<string, number>; // by source: model, cache, typedAsSuggested
  none: Record<string, number>; // by reason
  compiler: Record<string, number>; // TypeScript's verdicts on suggestions: "known", "unknown", or why there was none
  accepted: number; // accepted items, by their commands
  feedback: Partial<Record<string, number>>; // what became of suggestions, by the names of src/feedback/statistics.ts
  visits: number; // places where the cursor has stayed
  rests: Record<string, number>; // of the cursor: "warmed", or by the reason why nothing was read ahead
  agentPid: number;
  hostPid?: number;
  syntax: string; // "native" or "wasm"
}

/** Agent → extension: what came of a request for a suggestion, except where a newer one has taken its place. */
export interface OutcomeParams {
  uri: string;
  position: { line: number; character: number }; // 0-based, UTF-16 units
  explicit: boolean; // a person asked
  /** The third-party code that the suggestion repeats, shown or not: in words ("repeats …"), and where it stands in the document's folder, if it does. */
  repeats?: { words: string; path?: string; line?: number }; // line from 1
  /** Why nothing is shown; absent where something is. */
  none?: { reason: string; why: string; score?: number }; // its name, in words, and the score where that was too low
}

/** Extension → agent: the cursor rests, nothing is selected, and the next key may be typed here. */
export interface RestedParams {
  uri: string;
  position: { line: number; character: number }; // 0-based, UTF-16 units
}

/** Extension → agent: the cursor has stayed on a line. */
export interface VisitedParams {
  uri: string;
  line: number; // 0-based
}

/** Agent → extension: asks the editor's definition providers about these positions. */
export interface DefinitionsParams {
  uri: string;
  version: number; // of the document that the positions are from
  positions: { line: number; character: number }[]; // 0-based, UTF-16 units
}

/** For each position the places of the definition, or why there is no answer. */
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
  page?: PageAnswer; // the same to look at; absent where nothing would be sent
}

/** The answer to extension → agent `recording`: the last request that a model of this machine has answered. */
export interface RecordingAnswer {
  text?: string; // a file for `sotto replay`; absent where there was none
}

/** The answer to extension → agent `statistics`: what became of suggestions, counted by all windows of this user. */
export interface StatisticsAnswer {
  text: string; // for a person to read
}

/** The answer to extension → agent `dashboard`: the same counts as a page. */
export type DashboardAnswer = PageAnswer;

/** Extension → agent: a command has written changes of a document, and the person has taken some of them, or none. For the statistics. */
export interface ActedParams {
  kind: "docstring" | "fix" | "change";
  uri: string;
  written: { changes: number; characters: number };
  taken: { changes: number; characters: number };
}

/** A page as pages/page.ts takes it. */
export interface PageAnswer {
  title: string;
  body: string; // markup
  data?: object;
}

/** Extension → agent: deletes the counts of all days. Answered by a `StatisticsAnswer`: a sentence. */
export interface ResetStatisticsParams {
  examples: boolean; // also deletes the examples that `keepExamples` has kept
}

/** An item's `command`: the client registers it and forwards its calls to the agent. */
export const ACCEPTED_COMMAND = "sotto.accepted";

export const AgentMethod = {
  configure: "sotto/configure", // notification, extension → agent
  status: "sotto/status", // notification, agent → extension
  outcome: "sotto/outcome", // notification, agent → extension
  restartHost: "sotto/restartHost", // request, extension → agent
  counters: "sotto/counters", // request, extension → agent
  context: "sotto/context", // request, extension → agent
  recording: "sotto/recording", // request, extension → agent
  statistics: "sotto/statistics", // request, extension → agent
  dashboard: "sotto/dashboard", // request, extension → agent
  resetStatistics: "sotto/resetStatistics", // request, extension → agent
  acted: "sotto/acted", // notification, extension → agent
  rested: "sotto/rested", // notification, extension → agent
  visited: "sotto/visited", // notification, extension → agent
  definitions: "sotto/definitions", // request, agent → extension
  clipboard: "sotto/clipboard", // request, agent → extension
} as const;
