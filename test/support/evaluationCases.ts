// Makes evaluation cases and their results for tests: a test gives only the fields that matter to it.

import type { EvaluationCase } from "../../cli/evaluation/cases.ts";
import type { CaseResult } from "../../cli/evaluation/metrics.ts";

export const caseOf = (given: Partial<EvaluationCase> = {}): EvaluationCase => ({
  id: "1",
  source: "here",
  licence: "MIT",
  language: "typescript",
  kind: "line",
  path: "src/a.ts",
  prefix: "",
  suffix: "",
  expected: "",
  ...given,
});

/** @param expected of the case; null where it has none */
export const resultOf = (expected: string | null, text: string, given: Partial<CaseResult> = {}): CaseResult => ({
  value: caseOf({ expected }),
  text,
  texts: text === "" ? [] : [text],
  raw: text,
  outcome: text === "" ? "none" : "shown",
  reason: null,
  asked: false,
  scored: undefined,
  expectedLogProb: undefined,
  siblingCopy: false,
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
