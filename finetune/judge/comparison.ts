// Compares two models on the same cases: the figures of each, the gains of the second with their intervals, and what each wrote. Pure.

import { editSimilarity } from "../editSimilarity.ts";
import type { HeldOutCase } from "../heldOutCase.ts";
import { isExactMatch } from "../norm.ts";
import type { CompletionFigures } from "../protocol/fineTune.ts";
import { bootstrapGain, type Difference, type Gain } from "./bootstrap.ts";
import type { Answer } from "./runHeldOutCase.ts";

export interface Comparison {
  cases: number;
  files: number; // number of files that the cases come from: the clusters of the intervals
  before: CompletionFigures;
  after: CompletionFigures;
  gains: Gains;
}

/** Above 0 is better, also for the loss: nats per character that are saved. */
export interface Gains {
  exactMatch: Gain;
  editSimilarity: Gain;
  loss: Gain;
}

export interface AnsweredCase {
  value: HeldOutCase;
  before: Answer;
  after: Answer;
}

export const SAMPLE_KINDS = ["gained", "lost", "bothWrong"] as const;
export type SampleKind = (typeof SAMPLE_KINDS)[number];

/** A case to look at, cut to the lines around the cursor. */
export interface Sample {
  kind: SampleKind;
  path: string;
  prefix: string;
  expected: string;
  suffix: string;
  before: string;
  after: string;
}

const SEED = 20_260_101; // of the intervals: the same answers give the same verdict
const SAMPLES = 4; // of each kind
const LINES_BEFORE = 7;
const LINES_AFTER = 4;
const LINE_UNITS = 200;
const LINE_BREAK = /\r?\n/;

/** @param cases at least one */
export function compareAnswers(cases: readonly AnsweredCase[]): Comparison {
  const gain = (measure: (answer: Answer, value: HeldOutCase) => number, weightOf = (_: HeldOutCase) => 1): Gain =>
    bootstrapGain(
      cases.map(({ value, before, after }): Difference => {
        return { cluster: value.path, gain: measure(after, value) - measure(before, value), weight: weightOf(value) };
      }),
      SEED,
    );
  return {
    cases: cases.length,
    files: new Set(cases.map(({ value }) => value.path)).size,
    before: figuresOf(cases, "before"),
    after: figuresOf(cases, "after"),
    gains: {
      exactMatch: gain(exactMatchOf),
      editSimilarity: gain(editSimilarityOf),
      loss: gain(({ logProb }) => logProb, charactersOf),
    },
  };
}

function figuresOf(cases: readonly AnsweredCase[], side: "before" | "after"): CompletionFigures {
  const sum = (measure: (answer: Answer, value: HeldOutCase) => number) =>
    cases.reduce((total, answered) => total + measure(answered[side], answered.value), 0);
  return {
    loss: -sum(({ logProb }) => logProb) / sum((_, value) => charactersOf(value)),
    exactMatch: sum(exactMatchOf) / cases.length,
    editSimilarity: sum(editSimilarityOf) / cases.length,
  };
}

const exactMatchOf = ({ text }: Answer, { expected }: HeldOutCase): number => Number(isExactMatch(text, expected));
const editSimilarityOf = ({ text }: Answer, { expected }: HeldOutCase): number => editSimilarity(text, expected);
const charactersOf = ({ expected }: HeldOutCase): number => expected.length;

/** A few cases of each kind, evenly spaced, so that they come from different files. */
export function samplesOf(cases: readonly AnsweredCase[]): Sample[] {
  return SAMPLE_KINDS.flatMap((kind) => {
    const ofKind = cases.filter((answered) => kindOf(answered) === kind);
    const count = Math.min(SAMPLES, ofKind.length);
    return Array.from({ length: count }, (_, i) => sampleOf(kind, ofKind[Math.floor((i * ofKind.length) / count)]));
  });
}

function kindOf({ value, before, after }: AnsweredCase): SampleKind | undefined {
  const [was, is] = [exactMatchOf(before, value), exactMatchOf(after, value)];
  if (was !== is) return is ? "gained" : "lost";
  return is ? undefined : "bothWrong";
}

function sampleOf(kind: SampleKind, { value, before, after }: AnsweredCase): Sample {
  const prefix = value.prefix.split(LINE_BREAK);
  const suffix = value.suffix.split(LINE_BREAK);
  return {
    kind,
    path: value.path,
    prefix: prefix.slice(-LINES_BEFORE).map(shortened).join("\n"),
    expected: shortened(value.expected),
    suffix: suffix
      .slice(0, LINES_AFTER + 1)
      .map(shortened)
      .join("\n"),
    before: shortened(before.text),
    after: shortened(after.text),
  };
}

const shortened = (line: string): string => (line.length > LINE_UNITS ? `${line.slice(0, LINE_UNITS)} …` : line);
