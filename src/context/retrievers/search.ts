// Repository search: the chunks of the index that the words near the cursor find.

import { chunkHash } from "../index/hash.ts";
import type { ChunkHit, WeightedTerm } from "../index/searchIndex.ts";
import { codeTerms } from "../index/terms.ts";
import type { Candidate, RetrievalDeps, Retriever } from "./retriever.ts";

const HITS = 24;

/** So many terms of a query say what there is to say; the most telling are those nearest to the cursor. */
const MAX_TERMS = 80;

export const searchRetriever: Retriever = {
  kind: "search",
  async retrieve(place, deps, signal) {
    const { index } = deps.sources;
    if (!index) return [];
    const terms = queryTerms(place.near);
    const hits = index.search(terms, HITS, (path) => path === place.path);
    const pieces: Candidate[] = [];
    for (const hit of hits) {
      if (signal.aborted) break;
      const piece = await pieceOfHit(hit, deps);
      if (!piece) continue;
      piece.features.search = hit.score / hits[0]!.score;
      if (folderOf(piece.path) === folderOf(place.path)) piece.features.sameFolder = 1;
      pieces.push(piece);
    }
    return pieces;
  },
};

/** A term counts as the nearest of the words that it is in. */
export function queryTerms(near: ReadonlyMap<string, number>): WeightedTerm[] {
  const weights = new Map<string, number>();
  for (const [word, weight] of near) {
    for (const term of codeTerms(word)) if (weight > (weights.get(term) ?? 0)) weights.set(term, weight);
  }
  return [...weights]
    .map(([term, weight]) => ({ term, weight }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MAX_TERMS);
}

/** The lines of a hit; dropped where they are no longer those that were indexed. */
async function pieceOfHit(hit: ChunkHit, deps: RetrievalDeps): Promise<Candidate | undefined> {
  const { path, startLine, endLine } = hit;
  const facts = await deps.facts(path);
  if (!facts) return undefined;
  const text = facts.lines(startLine, endLine);
  if (chunkHash(text) !== hit.hash) {
    deps.drop({ kind: "search", path, reason: "changed since it was indexed" });
    return undefined;
  }
  return { kind: "search", path, startLine, endLine, text, file: facts, features: {} };
}

export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));
