// BM25 over the chunks of a few files, without an index. Pure.

import { B, K1 } from "../../index/rankChunks.ts";
import type { WeightedTerm } from "../../index/searchIndex.ts";
import type { FileChunk, FileFacts } from "../../workspace/fileFacts.ts";

export interface RankedChunk {
  facts: FileFacts;
  chunk: FileChunk;
  score: number; // above 0
}

/** Best first. Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009). */
export function rankFileChunks(files: readonly FileFacts[], terms: readonly WeightedTerm[]): RankedChunk[] {
  const ranked = files.flatMap((facts) => facts.chunks.map((chunk): RankedChunk => ({ facts, chunk, score: 0 })));
  const meanLength = ranked.reduce((sum, { chunk }) => sum + chunk.length, 0) / ranked.length;
  for (const { term, weight } of terms) {
    const holders = ranked.filter(({ chunk }) => chunk.terms.has(term));
    const idf = Math.log(1 + (ranked.length - holders.length + 0.5) / (holders.length + 0.5));
    for (const one of holders) {
      const frequency = one.chunk.terms.get(term)!;
      const norm = K1 * (1 - B + (B * one.chunk.length) / meanLength);
      one.score += (weight * idf * frequency * (K1 + 1)) / (frequency + norm);
    }
  }
  return ranked.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
}
