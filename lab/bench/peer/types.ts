// What the bench and the peer's process say to each other, and what of node-llama-cpp the process uses. Types only.

import type { Spent } from "./stopwatch.ts";

export type Floats = "f16" | "f32";

/** Tokens to run at the positions from `past` on, and after which of them the most probable next token is wanted. */
export interface Job {
  tokens: number[];
  past: number; // what the cache holds from there on is forgotten first
  asked: "last" | "all";
}

export interface Worked extends Spent {
  argmax: number[]; // of all jobs, in order
}

export interface Completed extends Spent {
  firstTokenMs: number;
  tokens: number[];
  cached: number; // tokens of the prompt that were in the cache
}

export interface LoadOptions {
  file: string; // GGUF
  contextTokens: number;
  threads: number; // the most that a call will name
  cache: Floats; // type of keys and values
  flashAttention: boolean;
}

/** The commands; `model` is what `load` has returned. */
export interface PeerCommands {
  load(options: LoadOptions): { model: number; build: string };
  work(options: { model: number; threads: number; jobs: Job[] }): Worked;
  /** Greedy, from the prompt's longest prefix that is in the cache. */
  complete(options: { model: number; threads: number; prompt: number[]; maxTokens: number }): Completed;
  /** Logits after each of `tokens`, from an empty cache: [tokens, vocab]. */
  logits(options: { model: number; threads: number; tokens: number[]; vocabSize: number }): Float32Array;
}

export interface PeerRequest {
  id: number;
  command: keyof PeerCommands;
  options: never;
}

export type PeerReply = { id: number; result: unknown } | { id: number; error: string };

/** The addon's objects behind node-llama-cpp's API, as version 3.22.1 has them. */
export interface AddonContext {
  initBatch(size: number): void;
  addToBatch(sequence: number, position: number, tokens: Uint32Array, logitIndices: Uint32Array): Uint32Array;
  decodeBatch(): Promise<void>;
  sampleToken(batchIndex: number, sampler: AddonSampler): Promise<number>;
  /** With logits: token and logit in turns, in any order. */
  sampleToken(
    batchIndex: number,
    sampler: AddonSampler,
    probabilities: false,
    confidence: false,
    logits: true,
  ): Promise<[number, undefined, undefined, number[]]>;
  removeTokenCellsFromSequence(sequence: number, start: number, end: number): boolean;
  setThreads(threads: number): void;
}

export interface AddonSampler {
  applyConfig(config: { temperature: number }): void;
}

export interface LlamaCpp {
  systemInfo: string;
  llamaCppRelease: { release: string };
  loadModel(
    options: object,
  ): Promise<{ _model: object; createContext(options: object): Promise<{ _ctx: AddonContext }> }>;
  _bindings: { AddonSampler: new (model: object) => AddonSampler };
}
