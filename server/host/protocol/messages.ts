// Every message between a client (agent, CLI) and the model host, with its types. The only server folder that src/ may import.
// Transport: vscode-jsonrpc over a Unix socket or a named pipe. Must not import anything but its siblings.

import type { AdapterDir, AdapterId } from "./adapters.ts";
import type { ModelChoice, Tier } from "./tiers.ts";

/** Why a generation ended. */
export type StopReason =
  | "endOfText"
  | "stopSequence"
  | "maxTokens"
  | "cancelled"
  | "superseded" // a newer completion of the same editor took its place
  | "deadline"
  | "scopeClosed"
  | "repetition";

/** One piece of repository context, already chosen and ordered by the client. */
export interface ContextPiece {
  kind: string; // the retriever that found it: "import", "sibling", …
  path: string; // relative to the workspace, with forward slashes
  text: string;
  score: number;
}

/** What the client knows about the place to complete; `server/engine/prompt` makes tokens of it. */
export interface PromptInput {
  path: string; // relative to the workspace
  languageId: string;
  prefix: string; // text before the cursor
  suffix: string; // text after the cursor
  pieces: ContextPiece[]; // in prompt order: stable things first
}

export interface Sampling {
  temperature: number; // 0 = greedy
  topK?: number;
  topP?: number;
  seed?: number; // default: of a completion, one that its prompt decides; of a command, a new one each time
}

/** What goes first when several wait: completions before what a person asked for and waits for with a progress bar. */
export type RequestClass = "completion" | "command";

export interface GenerateParams {
  id: number; // chosen by the client, unique on its connection; names the token notifications
  prompt: PromptInput;
  class?: RequestClass; // default "completion"
  asked?: true; // a person asked for it, and did not merely type: it goes to the strong model where that can run
  editor?: string; // a name of the client's: a newer completion of the same editor supersedes an older one
  adapter?: AdapterDir; // on top of the model as it is used; the tier that it does not fit answers without it
  lookup?: string[]; // texts that the answer may repeat (the last suggestion, what was just cut); they change its speed, never the answer
  maxTokens: number;
  sampling: Sampling;
  stop: string[]; // stop sequences; the text ends before the first of them
  deadlineMs?: number; // from the arrival of the request
}

export interface TokenCounts {
  prompt: number;
  cached: number; // of the prompt's tokens, those taken from the KV cache
  generated: number;
}

export interface GenerateTimings {
  queue: number; // ms, like all fields here
  prefill: number;
  decode: number;
}

/** Which model has answered. */
export interface Answered {
  model?: string; // id; absent where no model came to answer
  tier?: Tier; // absent for a model of the user's own
}

export interface GenerateResult extends Answered {
  text: string;
  stop: StopReason;
  tokens: TokenCounts;
  timingMs: GenerateTimings;
  logProbs: number[]; // natural logarithm, one for each generated token
  tokenEnds: number[]; // one for each generated token: UTF-16 units of `text` that were certain after it
}

/** Fills the KV cache with a prompt while nothing else is to be done, so that the first key after it finds it there. */
export interface WarmParams {
  prompt: PromptInput;
  editor?: string; // newer ones of the same editor, and its completions, take its place
  adapter?: AdapterDir; // as in `GenerateParams`
}

export interface WarmResult extends Answered {
  /** superseded: a completion came while it ran, or a newer request of its editor; refused: the queue is full of better things. */
  stop: "done" | "cancelled" | "superseded" | "refused";
  tokens: { prompt: number; cached: number };
  ms: number; // in the decoder
}

export interface TokenNotification {
  id: number;
  text: string; // whole characters only: bytes of an unfinished character wait for the next token
}

export interface InspectedPiece extends ContextPiece {
  tokens: number;
}

export interface DroppedPiece {
  kind: string;
  path: string;
  lines?: { start: number; end: number }; // 0-based, the end exclusive; absent where it is no part of a file
  reason: string;
}

export interface InspectParams extends PromptInput {
  asked?: true; // as in `GenerateParams`
  adapter?: AdapterDir; // as in `GenerateParams`
}

/** Has the model with an adapter loaded, so that the next request need not wait for it. One that has failed before is tried again. */
export interface PrepareAdapterParams {
  adapter: AdapterDir;
}

/** The answer, as soon as the model with the adapter is ready. */
export interface PrepareAdapterResult {
  sha256: string; // of the adapter's files: of what lies in the folder now
  tier?: Tier; // that it fits, where the host has two
  loadMs: number; // next to nothing where it was ready already
}

/** The prompt inspector's answer: what would be sent to the model. */
export interface InspectResult extends Answered {
  pieces: InspectedPiece[];
  dropped: DroppedPiece[];
  prompt: string;
  tokens: number;
}

export type ModelState = "loading" | "ready" | "failed";

/** A model with a workspace's adapter, in the host's memory or on its way there. */
export interface AdapterState {
  name: AdapterId;
  sha256: string; // of its files
  state: ModelState;
  tier?: Tier; // that it fits, where the host has two
}

/** One of the two models that Sotto brings. */
export interface TierState {
  tier: Tier;
  model: string; // id
  /** absent: it is no part of this installation; resting: out of the memory, and back with the next request for it. */
  state: ModelState | "absent" | "resting";
  problem?: string; // one sentence, where it cannot be used
}

/** Which of the two models does what, and why. Reasons are parts of a sentence, in words. */
export interface TierStatus {
  choice: ModelChoice;
  typing: Tier; // writes what is suggested unasked
  typingReason: string;
  asked: Tier; // writes what a person asks for
  askedReason?: string; // where that is not the strong one, and not because it was chosen so
  states: TierState[]; // quick, then strong
}

/** Of the model that writes while somebody types; `tiers` tells of the others. */
export interface HostStatus {
  state: ModelState;
  model: string; // id, such as "smollm2-135m"
  tiers?: TierStatus; // absent where the host runs a model of the user's own
  adapterName?: AdapterId; // where the model as it is used runs with one
  adapters?: AdapterState[]; // of workspaces; absent where none was asked for
  device: string; // "cpu", "webgpu", …
  runtime: string; // "c-api" or "binding", with the library's version; on a device with the model's form and the device's name
  fallbackReason?: string; // why it does not run on the device, or in the way, that was asked for
  loadMs?: number;
  rssBytes: number;
  error?: { code: string; message: string; action: string }; // where state is "failed"
}

export interface HelloParams {
  protocol: number;
  token: string;
  client: { name: string; pid: number };
}

export interface HelloResult {
  protocol: number;
  build: string;
  pid: number;
  capabilities: { generate: true; inspect: true; stream: true; warm: true };
  maxFrameBytes: number;
}

/**
 * Method names, `host/…` so that none is one of the editor's link (`sotto/…`, src/protocol). Requests: hello first, then the others.
 * Notifications: `token`, `statusChanged` (host → client).
 */
export const Method = {
  hello: "host/hello",
  ping: "host/ping",
  status: "host/status",
  generate: "host/generate",
  inspect: "host/inspect",
  warm: "host/warm",
  prepareAdapter: "host/prepareAdapter",
  token: "host/token",
  statusChanged: "host/statusChanged",
} as const;
