// A smaller vocabulary made of a model's by leaving tokens out, and other names for its special ones. Reads no file.

import type { Merge } from "../../server/engine/tokenizer/bpe.ts";
import type { Vocabulary } from "../../server/engine/tokenizer/vocabulary.ts";

/**
 * The vocabulary that has only the tokens `kept` (original ids, ascending), numbered anew in that order; merges that make another token
 * are left out.
 */
export function pruneVocabulary(full: Vocabulary, kept: readonly number[]): Vocabulary {
  const newIds = new Map(kept.map((id, index) => [id, index]));
  const merges: Merge[] = [];
  for (const { left, right, result } of full.merges) {
    if (!newIds.has(result)) continue;
    const merge = { left: newIds.get(left), right: newIds.get(right), result: newIds.get(result) };
    if (merge.left === undefined || merge.right === undefined) {
      throw new Error(`token ${full.tokens[result]} is kept without what it is merged from`);
    }
    merges.push(merge as Merge);
  }
  const specialIds = new Map(
    [...full.specialIds].flatMap(([name, id]) => (newIds.has(id) ? [[name, newIds.get(id)!]] : [])),
  );
  return { tokens: kept.map((id) => full.tokens[id]), merges, specialIds };
}

/** The same vocabulary with other names for some of its special tokens; ids stay. @throws Error when one is not there */
export function renameSpecials(vocabulary: Vocabulary, newNames: ReadonlyMap<string, string>): Vocabulary {
  const tokens = [...vocabulary.tokens];
  const specialIds = new Map(vocabulary.specialIds);
  for (const [name, newName] of newNames) {
    const id = specialIds.get(name);
    if (id === undefined) throw new Error(`there is no special token ${name}`);
    tokens[id] = newName;
    specialIds.delete(name);
    specialIds.set(newName, id);
  }
  return { ...vocabulary, tokens, specialIds };
}
