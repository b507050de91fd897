// Fits the confidence of fixes (`src/actions/fix/confidence.ts`) on the verified candidates of mutated files whose original is known, and says how
// often the fixes that count as sure are right, on packages that it was not fitted on.
//
// node lab/fit/fitFixes.ts --fit CANDIDATES.jsonl [--judge CANDIDATES.jsonl] [--precision 0.9] [--write]
//
// CANDIDATES.jsonl: `lab/evaluate/evaluateFixes.ts --all --out CANDIDATES.jsonl`.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { badInput } from "../../common/errors.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { FIX_FEATURES, type FixFacts, type FixFit, featuresOf } from "../../src/actions/fix/fixFeatures.ts";
import { fitLogistic, type LogisticModel } from "./logisticRegression.ts";

const USAGE =
  "Usage: node lab/fit/fitFixes.ts --fit CANDIDATES.jsonl [--judge CANDIDATES.jsonl] [--precision 0.9] [--write]";
const RIDGE = 0.003;
/** A kind that the mutated code hardly shows, a declaration above all, is never sure: nothing was learnt of it. */
const FEW_ROWS = 5;
const WEIGHT_OF_FEW = -2.5;

interface Case {
  root: string;
  kind: string;
  fixes: { facts: FixFacts; equal: boolean }[];
}
interface Judged {
  confidence: number;
  equal: boolean;
}

const { values } = parseArgs({
  options: {
    fit: { type: "string" },
    judge: { type: "string" },
    precision: { type: "string", default: "0.9" },
    write: { type: "boolean", default: false },
  },
});
if (!values.fit) throw badInput("These options do not fit.", USAGE);
const precision = Number(values.precision);
const cases = read(values.fit);
const packages = [...new Set(cases.map(({ root }) => root))];
const byPackage = packages.map((root) => {
  const model = fitted(cases.filter((one) => one.root !== root));
  return firsts(
    cases.filter((one) => one.root === root),
    model,
  );
});
const others = byPackage.flat();
const sure = leastFor(others, precision);
const model = fitted(cases);
console.log(`${cases.length} cases of ${packages.length} packages, ${FIX_FEATURES.length} features; sure from ${sure}`);
console.log(`each package by the others: ${reported(others, sure)}`);
for (const [i, root] of packages.entries()) console.log(`  ${root}: ${reported(byPackage[i]!, sure)}`);
if (values.judge) console.log(`judged: ${reported(firsts(read(values.judge), model), sure)}`);
const rounded = (value: number) => Math.round(value * 100) / 100;
const rowsOf = (name: string) =>
  cases.flatMap(({ fixes }) => fixes).filter(({ facts }) => name === `is:${facts.kind}`).length;
const isRare = (name: string) => name.startsWith("is:") && rowsOf(name) < FEW_ROWS;
const weights = Object.fromEntries(
  FIX_FEATURES.map((name, i) => [name, isRare(name) ? WEIGHT_OF_FEW : rounded(model.weights[i]!)]),
);
const fit: FixFit = { bias: rounded(model.bias), weights, sure };
console.log(JSON.stringify(fit));
if (values.write) writeFileSync(path.join(packageRoot(import.meta.dirname), "src/actions/fix/fixFit.ts"), fitText(fit));

function read(file: string): Case[] {
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line): Case => JSON.parse(line));
}

function fitted(of: readonly Case[]): LogisticModel {
  const rows = of.flatMap(({ fixes }) => fixes);
  const weight = () => 1;
  return fitLogistic(
    rows.map(({ facts }) => featuresOf(facts)),
    rows.map(({ equal }) => Number(equal)),
    rows.map(weight),
    RIDGE,
  );
}

/** The fix of each case that would be the first, with its confidence. */
function firsts(of: readonly Case[], { weights: w, bias }: LogisticModel): Judged[] {
  return of.flatMap(({ fixes }) => {
    const scored = fixes.map(({ facts, equal }) => {
      const score = featuresOf(facts).reduce((sum, value, i) => sum + value * w[i]!, bias);
      return { confidence: 1 / (1 + Math.exp(-score)), equal };
    });
    return scored.toSorted((a, b) => b.confidence - a.confidence).slice(0, 1);
  });
}

/** The least confidence from which on so many are right, to two places. */
function leastFor(judged: readonly Judged[], share: number): number {
  for (let least = 0.3; least < 0.99; least += 0.01) {
    const taken = judged.filter(({ confidence }) => confidence >= least);
    if (taken.filter(({ equal }) => equal).length >= share * taken.length) return Math.round(least * 100) / 100;
  }
  return 0.99;
}

function reported(judged: readonly Judged[], least: number): string {
  const right = (of: readonly Judged[]) => of.filter(({ equal }) => equal).length;
  const taken = judged.filter(({ confidence }) => confidence >= least);
  return `first of all that pass right ${right(judged)} of ${judged.length}; sure ${taken.length}, of those right ${right(taken)}`;
}

function fitText({ bias, weights: all, sure: least }: FixFit): string {
  const lines = Object.entries(all).map(([name, value]) => `    ${/^\w+$/.test(name) ? name : `"${name}"`}: ${value},`);
  const count = cases.reduce((sum, { fixes }) => sum + fixes.length, 0);
  return `// The weights of a fix's confidence. Made by lab/fit/fitFixes.ts from ${count} verified candidates for ${cases.length} errors that were put into
// ${packages.length} packages whose code no weights were trained on.

import type { FixFit } from "./fixFeatures.ts";

export const fixFit: FixFit = {
  bias: ${bias},
  weights: {
${lines.join("\n")}
  },
  sure: ${least}, // at least ${Math.round(precision * 100)} % of these equal what stood there, in packages that were not fitted on
};
`;
}
