// BM25 over the posting lists of a query's terms. Rare terms come first; once the remaining terms cannot lift a new chunk among the best, only
// chunks that can still get there are scored (MaxScore: Turtle and Flood, "Query Evaluation: Strategies and Optimizations", 1995).
// Knows no database. Its oracle is the plain `rankByBm25` of the evaluation.

import type { ListCache, SearchedSegment } from "./listCache.ts";
import { frequencyAt, type PostingList } from "./postings.ts";
import type { WeightedTerm } from "./searchIndex.ts";

export const K1 = 1.2;
export const B = 0.75;

/** How many scores are updated between two checks of the lead of the best chunks. */
const LOOK_AFTER_POSTINGS = 30_000;

/** Tolerance for sums in a different order. */
const ROUNDING = 1e-9;

export interface Bm25Hit {
  segment: number;
  chunk: number;
  score: number;
}

interface QueryTerm {
  lists: (PostingList | undefined)[]; // one for each segment
  count: number; // number of live chunks that hold the term
  factor: number; // weight · idf · (K1 + 1): the most that a chunk can score for this term
}

/**
 * The best `limit` chunks, best first, with all that tie with the last of them.
 * @returns also whether no other chunk has a score
 */
export function rankChunks(
  segments: readonly SearchedSegment[],
  terms: readonly WeightedTerm[],
  limit: number,
  cache: Pick<ListCache, "list">,
): { hits: Bm25Hit[]; all: boolean } {
  const query = queryTerms(segments, terms, cache);
  const scores = segments.map(({ chunks }) => new Float64Array(chunks));
  let candidates: readonly Uint16Array[] | undefined; // by segment, once no other chunks can get among the best
  let left = query.reduce((sum, { factor }) => sum + factor, 0); // the most that the remaining terms can add
  let unlooked = 0;
  for (const term of query) {
    if (unlooked > LOOK_AFTER_POSTINGS) {
      unlooked = 0;
      const least = leastOfBest(scores, candidates, limit);
      if (least > left) candidates = scoresFrom(scores, candidates, least - left - ROUNDING);
    }
    if (candidates) addToCandidates(segments, scores, candidates, term);
    else addToAll(segments, scores, term);
    unlooked += candidates ? sizeOf(candidates) : term.count;
    left -= term.factor;
  }
  const scored = candidates ?? scoresFrom(scores, undefined, Number.MIN_VALUE);
  const least = Math.max(leastOfBest(scores, scored, limit), Number.MIN_VALUE);
  const best = scoresFrom(scores, scored, least);
  const hits = segments.flatMap(({ id }, s) =>
    Array.from(best[s], (chunk): Bm25Hit => ({ segment: id, chunk, score: scores[s][chunk] })),
  );
  hits.sort((a, b) => b.score - a.score || a.segment - b.segment || a.chunk - b.chunk);
  return { hits, all: !candidates && hits.length === sizeOf(scored) };
}

const sizeOf = (chunks: readonly Uint16Array[]) => chunks.reduce((sum, { length }) => sum + length, 0);

/** The query's terms that some chunk holds, the most selective first; the order does not depend on the segments. */
function queryTerms(
  segments: readonly SearchedSegment[],
  terms: readonly WeightedTerm[],
  cache: Pick<ListCache, "list">,
): QueryTerm[] {
  const weights = new Map<string, number>();
  for (const { term, weight } of terms) if (weight > 0) weights.set(term, (weights.get(term) ?? 0) + weight);
  const chunks = segments.reduce((sum, { live }) => sum + live, 0);
  return [...weights]
    .map(([term, weight]) => {
      const found = segments.map((segment) => cache.list(segment, term));
      const count = found.reduce((sum, entry) => sum + entry.count, 0);
      const idf = Math.log(1 + (chunks - count + 0.5) / (count + 0.5));
      return { lists: found.map(({ list }) => list), count, factor: weight * idf * (K1 + 1) };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.factor - a.factor);
}

function addToAll(segments: readonly SearchedSegment[], scores: readonly Float64Array[], term: QueryTerm): void {
  const { factor } = term;
  for (let s = 0; s < segments.length; s++) {
    const list = term.lists[s];
    if (!list) continue;
    const of = scores[s];
    const { norms } = segments[s];
    const { frequencies } = list;
    if (list.dense) {
      for (let chunk = 0; chunk < frequencies.length; chunk++) {
        const frequency = frequencies[chunk];
        if (frequency !== 0) of[chunk] += (factor * frequency) / (frequency + norms[chunk]);
      }
    } else {
      const { chunks } = list;
      for (let i = 0; i < chunks.length; i++) {
        const chunk = chunks[i];
        const frequency = frequencies[i];
        of[chunk] += (factor * frequency) / (frequency + norms[chunk]);
      }
    }
  }
}

function addToCandidates(
  segments: readonly SearchedSegment[],
  scores: readonly Float64Array[],
  candidates: readonly Uint16Array[],
  { lists, factor }: QueryTerm,
): void {
  for (let s = 0; s < segments.length; s++) {
    const list = lists[s];
    if (!list) continue;
    const of = scores[s];
    const { norms } = segments[s];
    const some = candidates[s];
    for (let i = 0; i < some.length; i++) {
      const chunk = some[i];
      const frequency = frequencyAt(list, chunk);
      if (frequency !== 0) of[chunk] += (factor * frequency) / (frequency + norms[chunk]);
    }
  }
}

/** For each segment the chunks (among `some`, where given) with a score of at least `least`. */
function scoresFrom(
  scores: readonly Float64Array[],
  some: readonly Uint16Array[] | undefined,
  least: number,
): Uint16Array[] {
  return scores.map((of, s) => {
    const from = some?.[s];
    const kept = new Uint16Array(from?.length ?? of.length);
    let count = 0;
    if (from) for (let i = 0; i < from.length; i++) of[from[i]] >= least && (kept[count++] = from[i]);
    else for (let i = 0; i < of.length; i++) of[i] >= least && (kept[count++] = i);
    return kept.subarray(0, count);
  });
}

/** The `limit`-th best score (among `some`, where given); 0 where there are fewer scores. */
function leastOfBest(scores: readonly Float64Array[], some: readonly Uint16Array[] | undefined, limit: number): number {
  const heap = new Float64Array(limit); // a min-heap of the best scores
  for (let s = 0; s < scores.length; s++) {
    const of = scores[s];
    const from = some?.[s];
    const count = from?.length ?? of.length;
    for (let i = 0; i < count; i++) {
      const score = from ? of[from[i]] : of[i];
      if (score > heap[0]) replaceTop(heap, score);
    }
  }
  return heap[0];
}

function replaceTop(heap: Float64Array, value: number): void {
  let at = 0;
  for (let child = 1; child < heap.length; child = at * 2 + 1) {
    if (child + 1 < heap.length && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= value) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = value;
}
