// Every message of our own between the extension and the agent, beside LSP's. Imports nothing: both sides have it.

/** Extension → agent, as `initializationOptions` and then with `configure` at each change. */
export interface AgentConfiguration {
  enable: Record<string, boolean>; // by language id, "*" for all others
  multiLine: "auto" | "never";
  maxTokens: number;
  deadlineMs: number;
  exclude: string[]; // patterns of files that are neither read nor completed
  threads: number; // 0: chosen by the machine
  model: string; // folder; "" for the embedded model
  snoozedUntilMs: number; // epoch; 0 when not snoozed
  trusted: boolean; // false: nothing but open documents is read
}

/** Agent → extension: what the status item shows of the model host. */
export interface ModelStatus {
  state: "stopped" | "starting" | "ready" | "failed";
  working: boolean; // a request has been running for longer than a moment
  model?: string; // id, such as "smollm2-135m"
  device?: string;
  runtime?: string;
  loadMs?: number;
  error?: { message: string; action: string }; // where state is "failed"
}

/** What the agent has counted since it started; asked for by tests and by the log. */
export interface Counters {
  requests: number;
  modelCalls: number;
  shown: Record<string, number>; // by source: model, cache, typedAsSuggested
  none: Record<string, number>; // by reason
  accepted: number;
  agentPid: number;
  hostPid?: number;
  syntax: string; // "native" or "wasm"
}

/** An item's `command`: the client registers it, a call comes back to the agent. */
export const ACCEPTED_COMMAND = "sotto.accepted";

export const AgentMethod = {
  configure: "sotto/configure", // notification, extension → agent
  status: "sotto/status", // notification, agent → extension
  restartHost: "sotto/restartHost", // request, extension → agent
  counters: "sotto/counters", // request, extension → agent
} as const;
