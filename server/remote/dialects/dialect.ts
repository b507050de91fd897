// What a kind of server makes of a request, and what it says in its answer: the shape that each file of this folder fills in. Types, and what
// several of them share.

import type { Sampling } from "../../host/protocol/messages.ts";

/** A prompt as it travels. */
export type WirePrompt =
  | { shape: "ids"; ids: readonly number[] }
  | { shape: "text"; text: string; parts?: readonly (string | number)[] } // parts: special tokens by id, texts between them
  | {
      shape: "fim";
      context: string; // pieces as comments
      prefix: string;
      suffix: string;
      pieces: readonly { path: string; text: string }[];
      path: string;
      languageId: string;
    };

export interface Asked {
  prompt: WirePrompt;
  model: string;
  adapter?: string; // its name, or its number at llama.cpp
  maxTokens: number;
  sampling: Sampling;
  stop: readonly string[];
  stopTokens: readonly number[]; // that end the text; empty where no ids are known
  contextTokens?: number; // only where a person has chosen it
  /** Text that the answer repeats first (token healing); a server that can be held to it is. */
  owed?: string;
}

/** One generated token, as far as the server tells. */
export interface SaidToken {
  bytes: Uint8Array;
  logProb: number;
}

/** What one event of an answer says. */
export interface Said {
  text: string;
  tokens?: SaidToken[]; // together they are `text`
  ids?: readonly number[]; // of the tokens of this event
  end?: "endOfText" | "stopSequence" | "maxTokens";
  counts?: { prompt?: number; cached?: number; generated?: number };
}

export interface Dialect {
  /** The request for a stream where the server has streams. */
  request(asked: Asked): { path: string; body: object };
  /** Undefined where the event has another form than this server's. */
  read(event: unknown): Said | undefined;
  /** Whether reading a prompt ahead is worth asking for: false where every request is paid for, or there is no cache to fill. */
  readonly warms: boolean;
  /** The least that can be asked for. */
  readonly fewestTokens: 0 | 1;
  /** Whether `owed` is held to by the server. */
  readonly holdsTo: boolean;
}

/** Members that are left out of a body where they are undefined. */
export const given = (members: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

/** The tokens where their bytes are those of `text`; otherwise the server cut characters apart, and its pieces are of no use. */
export function tokensOf(text: string, tokens: readonly SaidToken[]): SaidToken[] | undefined {
  const whole = Buffer.concat(tokens.map(({ bytes }) => bytes));
  return tokens.length > 0 && Buffer.compare(whole, Buffer.from(text)) === 0 ? [...tokens] : undefined;
}
