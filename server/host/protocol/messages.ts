// Every message between a client (agent, CLI) and the model host, with its types. The only server folder that src/ may import.
// Transport: vscode-jsonrpc over a Unix socket or a named pipe. Must not import anything but its siblings.

import type { AdapterChoice, AdapterDir, AdapterId } from "./adapters.ts";
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
  | "repetition"
  | "noConversation"; // an instruction for a model that has not learnt to follow one: nothing was written

/** One piece of repository context, already chosen and ordered by the client. */
export interface ContextPiece {
  kind: string; // the retriever that found it: "import", "sibling", …
  path: string; // relative to the workspace, with forward slashes
  text: string;
  score: number;
}

/** A turn of a conversation. */
export interface Turn {
  role: "user" | "assistant";
  text: string;
}

/** What the client knows about the place to complete; `server/engine/prompt` turns it into tokens. */
export interface PromptInput {
  path: string; // relative to the workspace
  languageId: string;
  prefix: string; // text before the cursor
  suffix: string; // text after the cursor
  pieces: ContextPiece[]; // in prompt order: pieces that rarely change come first
  /** What was said before `instruction`, oldest first: the user and the model by turns, the user first. */
  turns?: Turn[];
  /** For a model that has learnt conversations: what it is asked. It answers this and no more of the file; its answer begins with `prefix`. */
  instruction?: string;
}

export interface Sampling {
  temperature: number; // 0 = greedy
  topK?: number;
  topP?: number;
  seed?: number; // default for a completion: derived from its prompt; for a command: a new one each time
}

/** The priority of a request: completions go before commands, which a person asked for and waits for with a progress bar. */
export type RequestClass = "completion" | "command";

export interface GenerateParams {
  id: number; // chosen by the client, unique on its connection; names the token notifications
  prompt: PromptInput;
  class?: RequestClass; // default "completion"
  asked?: true; // a person asked for it explicitly, beyond typing: it goes to the strong model where that can run
  editor?: string; // the client's name for an editor: a newer completion of the same editor supersedes an older one
  /** Applied on top of the model; a tier that it does not fit answers without it. NO_ADAPTER: without the one that the model ships with, too. */
  adapter?: AdapterChoice;
  lookup?: string[]; // texts that the answer may repeat (the last suggestion, what was just cut); they affect its speed, never the answer
  memory?: string; // the workspace, as in `RememberParams`, whose files are mixed into the model's choices; absent: none
  branches?: number; // how many places to report at which the text could have gone on otherwise
  words?: string[]; // the text begins with one of them, such as a member of a type: what an identifier may be there
  forced?: number[]; // the tokens of such a branch: the text begins with them
  record?: true; // the result tells all that its tokens depend on
  maxTokens: number;
  sampling: Sampling;
  stop: string[]; // stop sequences; the text ends before the first of them
  deadlineMs?: number; // from the arrival of the request
}

export interface TokenCounts {
  prompt: number;
  cached: number; // how many of the prompt's tokens were found in the KV cache
  generated: number;
}

export interface GenerateTimings {
  queue: number; // ms, like all fields here
  prefill: number;
  decode: number;
}

/** Which model answered. */
export interface Answered {
  model?: string; // id; absent where no model answered
  tier?: Tier; // absent for the user's own model
}

/** A place at which the text could have gone on otherwise: to be asked for by `GenerateParams.forced`, after the same prompt. */
export interface Branch {
  at: number; // UTF-16 units of the text before it
  text: string; // of its first token there
  logProb: number; // natural logarithm of its probability, the tokens before it included
  tokens: number[]; // from the prompt's end, the first token of the branch included
}

export interface GenerateResult extends Answered {
  text: string;
  stop: StopReason;
  tokens: TokenCounts;
  timingMs: GenerateTimings;
  logProbs: number[]; // natural logarithm, one for each generated token
  tokenEnds: number[]; // one for each generated token: how many UTF-16 units of `text` were certain after it
  branches?: Branch[]; // the likeliest first; absent where none were asked for
  recorded?: Recorded; // absent where it was not asked for, and where an engine elsewhere has answered
}

/** All that the tokens of a generation depend on, and the tokens: what it takes to have them written again. */
export interface Recorded {
  prompt: { text: string; tokens: number[] }; // as packed; the text shows special tokens by their names
  sampling: Sampling; // with its seed
  maxTokens: number;
  stop: string[];
  words?: string[]; // as in `GenerateParams`, and so is `forced`
  forced?: number[];
  memory?: RecordedCounts[]; // what was mixed in before each choice; absent where no memory was
  tokens: number[]; // that were written
  writtenBy: RecordedModel;
}

/** What followed elsewhere: a row for each token that was counted, its id, then each cell (engine/memory) that is not zero and its count. */
export type RecordedCounts = number[][];

/** The model that has written, as precisely as its numbers depend on it. */
export interface RecordedModel {
  model: string; // id
  weightsSha256?: string; // of weights, config and adapters together
  adapter?: AdapterId;
  device: string;
  runtime: string; // as in `HostStatus`
  form?: string; // of the weights as they are computed with
  threads?: number; // absent on a device that is not the processor
}

/** Asks how probable a known text is right after a prompt. Nothing is generated. A person waits for it: it has the rank of a command. */
export interface ScoreParams {
  prompt: PromptInput;
  text: string;
  asked?: true; // as in `GenerateParams`
  adapter?: AdapterDir; // as in `GenerateParams`
}

/** A token that could have stood in the place of another. */
export interface TokenAlternative {
  id: number;
  text: string; // that it would add; "" for a special token, and for one that only spells what is owed
  logProb: number;
}

/** A token of a known text, and what the model expected in its place. The model alone: no memory of a workspace is mixed in. */
export interface ScoredToken {
  id: number;
  text: string; // that it adds to the text; "" where it only spells again what the prompt ended with, or begins a character
  logProb: number; // natural logarithm
  rank: number; // how many tokens were likelier, plus one
  entropy: number; // of the distribution in its place, in nats
  alternatives: TokenAlternative[]; // the likeliest other tokens, at most ALTERNATIVES, likeliest first
}

export interface ScoreResult extends Answered {
  logProb: number; // of the whole text: the sum over its tokens
  tokens: ScoredToken[]; // their ids are what `GenerateParams.forced` takes after the same prompt
  promptTokens: number;
  cachedTokens: number; // how many of them were in the KV cache
}

/**
 * Asks what each layer of the model did for the tokens of a known text. The prompt is read once more, on the processor, which takes seconds. It has
 * the rank of a command.
 */
export interface LayersParams extends ScoreParams {
  attentionOf: number; // index of the text's token whose attention is told
}

/** What the model would say if a layer were its last: the final norm and the head applied to the residual stream after it. */
export interface LensReading {
  rank: number; // of the text's token: 1 where it was the likeliest
  logProb: number; // natural logarithm
  likeliest: string; // what the likeliest token would add
}

/** A token of the text. Its logit is the sum of the contributions and of the rounding in the head. */
export interface LayeredToken {
  id: number;
  text: string; // as in `ScoredToken`
  lens: LensReading[]; // by layer
  logit: number;
  embedding: number; // what the embedding contributes to the logit
  attention: number[]; // by layer
  mlp: number[]; // by layer
  bias: number; // of the final norm; 0 where it has none
  norms: number[]; // by layer: the Euclidean length of the residual stream after it
}

export interface LayersResult extends Answered {
  tokens: LayeredToken[]; // the first ones of the text
  heads: number;
  text: string; // what was read, prompt and text
  ends: number[]; // for each position: where its token ends in `text`, in UTF-16 units
  /**
   * Where the token `attentionOf` looked when it was chosen: base64 of unsigned 16-bit integers, little-endian, in 1/65535, [layers, heads,
   * positions before it]. Absent where that would be too large for a message.
   */
  attention?: string;
  device: string; // that the model writes on; its layers are read on the processor
  ms: { prepare: number; read: number; lens: number };
}

/** Fills the KV cache with a prompt while the decoder is idle, so that the next key finds the prompt there. */
export interface WarmParams {
  prompt: PromptInput;
  editor?: string; // newer warm-ups and completions of the same editor supersede this one
  adapter?: AdapterDir; // as in `GenerateParams`
}

export interface WarmResult extends Answered {
  /** superseded: a completion came while it ran, or a newer request of its editor; refused: the queue is full of requests that go first. */
  stop: "done" | "cancelled" | "superseded" | "refused";
  tokens: { prompt: number; cached: number };
  ms: number; // time in the decoder
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
  lines?: { start: number; end: number }; // 0-based, the end exclusive; absent where the piece is no part of a file
  reason: string;
}

export interface InspectParams extends PromptInput {
  maxTokens?: number; // that are to follow: what has no room beside them is told as dropped; default: none
  asked?: true; // as in `GenerateParams`
  adapter?: AdapterDir; // as in `GenerateParams`
}

/** Loads the model with an adapter, so that the next request need not wait for it. A load that has failed before is tried again. */
export interface PrepareAdapterParams {
  adapter: AdapterDir;
}

/** Texts of a workspace's files, for completions that name the workspace. They stay until the client's connection ends. */
export interface RememberParams {
  workspace: string; // chosen by the client: the same for windows that may read the same files
  files: { path: string; text?: string }[]; // relative to the workspace; without a text the file is gone
}

export interface RememberResult {
  chars: number; // of the workspace's texts, in UTF-16 units
  refused: number; // files for which there was no room
}

/** Sent as soon as the model with the adapter is ready. */
export interface PrepareAdapterResult {
  sha256: string; // of the adapter's files, as they are in the folder now
  tier?: Tier; // the tier that the adapter fits, where the host has two
  loadMs: number; // close to zero where the model was already loaded
}

/** The prompt inspector's answer: what would be sent to the model. */
export interface InspectResult extends Answered {
  pieces: InspectedPiece[];
  dropped: DroppedPiece[];
  prompt: string;
  tokens: number;
  parameters?: number; // how many weights the model has; absent where a server has it
}

export type ModelState = "loading" | "ready" | "failed";

/** A model with a workspace's adapter, in the host's memory or being loaded. */
export interface AdapterState {
  name: AdapterId;
  sha256: string; // of the adapter's files
  state: ModelState;
  tier?: Tier; // the tier that it fits, where the host has two
}

/** One of the two models that come with Sotto. */
export interface TierState {
  tier: Tier;
  model: string; // id
  /** absent: not part of this installation; resting: unloaded, and loaded again by the next request for it. */
  state: ModelState | "absent" | "resting";
  problem?: string; // one sentence, where it cannot be used
}

/** Which of the two models does what, and why. Reasons are sentence fragments. */
export interface TierStatus {
  choice: ModelChoice;
  typing: Tier; // tier that writes suggestions while you type
  typingReason: string;
  asked: Tier; // tier that writes what a person asks for
  askedReason?: string; // why that is not strong, where the user did not choose so
  states: TierState[]; // quick, then strong
}

/** Status of the model that writes suggestions while you type; `tiers` describes the others. */
export interface HostStatus {
  state: ModelState;
  model: string; // id, such as "smollm2-135m"
  tiers?: TierStatus; // absent where the host runs the user's own model
  adapterName?: AdapterId; // where the model in use has an adapter of its own
  adapters?: AdapterState[]; // adapters of workspaces; absent where none was requested
  device: string; // "cpu", "webgpu", …
  runtime: string; // "c-api" or "binding", with the library's version; on a device with the model's form and the device's name
  fallbackReason?: string; // why it does not run on the requested device, or in the requested way
  loadMs?: number;
  rssBytes: number;
  /** How long a conversation may be, for a model that was tuned for them; absent for others. */
  conversations?: { maxPromptTokens: number; maxAnswerTokens: number };
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
 * Method names. They begin with `host/`, so that none equals a method of the editor's link (`sotto/…`, src/protocol). Requests: hello first,
 * then the others. Notifications: `token`, `statusChanged` (host → client).
 */
export const Method = {
  hello: "host/hello",
  ping: "host/ping",
  status: "host/status",
  generate: "host/generate",
  inspect: "host/inspect",
  score: "host/score",
  layers: "host/layers",
  warm: "host/warm",
  prepareAdapter: "host/prepareAdapter",
  remember: "host/remember",
  token: "host/token",
  statusChanged: "host/statusChanged",
} as const;
