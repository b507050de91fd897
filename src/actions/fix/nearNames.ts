// Names in the file that a misspelt name may mean, by edit distance. The compiler offers at most one of them, and none for short names.

import { nearest } from "../../../common/util/editDistance.ts";

const MOST_NAMES = 3;

/** The nearest first; among equally near ones the most frequent. Empty where `wrong` is no name. */
export function nearNames(text: string, wrong: string): string[] {
  if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(wrong)) return [];
  const counts = new Map<string, number>();
  for (const name of text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  const frequent = [...counts].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
  return nearest(wrong, frequent, MOST_NAMES).map(({ name }) => name);
}
