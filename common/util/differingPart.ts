// What two texts have in common at their beginning and end, and the part between. UTF-16 units. Pure.

/** How many units two texts have in common at their beginning. */
export function commonPrefixUnits(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let units = 0;
  while (units < shorter && a.charCodeAt(units) === b.charCodeAt(units)) units++;
  return units;
}

/** The smallest part that differs: from `start`, which both texts share, to an end in each. Empty in both where the texts are equal. */
export function differingPart(before: string, after: string): { start: number; beforeEnd: number; afterEnd: number } {
  const start = commonPrefixUnits(before, after);
  let [beforeEnd, afterEnd] = [before.length, after.length];
  while (beforeEnd > start && afterEnd > start && before.charCodeAt(beforeEnd - 1) === after.charCodeAt(afterEnd - 1)) {
    beforeEnd--;
    afterEnd--;
  }
  return { start, beforeEnd, afterEnd };
}
