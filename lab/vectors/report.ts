// A row of the table of vectors: what they find beside BM25, how sure that is, and what they cost.

import type { Dice } from "../../finetune/data/dice.ts";
import { type Embedder, similarities } from "./embedder.ts";
import type { Chunk, Place } from "./places.ts";
import { BUDGETS_TOKENS, bestWeight, type Found, found, halves, interval, mean, type Scored } from "./recall.ts";

const KINDS = ["chunk", "file"] as const;
const COLUMNS = KINDS.flatMap((kind) => BUDGETS_TOKENS.map((budget, index) => ({ kind, budget, index })));

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const HEADS = [
  "places",
  "vectors",
  "weights",
  ...COLUMNS.map(({ kind, budget }) => `${kind} in ${budget}: BM25, vectors alone, both, difference [95 %]`),
  "ms a query",
  "ms a chunk",
  "bytes a chunk",
];

export const TABLE_HEAD = `${row(HEADS)}\n${row(HEADS.map(() => "---"))}`;

/** Recalls in percent of the places. */
export function tableRow(name: string, places: readonly Place[], embedder: Embedder, dice: Dice): string {
  const memory = new Map<Chunk, Float32Array>();
  const scores = (): Scored[] => places.map((place) => ({ place, scores: similarities(place, embedder, memory) }));
  const { value: scored, ms: coldMs } = timed(scores);
  const { ms: warmMs } = timed(scores);
  const { results, weights } = crossFitted(scored);
  const alone = scored.map((value) => found(value, Number.POSITIVE_INFINITY));
  const cells = COLUMNS.map(({ kind, index }) => {
    const of = (values: readonly Found[]) => percent(mean(values.map((value) => value[kind][index])));
    const gains = results.map(({ document, bm25, both }) => ({
      document,
      value: both[kind][index] - bm25[kind][index],
    }));
    const [low, high] = interval(gains, dice).map(percent);
    const [bm25, both] = [results.map((result) => result.bm25), results.map((result) => result.both)].map(of);
    return `${bm25}, ${of(alone)}, ${both}, ${percent(mean(gains.map(({ value }) => value)))} [${low}, ${high}]`;
  });
  const queryMs = embedder.queryMs ?? warmMs / places.length;
  const chunkMs = embedder.chunkMs ?? (coldMs - warmMs) / memory.size;
  const costs = [queryMs.toFixed(2), chunkMs.toFixed(2), String(embedder.bytesPerChunk)];
  return row([name, embedder.name, weights.join(", "), ...cells, ...costs]);
}

/** Each half of the sources with the weight of the other. */
function crossFitted(scored: readonly Scored[]) {
  const [first, second] = halves(scored);
  const weights: number[] = [];
  const results = [
    [first, second],
    [second, first],
  ].flatMap(([fitted, reported]) => {
    const weight = bestWeight(fitted);
    weights.push(weight);
    return reported.map((value) => ({
      document: `${value.place.source} ${value.place.path}`,
      bm25: found(value, 0),
      both: found(value, weight),
    }));
  });
  return { results, weights };
}

const percent = (value: number): string => (100 * value).toFixed(1);

function timed<T>(work: () => T): { value: T; ms: number } {
  const startMs = performance.now();
  return { value: work(), ms: performance.now() - startMs };
}
