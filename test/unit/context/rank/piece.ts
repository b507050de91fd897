// Makes pieces for tests of the ranker: only what a test cares about is given. Not a test.

import type { Scored } from "../../../../src/context/rank/score.ts";

export const pieceOf = (given: Partial<Scored> = {}): Scored => ({
  kind: "import",
  path: "b.ts",
  startLine: 0,
  endLine: 1,
  text: "export const one = 1;",
  features: {},
  score: 0.5,
  ...given,
});
