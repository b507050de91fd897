// The protocol's version and the limits that both ends of the host's socket agree on. Owns no behaviour.

/** Raised whenever a message changes its meaning; a client and a host of different versions never talk. */
export const PROTOCOL_VERSION = 1;

/** A frame larger than this is refused and the connection closed: vscode-jsonrpc has no limit of its own. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;

/** The host ends this long after its last client has gone. */
export const HOST_IDLE_MS = 30_000;

/** A host that answers no ping within this time is taken for dead and replaced. */
export const HEARTBEAT_TIMEOUT_MS = 5_000;
