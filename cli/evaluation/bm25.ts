// BM25 over code, in a slow and plain implementation: the baseline that every retriever must beat, and the oracle of the index. Pure; knows
// nothing of files or cases.

const K1 = 1.2;
const B = 0.75;

export interface Ranked {
  index: number; // index in the given documents
  score: number;
}

/**
 * Documents with a score above zero for `query`, best first (ties keep the documents' order).
 * Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009); k1 1.2, b 0.75.
 * @param documents the terms of each document
 */
export function rankByBm25(documents: readonly (readonly string[])[], query: readonly string[]): Ranked[] {
  const meanLength = documents.reduce((sum, terms) => sum + terms.length, 0) / documents.length;
  const scores = new Float64Array(documents.length);
  const counts = documents.map(countTerms);
  for (const term of new Set(query)) {
    const holders = counts.filter((count) => count.has(term)).length;
    const idf = Math.log(1 + (documents.length - holders + 0.5) / (holders + 0.5));
    for (const [index, count] of counts.entries()) {
      const frequency = count.get(term) ?? 0;
      const length = 1 - B + (B * documents[index].length) / meanLength;
      scores[index] += (idf * frequency * (K1 + 1)) / (frequency + K1 * length);
    }
  }
  return Array.from(scores, (score, index) => ({ index, score }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index);
}

function countTerms(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}
