// What an explanation of a suggestion holds: the object that the page, the command line and its JSON show. Types only; docs/user/explain.md
// describes the JSON.

import type { TokenAlternative } from "../../server/host/protocol/messages.ts";

export interface Explanation {
  version: 1;
  path: string; // of the file, relative to the workspace
  line: number; // of the cursor, 0-based
  character: number; // UTF-16 units
  outcome: "shown" | "withheld";
  reason?: string; // the name of the reason, where it was withheld
  why?: string; // the reason in words
  text: string; // what was shown, or what would have been; "" where the model was not asked
  written: string; // as the model wrote it
  summary: string; // in one or two sentences
  model?: string; // id of the model that wrote it
  tier?: "quick" | "strong";
  promptTokens?: number;
  show?: ShowExplanation; // absent where the show decision was not asked
  steps: { name: string; words: string; before: string; after: string }[]; // filters that changed the text, in their order
  words?: ExplainedWord[]; // absent where the model tells no probabilities
  hesitations?: Hesitation[];
  parts?: ExplainedPart[]; // of the prompt, in its order; absent where they cannot be measured
  hiding?: HidingPair[];
  copied: CopiedText[];
  layers?: ExplainedLayers; // on demand
  repeats?: string; // the third-party code that it repeats, in words; absent where none is known, and where the licence guard is off
  notes: string[]; // what cannot be told, or holds only in part, each a sentence
  ms: { first: number; whole: number }; // until the items that need no measurement were there; until all were
}

/** The show decision: the logistic sum, term by term. The terms and the bias add up to the log-odds of the score. */
export interface ShowExplanation {
  score: number; // 0 to 1
  threshold?: number; // the least score that is shown unasked; absent where that filter is off
  explicit: boolean; // a person asked: then it is shown whatever the score
  rule?: true; // the model told no probabilities: a rule decided instead, and there are no terms
  bias: number; // log-odds
  terms: ShowTerm[];
}

export interface ShowTerm {
  name: string;
  words: string; // what it means
  value: number;
  weight: number;
  logOdds: number; // value times weight
}

/** A word of the suggestion and what the model expected there. */
export interface ExplainedWord {
  text: string;
  logProb: number; // natural logarithm: the sum over its tokens
  tokens: ExplainedToken[];
}

export interface ExplainedToken {
  index: number; // among the tokens of the scored text, for "what if"
  text: string;
  logProb: number;
  rank: number; // 1: it was the likeliest
  entropy: number; // nats
  alternatives: TokenAlternative[];
}

/** A place where the model hesitated, with what it might have written, as whole words. */
export interface Hesitation {
  token: number; // index of the token
  text: string;
  probability: number;
  alternatives: { id: number; text: string; probability: number }[];
}

/** A part of the prompt, and how much the text leaned on it. */
export interface ExplainedPart {
  id: number;
  kind: string; // the retriever that found it; "header", "before" or "after" for the file's own
  title: string; // for a person
  path: string;
  line?: number; // where it begins in that file, 0-based; absent where it is not found there
  tokens: number;
  /** ln p(text | all) - ln p(text | without it): positive where it made the text likelier. Absent until it is measured. */
  nats?: number;
  isNoise?: boolean;
  blocks?: ExplainedBlock[]; // on demand
}

/** Four lines within a part. */
export interface ExplainedBlock {
  firstLine: number; // within the part's text, 0-based
  text: string;
  nats: number;
}

/** Two parts that say the same: without both the text loses more than without each. */
export interface HidingPair {
  first: number; // id of a part
  second: number;
  together: number; // nats
  apart: number; // the sum of both alone
}

/** What each layer of the model did for the tokens of the suggestion. Layers are counted from 0 here, and from 1 for a person. */
export interface ExplainedLayers {
  layers: number;
  heads: number; // of each layer
  tokens: ExplainedLayerToken[];
  attention?: ExplainedAttention; // absent where the model's is too large for a message
  notes: string[]; // what holds only in part, each a sentence
  ms: number;
}

/** A token, layer by layer. The logit is the sum of `embedding`, `attention`, `mlp`, `bias` and `rounding`. */
export interface ExplainedLayerToken {
  index: number; // as in `ExplainedToken`
  text: string;
  /** The layer from which on it stayed the likeliest, to the last; absent where it is not the likeliest at the end. */
  decidedAt?: number;
  lens: { rank: number; logProb: number; likeliest: string }[]; // by layer: what the model would say if that were its last
  logit: number;
  embedding: number; // what each contributes to the logit
  attention: number[]; // by layer
  mlp: number[]; // by layer
  bias: number; // of the final norm
  rounding: number; // of the output head
  norms: number[]; // by layer: the length of the residual stream after it
}

/** Where the heads of one layer looked when they chose a token. Averaged or alone, attention is no reason. */
export interface ExplainedAttention {
  token: number; // index
  text: string;
  layer: number;
  places: string[]; // the parts of the prompt, then what belongs to none
  shares: number[][]; // [heads][places]; each row sums to 1
  head?: number; // whose tokens are told, strongest first
  tokens?: { text: string; place: string; share: number }[];
}

/** Text of the suggestion that stands elsewhere already: in the prompt, or in a file that the folder's index finds. */
export interface CopiedText {
  text: string;
  at: number; // UTF-16 units into the suggestion
  path: string;
  line?: number; // 0-based
  where: string; // for a person
  isElsewhere?: true; // not in the prompt: the model has not read it there
}
