// Fits the weights of the mixture of model and repository memory, and tells what they bring on packages that were not fitted on.
//
// node lab/fit/fitMemory.ts --fit RECORDED.jsonl [--fit …] [--write]

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { badInput } from "../../common/errors.ts";
import type { MixtureWeights } from "../../server/engine/memory/mixture.ts";
import { MIXTURE } from "../../server/engine/memory/weights.ts";
import { fitMixture, probabilityOf, type RecordedToken, surprise } from "./memoryFitting.ts";

interface RecordedPlace {
  source: string; // package@version
  tokens: RecordedToken[];
}

const FOLDS = 5;
const FOLD_STEPS = 60; // enough to judge; what is written is fitted for longer

function main(): void {
  const { values } = parseArgs({
    options: { fit: { type: "string", multiple: true }, write: { type: "boolean", default: false } },
  });
  if (!values.fit) throw badInput("There is nothing to fit on.", "Give --fit RECORDED.jsonl of recordMemory.ts.");
  const places = values.fit.flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as RecordedPlace),
  );
  const start = MIXTURE;
  const sources = [...new Set(places.map(({ source }) => source))].sort();
  const foldOf = (source: string) => sources.indexOf(source) % FOLDS;
  const judged: { token: RecordedToken; mixed: number }[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const [others, own] = [
      places.filter(({ source }) => foldOf(source) !== fold),
      places.filter(({ source }) => foldOf(source) === fold),
    ];
    const weights = fitMixture(tokensOf(others), start, FOLD_STEPS);
    for (const token of tokensOf(own)) judged.push({ token, mixed: Math.log(probabilityOf(token, weights) + 1e-12) });
  }
  const mean = (values: number[]) => (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3);
  console.log(
    `${places.length} places, ${judged.length} tokens, ${sources.length} packages; nats a token, ${FOLDS} folds by package`,
  );
  console.log(`model alone      ${mean(judged.map(({ token }) => -token.logProb))}`);
  console.log(`weights so far   ${surprise(tokensOf(places), start).toFixed(3)} (not held out)`);
  console.log(`mixture, refitted ${mean(judged.map(({ mixed }) => -mixed))}`);
  const weights = fitMixture(tokensOf(places), start);
  console.log(JSON.stringify(weights, rounded, 1));
  if (values.write) write(weights);
}

const tokensOf = (places: readonly RecordedPlace[]): RecordedToken[] => places.flatMap(({ tokens }) => tokens);

const rounded = (_: string, value: unknown) => (typeof value === "number" ? Number(value.toFixed(3)) : value);

function write({ sources, entropy, certainty }: MixtureWeights): void {
  const file = path.join(import.meta.dirname, "../../server/engine/memory/weights.ts");
  const rows = sources.map(
    ({ bias, length, distinct, power }) =>
      `    { bias: ${bias.toFixed(3)}, length: ${length.toFixed(3)}, distinct: ${distinct.toFixed(3)}, power: ${power.toFixed(3)} },`,
  );
  writeFileSync(
    file,
    `// The fitted weights of the mixture; written by lab/fit/fitMemory.ts.

import type { MixtureWeights } from "./mixture.ts";

export const MIXTURE: MixtureWeights = {
  sources: [
${rows.join("\n")}
  ],
  entropy: ${entropy.toFixed(3)},
  certainty: ${certainty.toFixed(3)},
};
`,
  );
}

main();
