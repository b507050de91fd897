// Places at which people type, drawn from the locked validation packages of npm and PyPI, each with the rest of its package as its repository.

import { documentItem, type EvaluationCase } from "../../cli/evaluation/cases.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { SeededRandom } from "../../finetune/data/seededRandom.ts";
import type { ContextPiece } from "../../server/host/protocol/messages.ts";
import type { PromptBudget } from "../../server/host/protocol/promptBudget.ts";
import { gather } from "../../src/context/gather.ts";
import { memoryIndex } from "../../src/index/memoryIndex.ts";
import type { SearchIndex } from "../../src/index/searchIndex.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import { allPackages, readCorpus } from "../training/corpus.ts";
import { isPythonPath, isTypeScriptPath } from "../training/fileFilter.ts";
import { type SourceText, type TypedLines, typedLines } from "./typedPlaces.ts";

/** Every second place or so is asked without context, as a file that stands alone is. */
const CONTEXT_CHANCE = 0.6;
const DEADLINE_MS = 600_000;
const signal = new AbortController().signal;

/** Cases that share their context, and how to find it. */
export interface Group {
  cases: TypedLines;
  pieces(budget: PromptBudget): Promise<ContextPiece[]>;
}

/** A group of a package, with the texts of the package's files by path. */
export interface PackageGroup extends Group {
  texts: ReadonlyMap<string, string>;
}

/** Lines of all packages in turns, so that a part of the run holds something of each. */
export async function typedGroups(cache: string, most: number, parsers: Parsers): Promise<PackageGroup[]> {
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
  const groups: PackageGroup[] = [];
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
      texts,
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

/** The package as a workspace, without one of its files. */
export function workspaceOf(texts: ReadonlyMap<string, string>, without: string | undefined) {
  return {
    list: async () => [...texts.keys()].filter((file) => file !== without),
    read: async (file: string) => (file === without ? undefined : texts.get(file)),
  };
}

const languageOf = (file: string): EvaluationCase["language"] =>
  isPythonPath(file) ? "python" : isTypeScriptPath(file) ? "typescript" : "javascript";
