// What `sotto evaluate` does not know of crossfile cases: exact match and identifier match apart for the names that also stand after the
// cursor (in_suffix) and those that only another file tells. Usage: node test/eval/crossfileHalves.ts CASES.jsonl PREDICTIONS.jsonl

import { readFileSync } from "node:fs";
import { isExactMatch } from "../../cli/evaluation/metrics.ts";

interface CrossfileCase {
  id: string;
  expected: string;
  target: string; // the name that the imported file tells
  in_suffix: boolean;
}

interface Prediction {
  id: string;
  text: string;
}

const readLines = <T>(file: string): T[] =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);

const [casesFile, predictionsFile] = process.argv.slice(2);
const predictions = new Map(readLines<Prediction>(predictionsFile).map(({ id, text }) => [id, text]));
const cases = readLines<CrossfileCase>(casesFile).filter(({ id }) => predictions.has(id));

const rate = (group: readonly CrossfileCase[], is: (value: CrossfileCase, text: string) => boolean): string => {
  const right = group.filter((value) => is(value, predictions.get(value.id) ?? "")).length;
  return `${right}/${group.length} = ${((100 * right) / group.length).toFixed(1)} %`;
};

for (const [name, group] of [
  ["name also after the cursor", cases.filter(({ in_suffix }) => in_suffix)],
  ["name only in another file", cases.filter(({ in_suffix }) => !in_suffix)],
] as const) {
  const exact = rate(group, ({ expected }, text) => isExactMatch(text, expected));
  const identifier = rate(group, ({ target }, text) => new Set(text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu)).has(target));
  process.stdout.write(`${name}: exact match ${exact}, identifier match ${identifier}\n`);
}
