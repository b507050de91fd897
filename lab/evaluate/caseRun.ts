// Shared by the two evaluations of this folder: their options, the cases, the model, and the report of the seconds.

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { sampleCases } from "../../cli/evaluation/cases.ts";
import { percentile } from "../../cli/evaluation/metrics.ts";
import { type CliModel, loadLocalModel } from "../../cli/model.ts";

/** What a case has, whatever is asked of it. */
export interface FileCase {
  id: string;
  path: string;
  prefix: string;
  suffix: string;
  expected: string;
}

/** Reads `--cases FILE.jsonl [--limit N] [--model quick|strong|none] [--threads N] [--out FILE.jsonl] [--all]` and loads the model. */
export async function openRun<Case>(): Promise<{
  cases: Case[];
  model: CliModel | undefined; // with `--model none`
  /** Ends the run: a line a case goes to `--out`, the figures to stdout. */
  finish(lines: readonly object[], seconds: readonly number[], figures: object): void;
}> {
  const option = { type: "string" } as const;
  const { values } = parseArgs({
    options: { cases: option, limit: option, model: option, threads: option, out: option, all: { type: "boolean" } },
  });
  if (!values.cases) throw new Error("--cases is missing");
  const all = readFileSync(values.cases, "utf8").trimEnd().split("\n");
  const cases = all.map((line): Case => JSON.parse(line));
  const numberOf = (value: string | undefined) => (value === undefined ? undefined : Number(value));
  const threads = numberOf(values.threads);
  const model = values.model === "none" ? undefined : await loadLocalModel({ id: values.model, threads });
  return {
    cases: sampleCases(cases, numberOf(values.limit)),
    model,
    finish(lines, seconds, figures) {
      model?.dispose();
      if (values.out) writeFileSync(values.out, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
      const times = { secondsP50: percentile(seconds, 0.5), secondsP95: percentile(seconds, 0.95) };
      process.stdout.write(`${JSON.stringify({ ...figures, ...times }, undefined, 2)}\n`);
    },
  };
}
