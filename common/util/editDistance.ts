// How far two names are apart, and whether one may be a misspelling of the other. Pure.

/** The greatest number of wrong letters in a misspelt name, by its length: one in four, at least one. */
export const mostDiffering = (name: string): number => Math.max(1, Math.floor(name.length / 4));

/** The names that `wrong` may be a misspelling of, the nearest first; among equally near ones the order stays. @param most how many at most */
export function nearest(wrong: string, names: Iterable<string>, most: number): { name: string; distance: number }[] {
  const mostLetters = mostDiffering(wrong);
  return [...new Set(names)]
    .filter((name) => name !== wrong && Math.abs(name.length - wrong.length) <= mostLetters)
    .map((name) => ({ name, distance: editDistance(wrong, name) }))
    .filter(({ distance }) => distance <= mostLetters)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, most);
}

/** Edit distance: letters inserted, deleted, replaced, or two neighbours swapped (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
