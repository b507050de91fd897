// The protocol's version and the limits that both ends of the host's socket agree on. Owns no behaviour.

/** Raised whenever a message changes its name or its meaning; a client and a host of different versions refuse each other. */
export const PROTOCOL_VERSION = 8;

/** The largest frame that is accepted; a larger one is refused and the connection closed. vscode-jsonrpc has no limit of its own. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;

/** How long the host waits after its last client has gone before it ends. */
export const HOST_IDLE_MS = 30_000;

/** A host that does not answer a ping within this time is considered dead and is replaced. */
export const HEARTBEAT_TIMEOUT_MS = 5_000;

/** A connection that has not said hello within this time is closed. */
export const HELLO_TIMEOUT_MS = 10_000;

/** Size limits of one request. Together they stay below MAX_FRAME_BYTES even where each UTF-16 unit is escaped in JSON (6 bytes). */
export const REQUEST_LIMITS = {
  prefixChars: 400_000,
  suffixChars: 400_000,
  piecesChars: 400_000, // all pieces' texts together
  pieces: 64,
  pathChars: 4_096,
  stopSequences: 16,
  stopChars: 256,
  lookupTexts: 8,
  lookupChars: 20_000, // of each
  maxTokens: 512, // of what is written: completions, docstrings, fixes, answers to other programs
  answerTokens: 2_048, // of an answer in a conversation
  branches: 16,
  words: 400,
  wordChars: 100,
  deadlineMs: 600_000,
  scoredChars: 8_000, // of a text that is scored
} as const;

/** The largest attention that is told of a token, in bytes. In base64 it fits a frame. */
export const MOST_ATTENTION_BYTES = 4 * 1024 * 1024;

/** How many other tokens are told for each token of a scored text. */
export const ALTERNATIVES = 5;

/** Size limits of what a host remembers of workspaces, in UTF-16 units. */
export const MEMORY_LIMITS = {
  fileChars: 100_000,
  workspaceChars: 8_000_000,
  allChars: 24_000_000, // of all workspaces together
  filesInMessage: 256,
  messageChars: 400_000,
} as const;
