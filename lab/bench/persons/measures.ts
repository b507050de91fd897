// What is measured on simulated persons: wrong suggestions at equal characters saved, calibration error, what is shown. Pure.

import type { SeededRandom } from "../../../finetune/data/seededRandom.ts";
import { groupsOf } from "../replay/change.ts";
import type { Answer } from "./record.ts";

/** An answer, how it was ranked, and whether it was shown. */
export interface Judged {
  answer: Answer;
  worth: number; // what is shown first has the most
  isShown: boolean;
}

export interface Interval {
  value: number;
  low: number; // of the 95 % interval
  high: number;
}

const RESAMPLES = 1_000;
const BINS = 10;

/** Characters that a person saves who takes each suggestion that begins right, in UTF-16 units. */
export const savedUnits = (judged: readonly Judged[]): number =>
  judged.reduce((sum, { answer, isShown }) => sum + (isShown && answer.isBegun ? answer.units : 0), 0);

export const wrongShown = (judged: readonly Judged[]): number =>
  judged.filter(({ answer, isShown }) => isShown && !answer.isBegun).length;

/** How many wrong ones are shown where the most worthwhile are shown first, until so many characters are saved. */
export function wrongAt(units: number, judged: readonly Judged[]): number {
  let [saved, wrong] = [0, 0];
  for (const { answer } of judged.toSorted((a, b) => b.worth - a.worth)) {
    if (saved >= units) break;
    if (answer.isBegun) saved += answer.units;
    else wrong++;
  }
  return wrong;
}

/** The same places by two decisions. */
export interface Pair {
  today: Judged[];
  other: Judged[];
}

/** By which share more wrong ones are shown than by today's decision, where as many characters are saved. */
export function moreWrongAtEqualUnits({ today, other }: Pair): number {
  return wrongAt(savedUnits(today), other) / Math.max(1, wrongShown(today)) - 1;
}

export const moreWrong = ({ today, other }: Pair): number => wrongShown(other) / Math.max(1, wrongShown(today)) - 1;

export const moreSaved = ({ today, other }: Pair): number => savedUnits(other) / Math.max(1, savedUnits(today)) - 1;

/** A measure's mean over runs, with its 95 % interval: hunks of the same places are drawn again, in one run after the other. */
export function overHunks(runs: readonly Pair[], measure: (pair: Pair) => number, random: SeededRandom): Interval {
  const byHunk = runs.map(({ today, other }) => {
    const pairs = today.map((one, i) => ({ today: one, other: other[i] }));
    return [...groupsOf(pairs, (pair) => pair.today.answer.hunk).values()];
  });
  const measured = (hunks: (typeof byHunk)[number]) => {
    const pairs = hunks.flat();
    return measure({ today: pairs.map((pair) => pair.today), other: pairs.map((pair) => pair.other) });
  };
  const drawn = Array.from({ length: RESAMPLES }, (_, i) => {
    const hunks = byHunk[i % byHunk.length];
    return measured(hunks.map(() => random.pick(hunks)));
  });
  return { value: mean(byHunk.map(measured)), ...interval(drawn) };
}

/** Expected calibration error, with bins of equal width. @param weights how often each stands for */
export function calibrationError(
  scores: readonly number[],
  outcomes: readonly number[], // probability or fact, from 0 to 1
  weights: readonly number[],
): number {
  const sums = Array.from({ length: BINS }, () => 0);
  for (const [i, score] of scores.entries())
    sums[Math.min(BINS - 1, Math.floor(score * BINS))] += weights[i] * (outcomes[i] - score);
  return sums.reduce((sum, value) => sum + Math.abs(value), 0) / weights.reduce((sum, weight) => sum + weight, 0);
}

/**
 * Root of the mean squared calibration error, with the same bins, less what chance alone brings on so few places (Kumar, Liang and Ma 2019,
 * arXiv 1909.10155): 0 on average where scores are calibrated, and never below the expected error else.
 * @param weights how often each stands for
 */
export function calibrationErrorBeyondChance(
  scores: readonly number[],
  outcomes: readonly number[], // probability or fact, from 0 to 1
  weights: readonly number[],
): number {
  const bins = groupsOf([...scores.keys()], (i) => `${Math.min(BINS - 1, Math.floor(scores[i] * BINS))}`);
  let squared = 0;
  let whole = 0;
  for (const places of bins.values()) {
    const weight = places.reduce((sum, i) => sum + weights[i], 0);
    const off = places.reduce((sum, i) => sum + weights[i] * (outcomes[i] - scores[i]), 0) / weight;
    const spread = places.reduce((sum, i) => sum + (weights[i] * (outcomes[i] - scores[i] - off)) ** 2, 0);
    const chance = places.length < 2 ? off ** 2 : (spread / weight ** 2) * (places.length / (places.length - 1));
    squared += weight * (off ** 2 - chance);
    whole += weight;
  }
  return Math.sqrt(Math.max(0, squared) / whole);
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function interval(drawn: readonly number[]): { low: number; high: number } {
  const sorted = drawn.toSorted((a, b) => a - b);
  return { low: sorted[Math.floor(0.025 * sorted.length)], high: sorted[Math.ceil(0.975 * sorted.length) - 1] };
}
