// The length of the longest common subsequence of two texts. Pure.

/** The most comparisons; more take a noticeable time. */
const MAX_COMPARISONS = 4_000_000;

/**
 * How many UTF-16 units of `a` occur in `b` in the same order. Takes a.length × b.length steps, without their common beginning and end.
 * @returns undefined where that would take too long
 */
export function commonSubsequenceUnits(a: string, b: string): number | undefined {
  const shorter = Math.min(a.length, b.length);
  let before = 0;
  while (before < shorter && a[before] === b[before]) before++;
  let after = 0;
  while (after < shorter - before && a.at(-1 - after) === b.at(-1 - after)) after++;
  const [p, q] = [a.slice(before, a.length - after), b.slice(before, b.length - after)];
  if (p.length * q.length > MAX_COMPARISONS) return undefined;
  let row = new Uint32Array(q.length + 1);
  for (let i = 0; i < p.length; i++) {
    const next = new Uint32Array(q.length + 1);
    for (let j = 0; j < q.length; j++) next[j + 1] = p[i] === q[j] ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!);
    row = next;
  }
  return before + after + row[q.length]!;
}
