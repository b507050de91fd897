// Runs a model once at every place and keeps what it wrote, so that filters, features and the show decision can be fitted and judged
// again and again without it. Places are typed ones of the locked validation packages of npm and PyPI, or the cases of a file.
//
// node lab/fit/recordSuggestions.ts --out OUT.jsonl [--model quick|strong|ID|DIR]
//   (--cache DIR [--groups N] | --cases F.jsonl [--limit N] [--context own|none])

import { appendFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { documentItem, type EvaluationCase, readCases, sampleCases } from "../../cli/evaluation/cases.ts";
import { chunkPool, contextChooser } from "../../cli/evaluation/contextModes.ts";
import { loadLocalModel } from "../../cli/model.ts";
import { badInput, UserError } from "../../common/errors.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { SeededRandom } from "../../finetune/data/seededRandom.ts";
import type { ContextPiece } from "../../server/host/protocol/messages.ts";
import type { PromptBudget } from "../../server/host/protocol/promptBudget.ts";
import { gather } from "../../src/context/gather.ts";
import { memoryIndex } from "../../src/index/memoryIndex.ts";
import type { SearchIndex } from "../../src/index/searchIndex.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import { allPackages, readCorpus } from "../training/corpus.ts";
import { isPythonPath, isTypeScriptPath } from "../training/fileFilter.ts";
import { recordCase } from "./recorded.ts";
import { type SourceText, type TypedLines, typedLines } from "./typedPlaces.ts";

const USAGE =
  "Give --out OUT.jsonl, and --cache DIR [--groups N] for typed places or --cases F.jsonl [--limit N] [--context own|none].";

/** Every second place or so is asked without context, as a file that stands alone is. */
const CONTEXT_CHANCE = 0.6;
const DEADLINE_MS = 600_000;
const signal = new AbortController().signal;

/** Cases that share their context, and how to find it. */
interface Group {
  cases: TypedLines;
  pieces(budget: PromptBudget): Promise<ContextPiece[]>;
}

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
    },
  });
  if (!values.out || !(values.cache || values.cases)) throw badInput("These options do not fit.", USAGE);
  const parsers = await createParsers();
  const groups = values.cases
    ? groupsOfFile(values.cases, values, parsers)
    : await typedGroups(values.cache!, Number(values.groups), parsers);
  const model = await loadLocalModel({ id: values.model, threads: undefined });
  writeFileSync(values.out, "");
  let count = 0;
  for (const [index, { cases, pieces }] of groups.entries()) {
    const context = await pieces(model.promptBudget);
    for (const value of cases) {
      const recorded = await recordCase(value, context, { model, parsers });
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

/** Lines of all packages in turns, so that a part of the run holds something of each. */
async function typedGroups(cache: string, most: number, parsers: Parsers): Promise<Group[]> {
  const { sources } = await readCorpus(
    allPackages().filter(({ use }) => use === "validation"),
    cache,
  );
  const packages: SourceText[][] = sources.map(({ package: { name, version, licence }, files }) =>
    files.map((file) => ({
      ...file,
      source: `${name}@${version}`,
      licence,
      language: languageOf(file.path),
    })),
  );
  const random = new SeededRandom(1);
  const groups: Group[] = [];
  const indexes = packages.map((files) => {
    const texts = new Map(files.map((file) => [file.path, file.text]));
    return { texts, index: memoryIndex(workspaceOf(texts, undefined), parsers) };
  });
  const seen = new Set<string>();
  while (groups.length < most) {
    const at = groups.length % packages.length;
    const cases = typedLines(random.pick(packages[at]), random);
    if (cases.length === 0 || cases.some(({ id }) => seen.has(id))) continue;
    for (const { id } of cases) seen.add(id);
    const { texts, index } = indexes[at];
    const withContext = random.chance(CONTEXT_CHANCE);
    groups.push({
      cases,
      pieces: async (budget) => (withContext ? await ownPieces(cases[0], budget, texts, await index, parsers) : []),
    });
  }
  return groups;
}

async function ownPieces(
  value: EvaluationCase,
  budget: PromptBudget,
  texts: ReadonlyMap<string, string>,
  index: SearchIndex,
  parsers: Parsers,
): Promise<ContextPiece[]> {
  const document = openDocument(documentItem(value), parsers);
  const sources = { workspace: workspaceOf(texts, value.path), index };
  const { pieces } = await gather(document, value.prefix.length, sources, signal, { deadlineMs: DEADLINE_MS, budget });
  return pieces.filter(({ path: found }) => found !== value.path);
}

function workspaceOf(texts: ReadonlyMap<string, string>, without: string | undefined) {
  return {
    list: async () => [...texts.keys()].filter((file) => file !== without),
    read: async (file: string) => (file === without ? undefined : texts.get(file)),
  };
}

const languageOf = (file: string): EvaluationCase["language"] =>
  isPythonPath(file) ? "python" : isTypeScriptPath(file) ? "typescript" : "javascript";

main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  console.error(`${error.message} ${error.action}`);
  process.exitCode = 1;
});
