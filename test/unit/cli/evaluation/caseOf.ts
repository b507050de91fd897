// Makes evaluation cases for tests: only what a test cares about is given.

import type { EvaluationCase } from "../../../../cli/evaluation/cases.ts";

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
