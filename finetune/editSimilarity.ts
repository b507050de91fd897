// Edit similarity of two texts: 1 − Levenshtein distance / the longer length, after `norm`. Pure.

import { norm } from "./norm.ts";

/** Between 0 (nothing in common) and 1 (equal); two empty texts are equal. Counts UTF-16 units. */
export function editSimilarity(left: string, right: string): number {
  const a = norm(left);
  const b = norm(right);
  const longer = Math.max(a.length, b.length);
  return longer === 0 ? 1 : 1 - levenshtein(a, b) / longer;
}

/** The number of insertions, deletions and replacements that turn `a` into `b`; keeps one row of the table at a time. */
function levenshtein(a: string, b: string): number {
  const row = Uint32Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0]; // distance of the two prefixes that are one unit shorter
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = diagonal + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1);
      diagonal = row[j];
      row[j] = Math.min(replaced, row[j] + 1, row[j - 1] + 1);
    }
  }
  return row[b.length];
}
