// Runs the model once at every place and keeps what it wrote, so that filters, features and the show decision can be fitted and judged
// again and again without it. Places are typed ones of the locked validation packages (and of Python packages in a folder), or the
// cases of a file.
//
// node scripts/completion/recordSuggestions.ts --out OUT.jsonl (--cache DIR [--python DIR] [--groups N] | --cases F.jsonl [--limit N] [--context own|none])

import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { documentItem, type EvaluationCase, readCases, sampleCases } from "../../cli/evaluation/cases.ts";
import { chunkPool, contextChooser } from "../../cli/evaluation/contextModes.ts";
import { completeCase } from "../../cli/evaluation/runCase.ts";
import { loadLocalModel } from "../../cli/model.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { Dice } from "../../finetune/data/dice.ts";
import { badInput, UserError } from "../../server/protocol/errors.ts";
import type { ContextPiece } from "../../server/protocol/messages.ts";
import { openDocument } from "../../src/context/documents.ts";
import { gather } from "../../src/context/gather.ts";
import { memoryIndex } from "../../src/context/index/memoryIndex.ts";
import type { SearchIndex } from "../../src/context/index/searchIndex.ts";
import { listedPackages, readCorpus } from "../training/corpus.ts";
import { isTypeScriptPath } from "../training/fileFilter.ts";
import { filesBelow } from "../training/npmPackages.ts";
import type { RecordedCase } from "./recorded.ts";
import { type SourceText, type TypedLines, typedLines } from "./typedPlaces.ts";

const USAGE =
  "Give --out OUT.jsonl, and --cache DIR [--python DIR] [--groups N] for typed places or --cases F.jsonl [--limit N] [--context own|none].";

/** Every second place or so is asked without context, as a file that stands alone is. */
const CONTEXT_CHANCE = 0.6;
const DEADLINE_MS = 600_000;
const signal = new AbortController().signal;

/** Cases that share their context, and how to find it. */
interface Group {
  cases: TypedLines;
  pieces(): Promise<ContextPiece[]>;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: "string" },
      cache: { type: "string" },
      python: { type: "string" },
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
    : await typedGroups(values.cache!, values.python, Number(values.groups), parsers);
  const model = await loadLocalModel({ id: undefined, threads: undefined });
  writeFileSync(values.out, "");
  let count = 0;
  for (const { cases, pieces } of groups) {
    const context = await pieces();
    for (const value of cases) {
      const options = { filter: true, explicit: false, maxTokens: undefined };
      const { result } = await completeCase(value, context, options, { model, parsers }, signal);
      const { crossfile: _, ...bare } = value;
      const recorded: RecordedCase = { value: bare, pieces: context, generation: result.generation };
      appendFileSync(values.out, `${JSON.stringify(recorded)}\n`);
      if (++count % 20 === 0)
        console.error(
          `${count} places, group ${groups.findIndex((one) => one.cases === cases) + 1} of ${groups.length}`,
        );
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
    pieces: () => context(value, signal),
  }));
}

/** Lines of all packages in turns, so that a part of the run holds something of each. */
async function typedGroups(
  cache: string,
  python: string | undefined,
  most: number,
  parsers: Parsers,
): Promise<Group[]> {
  const { sources } = await readCorpus(
    listedPackages().filter(({ use }) => use === "validation"),
    cache,
  );
  const packages: SourceText[][] = sources.map(({ package: { name, version, licence }, files }) =>
    files.map((file) => ({
      ...file,
      source: `${name}@${version}`,
      licence,
      language: isTypeScriptPath(file.path) ? "typescript" : "javascript",
    })),
  );
  if (python) packages.push(...pythonPackages(python));
  const dice = new Dice(1);
  const groups: Group[] = [];
  const indexes = packages.map((files) => {
    const texts = new Map(files.map((file) => [file.path, file.text]));
    return { texts, index: memoryIndex(workspaceOf(texts, undefined), parsers) };
  });
  const seen = new Set<string>();
  while (groups.length < most) {
    const at = groups.length % packages.length;
    const cases = typedLines(dice.pick(packages[at]), dice);
    if (cases.length === 0 || cases.some(({ id }) => seen.has(id))) continue;
    for (const { id } of cases) seen.add(id);
    const { texts, index } = indexes[at];
    const withContext = dice.chance(CONTEXT_CHANCE);
    groups.push({
      cases,
      pieces: async () => (withContext ? await ownPieces(cases[0], texts, await index, parsers) : []),
    });
  }
  return groups;
}

async function ownPieces(
  value: EvaluationCase,
  texts: ReadonlyMap<string, string>,
  index: SearchIndex,
  parsers: Parsers,
): Promise<ContextPiece[]> {
  const document = openDocument(documentItem(value), parsers);
  const sources = { workspace: workspaceOf(texts, value.path), index };
  const { pieces } = await gather(document, value.prefix.length, sources, signal, { deadlineMs: DEADLINE_MS });
  return pieces.filter(({ path: found }) => found !== value.path);
}

function workspaceOf(texts: ReadonlyMap<string, string>, without: string | undefined) {
  return {
    list: async () => [...texts.keys()].filter((file) => file !== without),
    read: async (file: string) => (file === without ? undefined : texts.get(file)),
  };
}

/** Each folder below `root` is an unpacked wheel, named after the package and its version. */
function pythonPackages(root: string): SourceText[][] {
  return readdirSync(root)
    .sort()
    .map((name) =>
      filesBelow(path.join(root, name))
        .filter((file) => file.endsWith(".py"))
        .map((file) => ({
          source: `pypi/${name}`,
          licence: "permissive",
          path: file,
          language: "python" as const,
          text: readFileSync(path.join(root, name, file), "utf8"),
        })),
    );
}

main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  console.error(`${error.message} ${error.action}`);
  process.exitCode = 1;
});
