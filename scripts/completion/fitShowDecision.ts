// Fits the show decision on what recordSuggestions.ts kept of typed places, reports it on packages and cases that it was not fitted on
// beside what stood there before, and writes src/completion/showWeights.ts.
//
// node scripts/completion/fitShowDecision.ts --fit TYPED.jsonl [--judge CASES.jsonl …] [--write]

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { calibrationError, type Decided } from "../../cli/evaluation/metrics.ts";
import { curvePoint } from "../../cli/evaluation/showCurve.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { badInput, UserError } from "../../server/protocol/errors.ts";
import { SHOW_FEATURES } from "../../src/completion/showDecision.ts";
import { fitLogistic, type LogisticModel } from "../context/logisticRegression.ts";
import { type RecordedCase, type Suggestion, suggestionOf } from "./recorded.ts";

const USAGE = "Usage: node scripts/completion/fitShowDecision.ts --fit TYPED.jsonl [--judge CASES.jsonl …] [--write]";

/** Keeps the weights small: there are some hundred right ones. */
const RIDGE = 1e-3;

/**
 * The threshold keeps this share of the right ones of packages that were not fitted on. At least 85 % are asked for on code of any kind;
 * the margin was chosen on the development sets, whose code lies further from the packages.
 */
const KEPT = 0.953;

/** How a suggestion is scored: 0 to 1. */
type Scorer = (suggestion: Suggestion) => number;

interface Recorded {
  name: string;
  places: number; // where the model was asked
  suggestions: Suggestion[]; // that passed the filters
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      fit: { type: "string" },
      judge: { type: "string", multiple: true, default: [] },
      write: { type: "boolean", default: false },
    },
  });
  if (!values.fit) throw badInput("There is nothing to fit on.", USAGE);
  const parsers = await createParsers();
  const typed = await read(values.fit, parsers);
  const judged: Recorded[] = [];
  for (const file of values.judge) judged.push(await read(file, parsers));

  const others = onOtherPackages(typed.suggestions);
  const threshold = thresholdFor(typed.suggestions, others);
  const model = fitted(typed.suggestions);
  const score: Scorer = ({ features }) =>
    probability(
      model,
      SHOW_FEATURES.map((name) => features[name]),
    );
  console.log(`${SHOW_FEATURES.length} features, least score ${threshold}`);
  report({ ...typed, name: "typed, each package by the others" }, others, threshold);
  for (const set of judged) report(set, score, threshold);
  if (judged.length > 1) report(pooled("the judged together", judged), score, threshold);
  const notFitted = pooled("all of these together", [typed, ...judged]);
  const byOthers: Scorer = (suggestion) => (typed.suggestions.includes(suggestion) ? others : score)(suggestion);
  if (judged.length > 0) report(notFitted, byOthers, threshold);
  console.log(JSON.stringify({ model, threshold }));
  if (values.write) write(model, threshold, typed);
}

async function read(file: string, parsers: Parsers): Promise<Recorded> {
  const suggestions: Suggestion[] = [];
  let places = 0;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === "") continue;
    const recorded: RecordedCase = JSON.parse(line);
    if (recorded.generation) places++;
    const suggestion = await suggestionOf(recorded, parsers);
    if (suggestion) suggestions.push(suggestion);
  }
  return { name: path.basename(file, ".jsonl"), places, suggestions };
}

const pooled = (name: string, sets: readonly Recorded[]): Recorded => ({
  name,
  places: sets.reduce((sum, { places }) => sum + places, 0),
  suggestions: sets.flatMap(({ suggestions }) => suggestions),
});

function fitted(suggestions: readonly Suggestion[]): LogisticModel {
  const rows = suggestions.map(({ features }) => SHOW_FEATURES.map((name) => features[name]));
  const labels = suggestions.map(({ right }) => (right ? 1 : 0));
  const { weights, bias } = fitLogistic(
    rows,
    labels,
    rows.map(() => 1),
    RIDGE,
  );
  return { weights: weights.map(rounded), bias: rounded(bias) };
}

/** Scores each suggestion by what was fitted on all packages but its own. */
function onOtherPackages(suggestions: readonly Suggestion[]): Scorer {
  const models = new Map<string, LogisticModel>();
  for (const source of new Set(suggestions.map(({ value }) => value.source)))
    models.set(source, fitted(suggestions.filter(({ value }) => value.source !== source)));
  return ({ value, features }) =>
    probability(
      models.get(value.source)!,
      SHOW_FEATURES.map((name) => features[name]),
    );
}

/** The greatest threshold that keeps enough of the right ones. */
function thresholdFor(suggestions: readonly Suggestion[], score: Scorer): number {
  const ofRight = suggestions
    .filter(({ right }) => right)
    .map(score)
    .toSorted((a, b) => a - b);
  return Math.floor(100 * ofRight[Math.floor((1 - KEPT) * ofRight.length)]) / 100;
}

function report({ name, places, suggestions }: Recorded, score: Scorer, threshold: number): void {
  const decidedBy = (scorer: Scorer): Decided[] =>
    suggestions.map((suggestion) => ({ score: scorer(suggestion), right: suggestion.right }));
  const right = suggestions.filter((one) => one.right).length;
  console.log(`${name}: ${places} places asked, ${suggestions.length} pass the filters, ${right} of them right`);
  const line = (title: string, decided: readonly Decided[], least: number, calibrated: boolean) => {
    const { shown, shownAndRight, kept } = curvePoint(decided, least, places);
    const error = calibrated
      ? `, calibration error ${calibrationError(decided)}, by chance ${chanceError(decided)}`
      : "";
    console.log(`  ${title.padEnd(34)} shown ${shown}, right ${shownAndRight}, kept ${kept}${error}`);
  };
  line("without a decision", decidedBy(score), 0, false);
  line("the line's probability alone", ...asManyKept(decidedBy(lineProbability), decidedBy(score), threshold), true);
  line("this decision", decidedBy(score), threshold, true);
}

/** What the model itself holds for the probability: the dumb baseline. */
const lineProbability: Scorer = ({ features }) => Math.exp(-(features.lineDoubt ** 2));

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

/** The threshold of a peer that keeps as many right ones as `score` does. */
function asManyKept(peer: Decided[], own: readonly Decided[], threshold: number): [Decided[], number] {
  const count = own.filter(({ score, right }) => right && score >= threshold).length;
  const ofRight = peer
    .filter(({ right }) => right)
    .map(({ score }) => score)
    .toSorted((a, b) => b - a);
  return [peer, ofRight[Math.max(0, count - 1)] ?? 0];
}

const probability = ({ weights, bias }: LogisticModel, values: readonly number[]): number =>
  1 / (1 + Math.exp(-values.reduce((sum, value, index) => sum + weights[index] * value, bias)));

const rounded = (value: number) => Number(value.toFixed(2));

function write({ weights, bias }: LogisticModel, threshold: number, { suggestions }: Recorded): void {
  const right = suggestions.filter((one) => one.right).length;
  const sources = new Set(suggestions.map(({ value }) => value.source)).size;
  const lines = SHOW_FEATURES.map((name, index) => `  ${name}: ${weights[index]},`);
  const text = `// How much each feature of a suggestion counts, in log-odds. Made by scripts/completion/fitShowDecision.ts from ${suggestions.length} suggestions (${right} of
// them right) at typed places of ${sources} packages that nothing here was trained on, which scripts/completion/recordSuggestions.ts had recorded.

import type { ShowFeature } from "./showDecision.ts";

export const SHOW_BIAS = ${bias};

export const SHOW_WEIGHTS: Readonly<Record<ShowFeature, number>> = {
${lines.join("\n")}
};

/** The least score that is shown: it keeps ${100 * KEPT} % of the right ones of packages that were not fitted on. */
export const SHOW_THRESHOLD = ${threshold};
`;
  writeFileSync(path.join(packageRoot(import.meta.dirname), "src", "completion", "showWeights.ts"), text);
}

main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  console.error(`${error.message} ${error.action}`);
  process.exitCode = 1;
});
