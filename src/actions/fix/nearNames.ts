// Names in the file that a misspelt name may mean, by edit distance. The compiler offers at most one of them, and none for short names.

/** The greatest number of wrong letters, by the length of the name: one in four, at least one. */
const mostDiffering = (name: string): number => Math.max(1, Math.floor(name.length / 4));
const MOST_NAMES = 3;

/** The nearest first; among equally near ones the most frequent. Empty where `wrong` is no name. */
export function nearNames(text: string, wrong: string): string[] {
  if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(wrong)) return [];
  const counts = new Map<string, number>();
  for (const name of text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  const most = mostDiffering(wrong);
  return [...counts]
    .filter(([name]) => name !== wrong && Math.abs(name.length - wrong.length) <= most)
    .map(([name, count]) => ({ name, count, distance: editDistance(wrong, name) }))
    .filter(({ distance }) => distance <= most)
    .toSorted((a, b) => a.distance - b.distance || b.count - a.count)
    .slice(0, MOST_NAMES)
    .map(({ name }) => name);
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
