// BM25 over code: the baseline that every retriever must beat. Pure; knows nothing of files or cases.

const K1 = 1.2;
const B = 0.75;

/**
 * The terms of a piece of code: each identifier in lower case, and its parts where it has several
 * (`readFileSync` gives readfilesync, read, file, sync). Digits alone, operators and one-letter names give none.
 */
export function codeTerms(text: string): string[] {
  const terms: string[] = [];
  for (const [identifier] of text.matchAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu)) {
    const parts = identifier.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lo}+/gu) ?? [];
    const names = parts.length > 1 ? [identifier, ...parts] : [identifier];
    for (const name of names) if (name.length > 1) terms.push(name.toLowerCase());
  }
  return terms;
}

export interface Ranked {
  index: number; // of the document, as given
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
