// Fits the ranker's weights on cross-file cases of the locked validation packages, reports what they find on packages that they were not
// fitted on, and writes src/context/rank/weights.ts. npm fetches the packages that the cache folder lacks. No model takes part (a label is
// whether a piece tells what was written), so the weights are the same for both tiers.
//
// node lab/fit/fitRanker.ts --cache DIR [--per-package N] [--seed S] [--write]

import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { badInput, UserError } from "../../common/errors.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { SeededRandom } from "../../finetune/data/seededRandom.ts";
import { pack } from "../../src/context/rank/pack.ts";
import { scoreOf } from "../../src/context/rank/score.ts";
import { WEIGHTS } from "../../src/context/rank/weights.ts";
import { FEATURES, type Feature } from "../../src/context/retrievers/retriever.ts";
import { crossfileCases } from "../evaluate/crossfileCases.ts";
import { listedPackages, readCorpus } from "../training/corpus.ts";
import { fitLogistic } from "./logisticRegression.ts";
import { type RankerExample, rankerExamples } from "./rankerExamples.ts";

const USAGE = "Usage: node lab/fit/fitRanker.ts --cache DIR [--per-package N] [--seed S] [--write]";

/** Keeps the weights small: labels are rare. Chosen among 1e-3 … 1e-6 by what the other half finds. */
const RIDGE = 1e-3;

const BUDGETS_TOKENS = [600, 1_200];
const PER_FILE = 8;

/** What packages at rest tell nothing of: set by hand, on the scale of the fitted ones. */
const BY_HAND: Partial<Record<Feature, number>> = { sibling: 0.3, scope: 1.5, edit: 2, visited: 1.5, clipboard: 2 };

interface Model {
  weights: Record<Feature, number>;
  bias: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cache: { type: "string" },
      "per-package": { type: "string", default: "120" },
      seed: { type: "string", default: "1" },
      write: { type: "boolean", default: false },
    },
  });
  const [limit, seed] = [values["per-package"], values.seed].map(Number);
  if (!values.cache || !(limit > 0) || !Number.isInteger(seed)) throw badInput("These options do not fit.", USAGE);
  const packages = listedPackages().filter(({ use }) => use === "validation");
  const { sources } = await readCorpus(packages, values.cache);
  const parsers = await createParsers();
  const random = new SeededRandom(seed);
  const examples: RankerExample[] = [];
  for (const source of sources) {
    const cases = await crossfileCases(source, { parsers, random, limit, perFile: PER_FILE });
    examples.push(...(await rankerExamples(source, cases, parsers)));
  }
  report(examples);
  const model = fitted(examples);
  console.log(JSON.stringify(model));
  if (values.write) write(model);
}

/** Every second package, so that both halves hold small and large ones. */
function report(examples: readonly RankerExample[]): void {
  const names = [...new Set(examples.map(({ source }) => source))];
  const halfOf = ({ source }: RankerExample) => names.indexOf(source) % 2;
  const halves = [0, 1].map((half) => examples.filter((example) => halfOf(example) === half));
  const oneFeature = (feature: Feature): Model => ({ weights: { ...zeros(), [feature]: 1 }, bias: 0 });
  console.log(`${examples.length} cases of ${names.join(", ")}`);
  for (const budget of BUDGETS_TOKENS) {
    const line = (name: string, models: Model[]) => {
      const { gold, told } = found(halves, models, budget);
      console.log(`${name.padEnd(30)} within ${budget} tokens: told by the defining file ${gold} %, by any ${told} %`);
    };
    line("fitted on the other packages", [fitted(halves[1]), fitted(halves[0])]);
    line("BM25 alone", [oneFeature("search"), oneFeature("search")]);
    line("BM25 of imported files alone", [oneFeature("searchImported"), oneFeature("searchImported")]);
  }
}

/** How often a chosen piece names the target, in percent. @param models the one for each half */
function found(halves: readonly (readonly RankerExample[])[], models: readonly Model[], budgetTokens: number) {
  let [gold, told, cases] = [0, 0, 0];
  for (const [half, { weights, bias }] of models.entries()) {
    for (const { pieces } of halves[half]) {
      const scored = pieces.map((piece) => ({ ...piece, score: scoreOf(piece.features, weights, bias) }));
      const { chosen } = pack(scored, budgetTokens);
      cases++;
      if (chosen.some(({ tells, isGold }) => tells && isGold)) gold++;
      if (chosen.some(({ tells }) => tells)) told++;
    }
  }
  const percent = (count: number) => ((100 * count) / cases).toFixed(1);
  return { gold: percent(gold), told: percent(told) };
}

/** Cases with many pieces count more than those with few, but not as many times more. */
function fitted(examples: readonly RankerExample[]): Model {
  const rows = examples.flatMap(({ pieces }) =>
    pieces.map((piece) => ({ piece, weight: 1 / Math.sqrt(pieces.length) })),
  );
  const { weights, bias } = fitLogistic(
    rows.map(({ piece }) => FEATURES.map((feature) => piece.features[feature] ?? 0)),
    rows.map(({ piece }) => piece.label),
    rows.map(({ weight }) => weight),
    RIDGE,
  );
  const byFeature = Object.fromEntries(FEATURES.map((feature, i) => [feature, rounded(weights[i])]));
  return { weights: { ...zeros(), ...byFeature, ...BY_HAND }, bias: rounded(bias) };
}

const zeros = () => Object.fromEntries(Object.keys(WEIGHTS).map((name) => [name, 0])) as Record<Feature, number>;
const rounded = (value: number) => Number(value.toFixed(2));

function write({ weights, bias }: Model): void {
  const byHand = Object.keys(BY_HAND).join(", ");
  const lines = FEATURES.map((feature) => `  ${feature}: ${weights[feature]},`);
  const text = `// How much each feature of a piece counts. Made by lab/fit/fitRanker.ts from cases of packages that nothing was trained on; by hand:
// ${byHand}, of which packages at rest tell nothing.

import type { Feature } from "../retrievers/retriever.ts";

export const BIAS = ${bias};

export const WEIGHTS: Readonly<Record<Feature, number>> = {
${lines.join("\n")}
};
`;
  writeFileSync(path.join(packageRoot(import.meta.dirname), "src", "context", "rank", "weights.ts"), text);
}

main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  console.error(`${error.message} ${error.action}`);
  process.exitCode = 1;
});
