// The slow oracle of search: scores every chunk of every file by the plain BM25 of the evaluation.

import assert from "node:assert/strict";
import { rankByBm25 } from "../../../cli/evaluation/bm25.ts";
import type { Parsers } from "../../../common/syntax/parsers.ts";
import { chunkTerms, indexedFile } from "../../../src/index/indexedFile.ts";
import type { SearchIndex } from "../../../src/index/searchIndex.ts";
import { isSourcePath } from "../../../src/index/sourcePaths.ts";
import type { Workspace } from "../../../src/workspace/workspace.ts";
import { comparable, noParsers, weighted } from "./fixtures.ts";

export interface OracleChunk {
  path: string;
  startLine: number;
  endLine: number;
  hash: number;
  header: string;
  terms: string[];
}

export async function chunksOf(workspace: Workspace, parsers: Parsers = noParsers): Promise<OracleChunk[]> {
  const chunks: OracleChunk[] = [];
  for (const path of (await workspace.list()).filter(isSourcePath)) {
    const text = await workspace.read(path);
    if (text === undefined) continue;
    for (const chunk of indexedFile(path, text, parsers).chunks) chunks.push({ path, ...chunk });
  }
  return chunks;
}

/** The terms of a chunk are those of its lines, of its path and of its scope; secrets aside. */
export function assertOwnTerms({ path, startLine, endLine, header, terms }: OracleChunk, text: string): void {
  assert.deepEqual(terms, chunkTerms(path, header, text.split("\n").slice(startLine, endLine).join("\n")));
}

export function assertEqualsOracle(index: SearchIndex, chunks: readonly OracleChunk[], query: string[], limit: number) {
  const ranked = rankByBm25(
    chunks.map(({ terms }) => terms),
    query,
  );
  const expected = ranked.slice(0, limit + 50).map(({ index, score }) => {
    const { terms: _, ...chunk } = chunks[index];
    return { ...chunk, score };
  });
  assert.deepEqual(comparable(index.search(weighted(...query), limit)), comparable(expected).slice(0, limit));
}
