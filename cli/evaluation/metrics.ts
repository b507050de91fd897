// Figures of an evaluation, computed from the results of its cases. Pure; docs/log/README.md explains their names.

import { editSimilarity } from "../../finetune/editSimilarity.ts";
import { firstLine, firstLines, isExactMatch } from "../../finetune/norm.ts";
import type { EvaluationCase } from "./cases.ts";

/** The result of one case. */
export interface CaseResult {
  value: EvaluationCase;
  text: string; // what was shown; "" where nothing was
  texts: string[]; // the same, and the other suggestions in their order, where those were asked for
  raw: string; // what the model wrote
  asked: boolean; // an explicit request
  outcome: "shown" | "none";
  reason: string | null; // why nothing was shown
  scored: Scored | undefined; // the suggestion that the show decision judged; undefined where nothing passed the filters, and for explicit requests
  expectedLogProb: number | undefined; // natural logarithm of the probability of the whole expected text
  siblingCopy: boolean | undefined; // wrong, in form right, and so it stands elsewhere; undefined where the case has no expected text
  syntaxOk: boolean | undefined; // undefined where the language has no parser here
  pass: boolean | undefined; // undefined where the case has no test
  recalled: boolean | undefined; // whether the gold chunk was in the prompt; undefined where there is no gold chunk
  retrieved: boolean | undefined; // whether it is among the pieces that fit into 1,200 tokens, whatever room the prompt has
  targetTold: boolean | undefined; // whether a piece in the prompt names the target; undefined where the case has no target
  totalMs: number;
  decodeMs: number;
  generatedTokens: number;
}

/** A suggestion that the show decision let through or withheld. */
export interface Scored {
  text: string;
  score: number; // the product's score, 0 to 1
}

/** Rates are between 0 and 1; null where nothing could be measured (no expected text, no test, nothing shown). */
export interface Figures {
  cases: number;
  exactMatch: number | null;
  exactMatchCut: number | null;
  firstLineMatch: number | null;
  editSimilarity: number | null;
  expectedLogProb: number | null; // nats per character
  siblingCopies: number; // cases
  syntaxOk: number | null;
  shown: number | null;
  shownAndRight: number | null;
  calibrationError: number | null;
  pass: number | null;
  recall: number | null;
  retrieved: number | null;
  targetTold: number | null;
  identifierMatch: number | null;
  p50Ms: number | null;
  p95Ms: number | null;
  tokensPerSecond: number | null;
}

type Comparison = (text: string, expected: string) => boolean;

/** The numbers of suggestions for which the share of cases is told in which one of the first so many is right. */
export const RANKS = [1, 3, 6] as const;

export type ExactMatchAt = Partial<Record<(typeof RANKS)[number], number | null>>;

/** A suggestion counts that begins with the expected lines. @param most how many suggestions were asked for */
export function exactMatchAt(results: readonly CaseResult[], most: number): ExactMatchAt {
  const rightWithin = ({ texts, value: { expected } }: CaseResult, rank: number) =>
    expected === null ? undefined : texts.slice(0, rank).some((text) => isExactMatchCut(text, expected));
  return Object.fromEntries(
    RANKS.filter((rank) => rank <= most).map((rank) => [
      rank,
      shareOfKnown(results.map((result) => rightWithin(result, rank))),
    ]),
  );
}

/** Compares both cut to the number of lines of `expected`: a right beginning that continues too long counts. */
export const isExactMatchCut: Comparison = (text, expected) => {
  const lines = expected.split("\n").length;
  return isExactMatch(firstLines(text, lines), firstLines(expected, lines));
};

export const isFirstLineMatch: Comparison = (text, expected) => firstLine(text) === firstLine(expected);

/** Whether one of the text's identifiers is this name. */
export const namesIt = (text: string, name: string): boolean =>
  new Set(text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu)).has(name);

/** Whether a result's text is right; undefined where the case has no expected text. */
const judged = ({ text, value }: CaseResult, compare: Comparison): boolean | undefined =>
  value.expected === null ? undefined : compare(text, value.expected);

export function figuresOf(results: readonly CaseResult[]): Figures {
  const shown = results.filter(({ outcome }) => outcome === "shown");
  const matching = (group: readonly CaseResult[], compare: Comparison) =>
    shareOfKnown(group.map((result) => judged(result, compare)));
  const decodeMs = sum(results.map((result) => result.decodeMs));
  const times = results.map(({ totalMs }) => totalMs);
  return {
    cases: results.length,
    exactMatch: matching(results, isExactMatch),
    exactMatchCut: matching(results, isExactMatchCut),
    firstLineMatch: matching(results, isFirstLineMatch),
    editSimilarity: mean(
      results.flatMap(({ text, value }) => (value.expected === null ? [] : [editSimilarity(text, value.expected)])),
    ),
    expectedLogProb: logProbPerCharacter(results),
    siblingCopies: results.filter(({ siblingCopy }) => siblingCopy).length,
    syntaxOk: shareOfKnown(results.map(({ syntaxOk }) => syntaxOk)),
    shown: share(results, ({ outcome }) => outcome === "shown"),
    shownAndRight: matching(shown, isExactMatch),
    calibrationError: calibrationError(decidedOf(results)),
    pass: shareOfKnown(results.map(({ pass }) => pass)),
    recall: shareOfKnown(results.map(({ recalled }) => recalled)),
    retrieved: shareOfKnown(results.map(({ retrieved }) => retrieved)),
    targetTold: shareOfKnown(results.map(({ targetTold }) => targetTold)),
    identifierMatch: shareOfKnown(
      results.map(({ text, value: { target } }) => (target === undefined ? undefined : namesIt(text, target))),
    ),
    p50Ms: percentile(times, 0.5),
    p95Ms: percentile(times, 0.95),
    tokensPerSecond: decodeMs === 0 ? null : rounded((sum(results.map((r) => r.generatedTokens)) / decodeMs) * 1000, 1),
  };
}

/** The log probability of all expected texts divided by all their characters: long texts weigh more. */
function logProbPerCharacter(results: readonly CaseResult[]): number | null {
  const scored = results.filter(({ expectedLogProb }) => expectedLogProb !== undefined);
  const characters = sum(scored.map(({ value }) => value.expected?.length ?? 0));
  return characters === 0 ? null : rounded(sum(scored.map((result) => result.expectedLogProb ?? 0)) / characters);
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
 * Expected calibration error of the show score, over all suggestions that were judged, shown or not: in ten bins of equal width, the difference
 * of the mean score and the share that is right, weighted by the bin's size (Guo et al., "On Calibration of Modern Neural Networks", 2017). Null
 * where nothing has a score.
 */
export function calibrationError(decided: readonly Decided[]): number | null {
  if (decided.length === 0) return null;
  const binOf = (score: number) => Math.min(CALIBRATION_BINS - 1, Math.floor(score * CALIBRATION_BINS));
  let error = 0;
  for (const bin of Map.groupBy(decided, ({ score }) => binOf(score)).values()) {
    const confidence = sum(bin.map(({ score }) => score)) / bin.length;
    const accuracy = bin.filter(({ right }) => right).length / bin.length;
    error += (bin.length / decided.length) * Math.abs(confidence - accuracy);
  }
  return rounded(error);
}

/** A suggestion that the show decision judged, with the expected text. */
export interface Decided {
  score: number;
  right: boolean;
}

export const decidedOf = (results: readonly CaseResult[]): Decided[] =>
  results.flatMap(({ scored, value: { expected } }) =>
    scored === undefined || expected === null
      ? []
      : [{ score: scored.score, right: isExactMatch(scored.text, expected) }],
  );

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

export const rounded = (value: number, digits = 4): number => Number(value.toFixed(digits));
