// For the tests of the index: workspaces in memory, texts drawn by a seed, and the results of an index in a comparable form.

import type { Parsers } from "../../../common/syntax/parsers.ts";
import type { ChunkHit, SearchIndex } from "../../../src/index/searchIndex.ts";
import type { Workspace } from "../../../src/workspace/workspace.ts";

export const noParsers: Parsers = { kind: "none", reason: "a test", for: () => undefined };

export interface MutableWorkspace extends Workspace {
  files: Map<string, string>;
  reads: string[]; // paths in the order in which they were read
}

/** Files in a map, whose stamps follow their text. */
export function mapWorkspace(files: Record<string, string> = {}): MutableWorkspace {
  const map = new Map(Object.entries(files));
  const reads: string[] = [];
  return {
    files: map,
    reads,
    list: async () => [...map.keys()].sort(),
    async read(path) {
      reads.push(path);
      return map.get(path);
    },
    async stat(path) {
      const text = map.get(path);
      return text === undefined ? undefined : { sizeBytes: text.length, mtimeMs: 1, stamp: text };
    },
  };
}

/** Numbers from 0 to 1 that a seed determines (Marsaglia's xorshift). */
export function random(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Words with the distribution of code: few frequent ones, many rare ones. */
export function drawWord(roll: () => number): string {
  return `word${String.fromCharCode(97 + Math.floor(roll() ** 3 * 26))}${String.fromCharCode(97 + Math.floor(roll() ** 2 * 26))}`;
}

export function drawText(roll: () => number): string {
  const lines = Array.from({ length: 1 + Math.floor(roll() * 120) }, () => {
    const words = Array.from({ length: Math.floor(roll() * 9) }, () => drawWord(roll));
    return words.join(roll() < 0.5 ? " " : "(");
  });
  return `${lines.join("\n")}\n`;
}

/** Hits without differences by rounding. */
export const comparable = (hits: readonly ChunkHit[]) =>
  hits.map(({ score, ...hit }) => ({ ...hit, score: Number(score.toPrecision(10)) }));

export const weighted = (...terms: string[]) => terms.map((term) => ({ term, weight: 1 }));

/** An index's answers to some questions: equal for two indexes of the same files. */
export function answers(index: SearchIndex, roll: () => number, questions = 30) {
  return Array.from({ length: questions }, () =>
    comparable(index.search(weighted(...Array.from({ length: 6 }, () => drawWord(roll))), 12)),
  );
}
