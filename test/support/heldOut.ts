// Held-out cases and answers to them for the tests. Not a test.

import type { HeldOutCase } from "../../finetune/heldOutCase.ts";
import type { AnsweredCase } from "../../finetune/judge/comparison.ts";

export const EXPECTED = "return compute(value);";

/** Case `index` of a file. */
export const heldOutCase = (index: number, path = `src/file${index}.ts`): HeldOutCase => ({
  id: `${path}:${index}`,
  path,
  prefix: `export function number${index}(value) {\n  `,
  suffix: "\n}\n",
  expected: EXPECTED,
  kind: "line",
});

/** A case whose texts before and after are right or wrong as given; loss and wrong texts too. */
export function answered(index: number, { was, is, nats = [10, 10], wrong = ["x", "x"], path }: Outcome): AnsweredCase {
  const value = heldOutCase(index, path);
  return {
    value,
    before: { text: was ? EXPECTED : wrong[0], logProb: -nats[0] },
    after: { text: is ? EXPECTED : wrong[1], logProb: -nats[1] },
  };
}

export interface Outcome {
  was: boolean;
  is: boolean;
  nats?: [number, number]; // of the expected text, before and after
  wrong?: [string, string]; // what is written where it is wrong
  path?: string;
}
