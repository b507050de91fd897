// Messages about engines elsewhere: what the status tells of the chosen one, which servers are found, and the key for one. Types and names only.

import type { EngineKind, FoundEngine } from "../../server/remote/types.ts";
import type { Answer } from "./answer.ts";

/** The engine that a person has chosen instead of the local model. */
export interface EngineStatus {
  url: string;
  /**
   * inUse: it writes. In all other states the local model does: opening (it was not reached yet), resting (it has failed), needsConsent (the person
   * has not agreed that code is sent to that address), untrusted (the workspace is not trusted).
   */
  state: "opening" | "inUse" | "resting" | "needsConsent" | "untrusted";
  model?: string; // the server's name for it
  kind?: EngineKind;
  problem?: { message: string; action: string }; // the last failure, while it counts
  retryAtMs?: number; // epoch; where it is resting
  isReadableOnTheWay: boolean; // plain http to another machine
  requests: number; // since the window was opened, like the other two
  bytesSent: number;
  bytesReceived: number;
}

export interface IdentifyParams {
  url: string;
}

/** The servers that answer on this machine. */
export type EnginesAnswer = Answer<FoundEngine[]>;
export type IdentifyAnswer = Answer<FoundEngine>;

export interface EngineKeyParams {
  origin: string;
}

export interface EngineKeyAnswer {
  key?: string; // absent where the person has given none
}

export const EngineMethod = {
  find: "sotto/engines", // request, extension → agent: nothing, EnginesAnswer
  identify: "sotto/engines/identify", // request, extension → agent: IdentifyParams, IdentifyAnswer; sends no code
  tryAgain: "sotto/engines/tryAgain", // notification, extension → agent
  key: "sotto/engines/key", // request, agent → extension: EngineKeyParams, EngineKeyAnswer
} as const;
