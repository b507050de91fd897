// How many shown suggestions of a file of predictions bring names and members that nobody knows (`judgement.ts`); TypeScript cases only.
// Lists them on stderr and ends with one JSON line.
// Usage: node scripts/completion/judgeIdentifiers.ts --cases F.jsonl --predictions P.jsonl

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { z } from "zod";
import { readCases } from "../../cli/evaluation/cases.ts";
import { type Judgement, judge } from "./judgement.ts";

const prediction = z.object({ id: z.string(), text: z.string(), outcome: z.string() });

const { values } = parseArgs({ options: { cases: { type: "string" }, predictions: { type: "string" } } });
if (!values.cases || !values.predictions) throw new Error("Give --cases F.jsonl and --predictions P.jsonl.");
const predictions = readPredictions(values.predictions);
const shown = readCases(values.cases).filter(({ id }) => predictions.get(id)?.outcome === "shown");
const judged: Judgement[] = [];
for (const value of shown) {
  const judgement = await judge(value, predictions.get(value.id)!.text);
  if (!judgement) continue;
  judged.push(judgement);
  if (judgement.unknown.length === 0) continue;
  const names = judgement.unknown.map(({ kind, name }) => `${kind} ${name}`).join(", ");
  process.stderr.write(`${judgement.id}: ${names}\n  ${judgement.text.replaceAll("\n", "\n  ")}\n`);
}
const share = (count: number) => (judged.length === 0 ? null : Math.round((1000 * count) / judged.length) / 1000);
const bringing = (kind?: string) =>
  share(judged.filter(({ unknown }) => unknown.some((it) => kind === undefined || it.kind === kind)).length);
console.log(
  JSON.stringify({
    shown: shown.length,
    judged: judged.length,
    unknownName: bringing("name"),
    unknownMember: bringing("member"),
    either: bringing(),
  }),
);

function readPredictions(file: string): Map<string, z.infer<typeof prediction>> {
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
  return new Map(lines.map((line) => prediction.parse(JSON.parse(line))).map((one) => [one.id, one]));
}
