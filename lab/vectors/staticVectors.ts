// Small vectors for code terms; a text is the weighted mean of its terms. How they are trained is `staticTraining.ts`'s business.

import type { Dice } from "../../finetune/data/dice.ts";
import { codeTerms } from "../../src/workspace/terms.ts";
import { chunkText, dot, type Embedder, normalise } from "./embedder.ts";
import type { Chunk, Place } from "./places.ts";

/** A text as rows of the tables, each once, and how much each counts. */
export interface Bag {
  rows: Int32Array;
  counts: Float32Array;
}

/** Rare terms count more: a / (a + p), as in SIF; only the start, training goes on from there. */
const A = 1e-3;

export interface Vocabulary {
  rowOf: ReadonlyMap<string, number>;
  frequencies: Float64Array; // of each row: its share of all terms
}

/** A vector and a weight for each term. */
export class TermTable {
  readonly dims: number;
  readonly vectors: Float32Array; // [rows, dims]
  readonly weights: Float32Array; // logarithms

  constructor(frequencies: Float64Array, dims: number, dice: Dice) {
    const most = Math.sqrt(3 / dims); // evenly in [-most, most]: length 1 on average
    this.dims = dims;
    this.vectors = Float32Array.from(
      { length: frequencies.length * dims },
      () => (dice.between(-1e6, 1e6) / 1e6) * most,
    );
    this.weights = Float32Array.from(frequencies, (p) => Math.log(A / (A + p)));
  }

  weightOf(row: number): number {
    return Math.exp(this.weights[row]);
  }

  /** Writes the text's vector, of length 1, to `into`. @returns its length before */
  embed({ rows, counts }: Bag, into: Float32Array): number {
    const { dims, vectors } = this;
    into.fill(0);
    for (let i = 0; i < rows.length; i++) {
      const weight = counts[i] * this.weightOf(rows[i]);
      const at = rows[i] * dims;
      for (let d = 0; d < dims; d++) into[d] += weight * vectors[at + d];
    }
    const length = Math.sqrt(dot(into, into)) || 1;
    for (let d = 0; d < dims; d++) into[d] /= length;
    return length;
  }
}

export interface StaticVectors {
  rowOf: ReadonlyMap<string, number>;
  query: TermTable;
  chunk: TermTable; // the same as `query`, or one of its own
}

export function bagOf(text: string, rowOf: ReadonlyMap<string, number>): Bag {
  const counts = new Map<number, number>();
  for (const term of codeTerms(text)) {
    const row = rowOf.get(term);
    if (row !== undefined) counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  return { rows: Int32Array.from(counts.keys()), counts: Float32Array.from(counts.values(), (n) => 1 + Math.log(n)) };
}

export function staticEmbedder(name: string, { rowOf, query, chunk }: StaticVectors): Embedder {
  const by = (table: TermTable) => (text: string) => {
    const vector = new Float32Array(table.dims);
    table.embed(bagOf(text, rowOf), vector);
    return vector;
  };
  return { name, bytesPerChunk: query.dims, query: by(query), chunk: (value: Chunk) => by(chunk)(chunkText(value)) };
}

/** The control: every place asks with the mean of these queries, so that the cosine says only how much a chunk is like wanted ones in general. */
export function withoutQuery(embedder: Embedder, queries: readonly string[]): Embedder {
  const mean = new Float32Array(embedder.bytesPerChunk);
  for (const query of queries) for (const [d, value] of embedder.query(query).entries()) mean[d] += value;
  normalise(mean);
  return { ...embedder, name: `${embedder.name}, one query for all`, query: () => mean };
}

/** The terms of the places' chunks that at least `leastSources` sources have. */
export function vocabularyOf(places: readonly Place[], leastSources: number): Vocabulary {
  const terms = new Map<string, { count: number; sources: Set<string> }>();
  const chunks = new Map(places.flatMap(({ source, candidates }) => candidates.map(({ chunk }) => [chunk, source])));
  let total = 0;
  for (const [chunk, source] of chunks) {
    for (const term of codeTerms(chunkText(chunk))) {
      const entry = terms.get(term) ?? { count: 0, sources: new Set() };
      terms.set(term, entry);
      entry.count++;
      entry.sources.add(source);
      total++;
    }
  }
  const kept = [...terms].filter(([, { sources }]) => sources.size >= leastSources);
  return {
    rowOf: new Map(kept.map(([term], row) => [term, row])),
    frequencies: Float64Array.from(kept, ([, { count }]) => count / total),
  };
}
