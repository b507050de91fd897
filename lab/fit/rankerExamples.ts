// What the ranker is fitted on: for each cross-file case of a package the pieces that the retrievers name, and which of them tell what was
// written there. The package's files stand for the workspace, without the case's own.

import { namesIt } from "../../cli/evaluation/metrics.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { candidates, Dropped } from "../../src/context/gather.ts";
import { Memory } from "../../src/context/memory.ts";
import { withSharedFeatures } from "../../src/context/rank/score.ts";
import { retrievalPlace } from "../../src/context/retrievers/place.ts";
import type { Candidate } from "../../src/context/retrievers/retriever.ts";
import { memoryIndex } from "../../src/index/memoryIndex.ts";
import type { SearchIndex } from "../../src/index/searchIndex.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import type { CrossfileCase } from "../evaluate/crossfileCases.ts";
import type { CorpusSource } from "../training/corpus.ts";

/** A piece that names the target where it is not defined is an example of its use: it tells less. */
const USE_LABEL = 0.4;

export interface RankerExample {
  source: string;
  pieces: (Candidate & { label: number; tells: boolean; isGold: boolean })[];
}

const DEADLINE_MS = 600_000;

export async function rankerExamples(
  source: CorpusSource,
  cases: readonly CrossfileCase[],
  parsers: Parsers,
): Promise<RankerExample[]> {
  const files = new Map(source.files.map(({ path, text }) => [path, text]));
  const index = await memoryIndex(workspaceOf(files, undefined), parsers);
  const examples: RankerExample[] = [];
  for (const value of cases) examples.push(await exampleOf(value, files, index, parsers));
  return examples;
}

async function exampleOf(
  value: CrossfileCase,
  files: ReadonlyMap<string, string>,
  index: SearchIndex,
  parsers: Parsers,
): Promise<RankerExample> {
  const { path, prefix, suffix, language, target } = value;
  const languageId = /\.[jt]sx$/.test(path) ? `${language}react` : language;
  const document = openDocument({ uri: `case:/${path}`, path, languageId, text: prefix + suffix }, parsers);
  const sources = { workspace: workspaceOf(files, path), index };
  const found = await candidates(
    retrievalPlace(document, prefix.length, 0),
    sources,
    new Memory(sources, document),
    new Dropped(),
    new AbortController().signal,
    { deadlineMs: DEADLINE_MS },
  );
  const gold = value.crossfile.find(({ role }) => role === "gold")!.path;
  const pieces = withSharedFeatures(found)
    .filter((piece) => piece.path !== path)
    .map((piece) => {
      const tells = namesIt(piece.text, target);
      const isGold = piece.path === gold;
      return { ...piece, tells, isGold, label: tells ? (isGold ? 1 : USE_LABEL) : 0 };
    });
  return { source: value.source, pieces };
}

function workspaceOf(files: ReadonlyMap<string, string>, without: string | undefined) {
  return {
    list: async () => [...files.keys()].filter((path) => path !== without),
    read: async (path: string) => (path === without ? undefined : files.get(path)),
  };
}
