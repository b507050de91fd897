// chrF: the F-score of character n-grams (Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation"). Pure.

const LONGEST = 6;
const BETA = 2; // recall counts this much more than precision

/** @returns 0 to 1: how many n-grams of 1 to 6 characters, white space left out, two texts share */
export function chrF(text: string, reference: string): number {
  let precision = 0;
  let recall = 0;
  let orders = 0;
  for (let n = 1; n <= LONGEST; n++) {
    const [ours, theirs] = [grams(text, n), grams(reference, n)];
    if (theirs.size === 0 || ours.size === 0) continue;
    let shared = 0;
    for (const [gram, times] of ours) shared += Math.min(times, theirs.get(gram) ?? 0);
    precision += shared / total(ours);
    recall += shared / total(theirs);
    orders++;
  }
  if (orders === 0 || precision + recall === 0) return 0;
  const [p, r] = [precision / orders, recall / orders];
  return ((1 + BETA ** 2) * p * r) / (BETA ** 2 * p + r);
}

function grams(text: string, n: number): Map<string, number> {
  const characters = [...text.replace(/\s+/g, "")];
  const found = new Map<string, number>();
  for (let at = 0; at + n <= characters.length; at++) {
    const gram = characters.slice(at, at + n).join("");
    found.set(gram, (found.get(gram) ?? 0) + 1);
  }
  return found;
}

const total = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, times) => sum + times, 0);
