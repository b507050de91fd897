// Runs a model once at every place and keeps what it wrote, so that filters, features and the show decision can be fitted and judged
// again and again without it. Places are typed ones of the locked validation packages of npm and PyPI, or the cases of a file.
//
// node lab/fit/recordSuggestions.ts --out OUT.jsonl [--model quick|strong|ID|DIR]
//   (--cache DIR [--groups N] [--memory on] | --cases F.jsonl [--limit N] [--context own|none])

import { appendFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readCases, sampleCases } from "../../cli/evaluation/cases.ts";
import { chunkPool, contextChooser } from "../../cli/evaluation/contextModes.ts";
import { type CliModel, loadLocalModel, withMemory } from "../../cli/model.ts";
import { badInput, UserError } from "../../common/errors.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { recordCase } from "./recorded.ts";
import { type Group, typedGroups, workspaceOf } from "./typedGroups.ts";

const USAGE =
  "Give --out OUT.jsonl, and --cache DIR [--groups N] [--memory on] for typed places or --cases F.jsonl [--limit N] [--context own|none].";

const signal = new AbortController().signal;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: "string" },
      model: { type: "string", default: "quick" },
      cache: { type: "string" },
      groups: { type: "string", default: "160" },
      cases: { type: "string" },
      limit: { type: "string" },
      context: { type: "string", default: "none" },
      memory: { type: "string", default: "off" },
    },
  });
  const isRemembering = values.memory === "on";
  if (!values.out || !(values.cache || values.cases) || (isRemembering && values.cases))
    throw badInput("These options do not fit.", USAGE);
  const parsers = await createParsers();
  const groups: (Group & { texts?: ReadonlyMap<string, string> })[] = values.cases
    ? groupsOfFile(values.cases, values, parsers)
    : await typedGroups(values.cache!, Number(values.groups), parsers);
  const model = await loadLocalModel({ id: values.model, threads: undefined });
  writeFileSync(values.out, "");
  let count = 0;
  const withPackage = new Map<ReadonlyMap<string, string>, CliModel>(); // the model with the files of a package in its memory
  for (const [index, { cases, pieces, texts }] of groups.entries()) {
    const context = await pieces(model.promptBudget);
    if (isRemembering && texts && !withPackage.has(texts))
      withPackage.set(texts, await withMemory(model, workspaceOf(texts, undefined), cases[0].source));
    const writer = (texts && withPackage.get(texts)) ?? model;
    for (const value of cases) {
      const recorded = await recordCase(value, context, { model: writer, parsers });
      appendFileSync(values.out, `${JSON.stringify(recorded)}\n`);
      if (++count % 20 === 0) console.error(`${count} places, group ${index + 1} of ${groups.length}`);
    }
  }
  model.dispose();
}

function groupsOfFile(
  file: string,
  { context: mode, limit }: { context: string; limit?: string },
  parsers: Parsers,
): Group[] {
  const all = readCases(file);
  const context = contextChooser(mode, { pool: chunkPool("repository", all), parsers, disk: undefined });
  const oneLine = all.filter(({ kind }) => kind === "line" || kind === "single");
  return sampleCases(oneLine, limit === undefined ? undefined : Number(limit)).map((value) => ({
    cases: [value],
    pieces: (budget) => context(value, budget, signal),
  }));
}

main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  console.error(`${error.message} ${error.action}`);
  process.exitCode = 1;
});
