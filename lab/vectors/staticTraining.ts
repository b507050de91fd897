// Trains vectors of code terms: among BM25's candidates of a place the chunk that holds what is wanted is to come first.
// Knows no files: it is given places of other sources than those that figures are reported on.

import type { Dice } from "../../finetune/data/dice.ts";
import { chunkText, dot } from "./embedder.ts";
import type { Candidate, Chunk, Place } from "./places.ts";
import { type Bag, bagOf, type StaticVectors, TermTable, vocabularyOf } from "./staticVectors.ts";

export interface TrainingOptions {
  dims: number;
  shared: boolean; // one table for queries and chunks
  steps: number; // a place each
  dice: Dice;
  report(line: string): void;
}

const NEGATIVES = 31; // drawn from BM25's candidates
const VECTOR_RATE = 0.01;
const WEIGHT_RATE = 0.02;
const MIX_RATE = 0.05;
/** Share of a text's terms that a step does not see, and what a term must occur in: else packages are learnt by heart. */
const DROPOUT = 0.5;
const LEAST_SOURCES = 4;
const STEPS_PER_LOOK = 5_000;

/** The score that is trained: bm25 · BM25 relative to the best + cosine · cosine. */
interface Mix {
  bm25: number;
  cosine: number;
}

/** @param heldOut places of further sources: the vectors are kept as they were when these were ordered best */
export function trainStatic(
  places: readonly Place[],
  heldOut: readonly Place[],
  { dims, shared, steps, dice, report }: TrainingOptions,
): StaticVectors {
  const { rowOf, frequencies } = vocabularyOf(places, LEAST_SOURCES);
  const query = new TermTable(frequencies, dims, dice);
  const chunk = shared ? query : new TermTable(frequencies, dims, dice);
  if (!shared) chunk.vectors.set(query.vectors);
  const vectors: StaticVectors = { rowOf, query, chunk };
  const mix: Mix = { bm25: 4, cosine: 4 };
  const step = new Step(query, chunk, mix);
  const bags = new Map<Chunk | Place, Bag>();
  const some = (key: Chunk | Place, text: string): Bag => {
    const bag = bags.get(key) ?? bagOf(text, rowOf);
    bags.set(key, bag);
    return thinned(bag, dice);
  };
  const usable = places.filter(
    ({ candidates }) => candidates.some(({ gold }) => gold) && candidates.length > NEGATIVES,
  );
  report(
    `${rowOf.size} terms, ${usable.length} places; held out, BM25 alone: ${reciprocalRank(vectors, { bm25: 1, cosine: 0 }, heldOut).toFixed(4)}`,
  );
  const tables = [query, chunk].flatMap((table) => [table.vectors, table.weights]);
  let best = { score: -1, copies: tables };
  for (let done = 0; ; done++) {
    if (done % STEPS_PER_LOOK === 0 || done === steps) {
      const score = reciprocalRank(vectors, mix, heldOut);
      report(
        `${done} places: held out ${score.toFixed(4)}, bm25 ${mix.bm25.toFixed(2)}, cosine ${mix.cosine.toFixed(2)}`,
      );
      if (score > best.score) best = { score, copies: tables.map((values) => values.slice()) };
      if (done === steps) break;
    }
    const place = dice.pick(usable);
    const top = place.candidates[0].score;
    const documents = drawn(place, dice).map((candidate) => ({
      bag: some(candidate.chunk, chunkText(candidate.chunk)),
      bm25: candidate.score / top,
    }));
    step.run(some(place, place.query), documents);
  }
  for (const [i, values] of tables.entries()) values.set(best.copies[i]);
  return vectors;
}

/** A wanted candidate and others. */
function drawn({ candidates }: Place, dice: Dice): Candidate[] {
  const chosen = [dice.pick(candidates.filter(({ gold }) => gold))];
  while (chosen.length <= NEGATIVES) {
    const other = dice.pick(candidates);
    if (!other.gold) chosen.push(other);
  }
  return chosen;
}

function thinned({ rows, counts }: Bag, dice: Dice): Bag {
  const kept = Array.from(rows.keys()).filter(() => !dice.chance(DROPOUT));
  return { rows: Int32Array.from(kept, (i) => rows[i]), counts: Float32Array.from(kept, (i) => counts[i]) };
}

/** Mean reciprocal rank of the wanted among the candidates. */
function reciprocalRank({ rowOf, query, chunk }: StaticVectors, mix: Mix, places: readonly Place[]): number {
  const asked = new Float32Array(query.dims);
  const known = new Map<Chunk, Float32Array>();
  const vectorOf = (value: Chunk): Float32Array => {
    const vector = known.get(value) ?? new Float32Array(chunk.dims);
    if (!known.has(value)) chunk.embed(bagOf(chunkText(value), rowOf), vector);
    known.set(value, vector);
    return vector;
  };
  let sum = 0;
  for (const { query: text, candidates } of places) {
    query.embed(bagOf(text, rowOf), asked);
    const scores = candidates.map(
      (candidate) =>
        (mix.bm25 * candidate.score) / candidates[0].score +
        (mix.cosine === 0 ? 0 : mix.cosine * dot(asked, vectorOf(candidate.chunk))),
    );
    const gold = scores.filter((_, i) => candidates[i].gold);
    if (gold.length > 0) sum += 1 / scores.filter((score) => score >= Math.max(...gold)).length;
  }
  return sum / places.length;
}

/** Steps down the loss of one place at a time, by Adagrad with one sum for each row. */
class Step {
  readonly #query: Trained;
  readonly #chunk: Trained;
  readonly #mix: Mix;
  readonly #mixSums: Mix = { bm25: 1e-6, cosine: 1e-6 };

  constructor(query: TermTable, chunk: TermTable, mix: Mix) {
    this.#query = new Trained(query);
    this.#chunk = query === chunk ? this.#query : new Trained(chunk);
    this.#mix = mix;
  }

  /** @param documents the wanted one first */
  run(query: Bag, documents: readonly { bag: Bag; bm25: number }[]): void {
    const { dims } = this.#query.table;
    const mix = { ...this.#mix };
    const asked = new Float32Array(dims);
    const askedLength = this.#query.table.embed(query, asked);
    const embedded = documents.map(({ bag, bm25 }) => {
      const vector = new Float32Array(dims);
      const length = this.#chunk.table.embed(bag, vector);
      return { bag, bm25, vector, length, cosine: dot(asked, vector) };
    });
    const logits = embedded.map(({ cosine, bm25 }) => mix.cosine * cosine + mix.bm25 * bm25);
    const most = Math.max(...logits);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - most), 0);

    const byMix: Mix = { bm25: 0, cosine: 0 };
    const byAsked = new Float32Array(dims);
    const byVector = new Float32Array(dims);
    for (const [i, { bag, bm25, vector, length, cosine }] of embedded.entries()) {
      const byLogit = Math.exp(logits[i] - most) / sum - (i === 0 ? 1 : 0);
      byMix.bm25 += byLogit * bm25;
      byMix.cosine += byLogit * cosine;
      for (let d = 0; d < dims; d++) {
        byAsked[d] += (byLogit * mix.cosine * (vector[d] - cosine * asked[d])) / askedLength;
        byVector[d] = (byLogit * mix.cosine * (asked[d] - cosine * vector[d])) / length;
      }
      this.#chunk.down(bag, byVector);
    }
    this.#query.down(query, byAsked);
    for (const key of ["bm25", "cosine"] as const) {
      this.#mixSums[key] += byMix[key] ** 2;
      this.#mix[key] -= (MIX_RATE * byMix[key]) / Math.sqrt(this.#mixSums[key]);
    }
  }
}

class Trained {
  readonly table: TermTable;
  readonly #vectorSums: Float32Array;
  readonly #weightSums: Float32Array;

  constructor(table: TermTable) {
    this.table = table;
    this.#vectorSums = new Float32Array(table.weights.length).fill(1e-6);
    this.#weightSums = new Float32Array(table.weights.length).fill(1e-6);
  }

  /** Moves the terms of a text whose vector, before its length was made 1, has this gradient. */
  down({ rows, counts }: Bag, gradient: Float32Array): void {
    const { dims, vectors, weights } = this.table;
    const meanSquare = dot(gradient, gradient) / dims;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      const at = row * dims;
      const weight = counts[i] * this.table.weightOf(row);
      this.#vectorSums[row] += weight * weight * meanSquare;
      const rate = (VECTOR_RATE * weight) / Math.sqrt(this.#vectorSums[row]);
      let byWeight = 0;
      for (let d = 0; d < dims; d++) {
        byWeight += weight * gradient[d] * vectors[at + d];
        vectors[at + d] -= rate * gradient[d];
      }
      this.#weightSums[row] += byWeight ** 2;
      weights[row] -= (WEIGHT_RATE * byWeight) / Math.sqrt(this.#weightSums[row]);
    }
  }
}
