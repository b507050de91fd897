// Figures of an evaluation from the results of its cases. Pure; the formulas are those of docs and LOG.md.

import type { EvaluationCase } from "./cases.ts";
import { editSimilarity } from "./editSimilarity.ts";
import { firstLine, firstLines, norm } from "./norm.ts";

/** What came of one case. */
export interface CaseResult {
  value: EvaluationCase;
  text: string; // what was shown; "" where nothing was
  raw: string; // what the model wrote
  outcome: "shown" | "none";
  reason: string | null; // why nothing was shown
  showScore: number | undefined; // between 0 and 1; undefined where the model wrote nothing
  expectedLogProb: number; // natural logarithm of the probability of the whole expected text
  syntaxOk: boolean;
  pass: boolean | undefined; // undefined where the case has no test
  recalled: boolean | undefined; // whether the gold chunk was among the context; undefined where there is none to find
  totalMs: number;
  decodeMs: number;
  generatedTokens: number;
}

/** Rates are between 0 and 1; null where nothing could be measured. */
export interface Figures {
  cases: number;
  exactMatch: number;
  exactMatchCut: number;
  firstLineMatch: number;
  editSimilarity: number;
  expectedLogProb: number | null; // nats a character
  syntaxOk: number;
  shown: number;
  shownAndRight: number | null;
  calibrationError: number | null;
  pass: number | null;
  recall: number | null;
  p50Ms: number | null;
  p95Ms: number | null;
  tokensPerSecond: number | null;
}

export const isExactMatch = (text: string, expected: string): boolean => norm(text) === norm(expected);

/** Both cut to the number of lines of `expected`: a right beginning that goes on too long counts. */
export function isExactMatchCut(text: string, expected: string): boolean {
  const lines = expected.split("\n").length;
  return isExactMatch(firstLines(text, lines), firstLines(expected, lines));
}

export const isFirstLineMatch = (text: string, expected: string): boolean => firstLine(text) === firstLine(expected);

export function figuresOf(results: readonly CaseResult[]): Figures {
  const shown = results.filter(({ outcome }) => outcome === "shown");
  const right = ({ text, value }: CaseResult) => isExactMatch(text, value.expected);
  const characters = sum(results.map(({ value }) => value.expected.length));
  const decodeMs = sum(results.map((result) => result.decodeMs));
  const times = results.map(({ totalMs }) => totalMs);
  return {
    cases: results.length,
    exactMatch: share(results, right) ?? 0,
    exactMatchCut: share(results, ({ text, value }) => isExactMatchCut(text, value.expected)) ?? 0,
    firstLineMatch: share(results, ({ text, value }) => isFirstLineMatch(text, value.expected)) ?? 0,
    editSimilarity: mean(results.map(({ text, value }) => editSimilarity(text, value.expected))) ?? 0,
    expectedLogProb: characters === 0 ? null : rounded(sum(results.map((r) => r.expectedLogProb)) / characters),
    syntaxOk: share(results, ({ syntaxOk }) => syntaxOk) ?? 0,
    shown: share(results, ({ outcome }) => outcome === "shown") ?? 0,
    shownAndRight: share(shown, right),
    calibrationError: calibrationError(
      shown.flatMap((result) =>
        result.showScore === undefined ? [] : [{ score: result.showScore, right: right(result) }],
      ),
    ),
    pass: shareOfKnown(results.map(({ pass }) => pass)),
    recall: shareOfKnown(results.map(({ recalled }) => recalled)),
    p50Ms: percentile(times, 0.5),
    p95Ms: percentile(times, 0.95),
    tokensPerSecond: decodeMs === 0 ? null : rounded((sum(results.map((r) => r.generatedTokens)) / decodeMs) * 1000, 1),
  };
}

/** Figures of each group of results, groups in the order in which they first occur. */
export function figuresBy(
  results: readonly CaseResult[],
  group: (value: EvaluationCase) => string,
): Record<string, Figures> {
  const groups = Map.groupBy(results, ({ value }) => group(value));
  return Object.fromEntries(Array.from(groups, ([name, members]) => [name, figuresOf(members)]));
}

const CALIBRATION_BINS = 10;

/**
 * Expected calibration error: in ten bins of equal width, the distance of the mean score from the share that is right, weighted by the
 * bin's size (Guo et al., "On Calibration of Modern Neural Networks", 2017). Null without predictions.
 */
export function calibrationError(predictions: readonly { score: number; right: boolean }[]): number | null {
  if (predictions.length === 0) return null;
  const binOf = (score: number) => Math.min(CALIBRATION_BINS - 1, Math.floor(score * CALIBRATION_BINS));
  let error = 0;
  for (const bin of Map.groupBy(predictions, ({ score }) => binOf(score)).values()) {
    const confidence = sum(bin.map(({ score }) => score)) / bin.length;
    const accuracy = bin.filter(({ right }) => right).length / bin.length;
    error += (bin.length / predictions.length) * Math.abs(confidence - accuracy);
  }
  return rounded(error);
}

/** The smallest value that at least `fraction` of `values` do not exceed (nearest rank), to a tenth; null without values. */
export function percentile(values: readonly number[], fraction: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return rounded(sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)], 1);
}

export const share = <T>(values: readonly T[], is: (value: T) => boolean): number | null =>
  values.length === 0 ? null : rounded(values.filter(is).length / values.length);

export const shareOfKnown = (values: readonly (boolean | undefined)[]): number | null =>
  share(
    values.filter((value) => value !== undefined),
    Boolean,
  );

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : rounded(sum(values) / values.length);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const rounded = (value: number, digits = 4): number => Number(value.toFixed(digits));
