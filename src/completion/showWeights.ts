// How much each feature of a suggestion counts. Set by hand until scripts/completion/fitShowDecision.ts writes it.

import type { ShowFeature } from "./showDecision.ts";

export const SHOW_BIAS = 1;

export const SHOW_WEIGHTS: Readonly<Record<ShowFeature, number>> = {
  lineLogProb: 0.7,
  meanLogProb: 1.5,
  leastLogProb: 0,
  firstLogProb: 0,
  endLogProb: 0,
  cut: 0,
  cutOff: 0,
  logChars: 0,
  severalLines: 0,
  logTokens: 0,
  multi: 0,
  comment: 0,
  string: 0,
  blankLine: 0,
  afterDot: 0,
  insideWord: 0,
  inBrackets: 0,
  restFollows: 0,
  logLine: 0,
  depth: 0,
  python: 0,
  unknownNames: 0,
  words: 0,
  closers: 0,
  opens: 0,
  newErrors: 0,
};

/** The least score that is shown. */
export const SHOW_THRESHOLD = 0.2;
