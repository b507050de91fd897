// Makes results of evaluation cases for tests: only what a test cares about is given.

import type { CaseResult } from "../../../../cli/evaluation/metrics.ts";
import { caseOf } from "./caseOf.ts";

/** @param expected of the case; null where it has none */
export const resultOf = (expected: string | null, text: string, given: Partial<CaseResult> = {}): CaseResult => ({
  value: caseOf({ expected }),
  text,
  raw: text,
  outcome: text === "" ? "none" : "shown",
  reason: null,
  asked: false,
  scored: undefined,
  expectedLogProb: undefined,
  syntaxOk: true,
  pass: undefined,
  recalled: undefined,
  retrieved: undefined,
  targetTold: undefined,
  totalMs: 1,
  decodeMs: 0,
  generatedTokens: 0,
  ...given,
});
