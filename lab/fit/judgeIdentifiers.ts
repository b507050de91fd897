// How many shown suggestions in a file of predictions contain unknown names and members (`judgement.ts`); TypeScript cases only.
// Lists them on stderr and ends with one JSON line.
// Usage: node lab/fit/judgeIdentifiers.ts --cases F.jsonl --predictions P.jsonl

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { z } from "zod";
import { readCases } from "../../cli/evaluation/cases.ts";
import type { UnknownSymbol } from "../../src/completion/symbols/symbolCheck.ts";
import { type Judgement, judge } from "./judgement.ts";

const prediction = z.object({ id: z.string(), text: z.string(), outcome: z.string() });

const { values } = parseArgs({ options: { cases: { type: "string" }, predictions: { type: "string" } } });
if (!values.cases || !values.predictions) throw new Error("Give --cases F.jsonl and --predictions P.jsonl.");
const predictions = readPredictions(values.predictions);
const shown = readCases(values.cases).filter(({ id }) => predictions.get(id)?.outcome === "shown");
const judged: (Judgement & { isRight: boolean })[] = [];
for (const value of shown) {
  const judgement = await judge(value, predictions.get(value.id)!.text);
  if (!judgement) continue;
  const isRight = judgement.text.trim() === value.expected!.trim();
  judged.push({ ...judgement, isRight });
  if (judgement.unknown.length + judgement.refused.length === 0) continue;
  const [byCompiler, byCheck] = [judgement.unknown, judgement.refused].map(told);
  const verdicts = `compiler: ${byCompiler}, check: ${byCheck}${isRight ? ", but it is RIGHT" : ""}`;
  process.stderr.write(`${judgement.id}: ${verdicts}\n  ${judgement.text.replaceAll("\n", "\n  ")}\n`);
}
const allowed = judged.filter(({ refused }) => refused.length === 0);
const right = (among: typeof judged) => among.filter(({ isRight }) => isRight).length;
console.log(JSON.stringify({ asPredicted: figuresOf(judged), withCheck: figuresOf(allowed) }));

function figuresOf(suggestions: typeof judged) {
  const share = (count: number) =>
    suggestions.length === 0 ? null : Math.round((1000 * count) / suggestions.length) / 1000;
  const bringing = (kinds: string[]) =>
    share(suggestions.filter(({ unknown }) => unknown.some(({ kind }) => kinds.includes(kind))).length);
  return {
    shown: suggestions.length,
    right: right(suggestions),
    unknownName: bringing(["name"]),
    unknownMember: bringing(["member"]),
    either: bringing(["name", "member"]),
  };
}

function told(symbols: readonly UnknownSymbol[]): string {
  return symbols.map(({ kind, name }) => `${kind} ${name}`).join(", ") || "nothing";
}

function readPredictions(file: string): Map<string, z.infer<typeof prediction>> {
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
  return new Map(lines.map((line) => prediction.parse(JSON.parse(line))).map((one) => [one.id, one]));
}
