// Types of the token loop. `generate.ts` implements them.

import type { Branch, RecordedCounts, RequestClass, Sampling, StopReason } from "../../host/protocol/messages.ts";
import type { OpenText } from "../memory/generationMemory.ts";
import type { LineBreaks } from "../memory/mixCounts.ts";
import type { MixtureWeights } from "../memory/mixture.ts";
import type { MemorySnapshot } from "../memory/repositoryMemory.ts";

export interface GenerationRequest {
  promptTokens: readonly number[];
  maxTokens: number;
  sampling: Sampling; // default seed of a completion: derived from its prompt
  stop: readonly string[];
  kind?: RequestClass; // default "completion"; decides which slots of the KV cache may be given up for it
  /**
   * The caller's permission to use the decoder, awaited before each run; it lasts until the next call, or until the generation ends. So several
   * generations can be under way at a time. It throws Cancelled where waiting is pointless. Without it, one generation is under way at a time.
   */
  turn?: () => Promise<void>;
  chunkTokens?: () => number; // how many tokens of the prompt run in the next chunk; default CHUNK_TOKENS
  lookup?: readonly (readonly number[])[]; // texts that the answer may repeat: guesses are taken from them, as from the prompt
  memory?: MemoryUse | RecordedUse; // default: none; what followed elsewhere is mixed into each choice
  record?: boolean; // default false: the result has what was mixed in before each choice
  branches?: number; // default 0; how many branches to report
  words?: readonly string[]; // default: none; the text begins with one of them
  forced?: readonly number[]; // tokens that are written first, whatever is likelier: a branch of an earlier generation after the same prompt
  speculation?: boolean; // default true: guessed tokens run along, which affects the speed only
  healing?: boolean; // default true: the prompt's last tokens may be taken back and written again as parts of others
}

/** The repository as a generation sees it, the open file, and how much both count. */
export interface MemoryUse {
  repository: MemorySnapshot;
  text: OpenText;
  weights: MixtureWeights;
}

/** What was mixed into a generation, to be mixed in again. */
export interface RecordedUse {
  steps: readonly RecordedCounts[];
  lineBreaks: LineBreaks;
  weights: MixtureWeights;
}

export interface GenerationResult {
  text: string;
  tokens: number[]; // generated ids, without the end-of-text token
  stop: StopReason;
  cachedTokens: number; // prompt tokens found in the KV cache
  prefillMs: number;
  decodeMs: number;
  logProbs: number[];
  tokenEnds: number[]; // one for each token: how many UTF-16 units of `text` were certain after it
  branches: Branch[]; // the likeliest first
  speculation: SpeculationCounts;
  mixed?: RecordedCounts[]; // before each choice; absent where it was not asked for, or there is no memory
}

export interface SpeculationCounts {
  runs: number; // of the decoder, counted from the run that gives the first token
  guessed: number; // guessed tokens that ran along
  accepted: number; // those of them that were right
}
