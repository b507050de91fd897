// The effect of a show decision on recorded suggestions, as lines of text: compared with the model's own probability and the quick model's current
// decision, and with other thresholds. Pure.

import { calibrationError, type Decided } from "../../cli/evaluation/metrics.ts";
import { type CurvePoint, curvePoint } from "../../cli/evaluation/showCurve.ts";
import { showFitOf } from "../../src/completion/show/showFitOf.ts";
import type { Recording } from "./recorded.ts";
import { type Scorer, scorerBy } from "./showFitting.ts";

/** The goal of a decision: the least share of right ones among the shown suggestions, and the least share of right suggestions that are kept. */
const GOAL = { shownAndRight: 0.5, kept: 0.85 };

const LEAST_SCORES = Array.from({ length: 100 }, (_, index) => index / 100);
const CURVE_EVERY = 5; // of those

/** What the model itself holds for the probability: the dumb baseline. */
const lineProbability: Scorer = ({ features }) => Math.exp(-(features.lineDoubt ** 2));

export function reportLines(recording: Recording, score: Scorer, threshold: number): string[] {
  const { name, asked, suggestions } = recording;
  const quickFit = showFitOf("quick");
  const [own, quick, line] = [score, scorerBy(quickFit), lineProbability].map((by) => decidedBy(by, recording));
  const row = (title: string, decided: readonly Decided[], least: number) =>
    `  ${title.padEnd(38)} ${figures(curvePoint(decided, least, asked.length))}`;
  const calibrated = (title: string, decided: readonly Decided[], least: number) =>
    `${row(title, decided, least)}, calibration error ${calibrationError(decided)}, by chance ${chanceError(decided)}`;
  const best = mostRight(own, asked.length);
  return [
    `${name}: ${asked.length} places asked, ${suggestions.length} pass the filters, ${suggestions.filter(({ right }) => right).length} of them right`,
    row("without a decision", own, 0),
    calibrated("the line's probability, as many kept", line, asManyKept(line, own, threshold)),
    row("quick's weights, as many kept", quick, asManyKept(quick, own, threshold)),
    calibrated(`quick's decision (${quickFit.thresholds.usual})`, quick, quickFit.thresholds.usual),
    calibrated(`this decision (${threshold})`, own, threshold),
    ...(best
      ? [
          `  ${`at its best, ${GOAL.kept} kept (${best.threshold})`.padEnd(38)} ${figures(best)}, goal ${GOAL.shownAndRight}`,
        ]
      : []),
  ];
}

/** The curve by which a threshold is chosen. */
export function curveLines(recording: Recording, score: Scorer): string[] {
  const decided = decidedBy(score, recording);
  return LEAST_SCORES.filter((_, index) => index % CURVE_EVERY === 0).map((least) => {
    const point = curvePoint(decided, least, recording.asked.length);
    return `  from ${least.toFixed(2).padEnd(33)} ${figures(point)}`;
  });
}

const figures = ({ shown, shownAndRight, kept }: CurvePoint) => `shown ${shown}, right ${shownAndRight}, kept ${kept}`;

const decidedBy = (score: Scorer, { suggestions }: Recording): Decided[] =>
  suggestions.map((suggestion) => ({ score: score(suggestion), right: suggestion.right }));

/** Where most of the shown is right while enough is kept; undefined where nothing is right. */
function mostRight(decided: readonly Decided[], places: number): CurvePoint | undefined {
  return LEAST_SCORES.map((least) => curvePoint(decided, least, places))
    .filter(({ kept }) => kept !== null && kept >= GOAL.kept)
    .reduce<CurvePoint | undefined>(
      (best, point) => (best && best.shownAndRight! > point.shownAndRight! ? best : point),
      undefined,
    );
}

/** The calibration error that a score which is right about every probability has by chance, among so few: half normal in each of ten bins. */
function chanceError(decided: readonly Decided[]): number {
  const variances = new Map<number, number>();
  for (const { score } of decided) {
    const bin = Math.min(9, Math.floor(score * 10));
    variances.set(bin, (variances.get(bin) ?? 0) + score * (1 - score));
  }
  const error = [...variances.values()].reduce((sum, variance) => sum + Math.sqrt((2 / Math.PI) * variance), 0);
  return Number((error / decided.length).toFixed(4));
}

/** The threshold of a peer that keeps as many right ones as `own` does. */
function asManyKept(peer: readonly Decided[], own: readonly Decided[], threshold: number): number {
  const count = own.filter(({ score, right }) => right && score >= threshold).length;
  const ofRight = peer
    .filter(({ right }) => right)
    .map(({ score }) => score)
    .toSorted((a, b) => b - a);
  return ofRight[Math.max(0, count - 1)] ?? 0;
}
