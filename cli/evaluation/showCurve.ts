// Measures the quality of the show decision: its score against what was right, over all suggestions that it judged. Pure.

import { type CaseResult, type Decided, decidedOf, rounded } from "./metrics.ts";

/** What would be shown if the least score were `threshold`. */
export interface CurvePoint {
  threshold: number;
  shown: number; // share of all unrequested cases
  shownAndRight: number | null; // share of the shown suggestions that are right: precision; null where nothing would be shown
  kept: number | null; // share of all right suggestions that would be shown: recall; null where none is right
}

export interface ShowCurve {
  curve: CurvePoint[] | null; // at the deciles of the score, the lowest first, which shows everything that passes the filters
  decision: CurvePoint | null; // at the product's own threshold
}

const DECILES = 10;

/** Null where no suggestion was judged: all requests were explicit, or run without filters. @param threshold the product's */
export function showCurve(results: readonly CaseResult[], threshold: number): ShowCurve {
  const decided = decidedOf(results);
  if (decided.length === 0) return { curve: null, decision: null };
  const unasked = results.filter(({ asked, value }) => !asked && value.expected !== null).length;
  const sorted = decided.map(({ score }) => score).toSorted((a, b) => a - b);
  const deciles = Array.from({ length: DECILES }, (_, index) => sorted[Math.floor((index * sorted.length) / DECILES)]);
  const at = (least: number) => curvePoint(decided, least, unasked);
  return { curve: deciles.map(at), decision: at(threshold) };
}

/** @param cases number of cases, including those where nothing passed the filters */
export function curvePoint(decided: readonly Decided[], threshold: number, cases: number): CurvePoint {
  const shown = decided.filter(({ score }) => score >= threshold);
  const right = decided.filter((one) => one.right).length;
  const shownRight = shown.filter((one) => one.right).length;
  return {
    threshold: rounded(threshold),
    shown: rounded(shown.length / cases),
    shownAndRight: shown.length === 0 ? null : rounded(shownRight / shown.length),
    kept: right === 0 ? null : rounded(shownRight / right),
  };
}
