// Places where a name is about to be written, each with the chunks that BM25 finds for it, and which of those hold what is wanted.
// For measurements of retrieval. Knows no vectors.

import { rankByBm25 } from "../../cli/evaluation/bm25.ts";
import { readCases } from "../../cli/evaluation/cases.ts";
import { chunkPool, holdsGold } from "../../cli/evaluation/contextModes.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { memoryIndex } from "../../src/index/memoryIndex.ts";
import { codeTerms } from "../../src/workspace/terms.ts";
import type { CrossfileCase } from "../evaluate/crossfileCases.ts";
import type { CorpusSource } from "../training/corpus.ts";

const LINES_BEFORE = 10;
const LINES_AFTER = 3;

export interface Chunk {
  path: string;
  text: string;
}

export interface Candidate {
  chunk: Chunk;
  score: number; // by BM25
  gold: boolean;
}

export interface Place {
  source: string; // package@version or repository@commit
  path: string;
  query: string;
  goldPath: string;
  candidates: Candidate[]; // best first
}

/** The lines around the cursor that retrieval is asked with. What is to be written is not among them. */
export function queryOf({ prefix, suffix }: { prefix: string; suffix: string }): string {
  const before = prefix.split("\n").slice(-LINES_BEFORE);
  const after = suffix.split("\n").slice(1, 1 + LINES_AFTER);
  return [...before, ...after].join("\n");
}

/** Cases of one package, over the index of its whole source. Gold: the chunk of the defining file that overlaps the case's gold text and names the target. */
export async function packagePlaces(
  source: Pick<CorpusSource, "files">,
  cases: readonly CrossfileCase[],
  limit: number,
  parsers: Parsers,
): Promise<Place[]> {
  const texts = new Map(source.files.map(({ path, text }) => [path, text]));
  const workspace = { list: async () => [...texts.keys()], read: async (path: string) => texts.get(path) };
  const index = await memoryIndex(workspace, parsers);
  const linesOf = new Map(source.files.map(({ path, text }) => [path, text.split("\n")]));
  const chunks = new Map<string, Chunk>(); // one object each, so that a vector is made once
  return cases.map((value) => {
    const query = queryOf(value);
    const terms = [...new Set(codeTerms(query))].map((term) => ({ term, weight: 1 }));
    const gold = value.crossfile.find(({ role }) => role === "gold")!;
    const [first, last] = lineRange(texts.get(gold.path)!, gold.text);
    const names = new RegExp(`(?<![\\w$])${value.target.replaceAll("$", "\\$")}(?![\\w$])`);
    const candidates = index
      .search(terms, limit, (path) => path === value.path)
      .map((hit) => {
        const key = `${hit.path}:${hit.startLine}`;
        let chunk = chunks.get(key);
        if (!chunk) {
          chunk = { path: hit.path, text: linesOf.get(hit.path)!.slice(hit.startLine, hit.endLine).join("\n") };
          chunks.set(key, chunk);
        }
        const overlaps = hit.path === gold.path && hit.startLine <= last && hit.endLine > first;
        return { chunk, score: hit.score, gold: overlaps && names.test(chunk.text) };
      });
    return { source: value.source, path: value.path, query, goldPath: gold.path, candidates };
  });
}

function lineRange(text: string, part: string): [number, number] {
  const start = text.indexOf(part);
  const first = text.slice(0, start).split("\n").length - 1;
  return [first, first + part.split("\n").length - 1];
}

/** Cases of an evaluation set, over the chunks of all cases of the same repository. */
export function setPlaces(file: string, limit: number): Place[] {
  const cases = readCases(file);
  const pool = chunkPool("repository", cases);
  const shared = new Map<string, Chunk>();
  return cases.map((value) => {
    const query = queryOf(value);
    const chunks = pool.chunksOf(value);
    const documents = chunks.map(({ path, text }) => codeTerms(`${path}\n${text}`));
    const candidates = rankByBm25(documents, codeTerms(query))
      .slice(0, limit)
      .map(({ index, score }) => {
        const key = `${value.source}\0${chunks[index].path}\0${chunks[index].text}`;
        const chunk = shared.get(key) ?? chunks[index];
        shared.set(key, chunk);
        return { chunk, score, gold: holdsGold(value, [chunk]) };
      });
    const goldPath = value.crossfile!.find(({ role }) => role === "gold")!.path;
    return { source: value.source, path: value.path, query, goldPath, candidates };
  });
}
