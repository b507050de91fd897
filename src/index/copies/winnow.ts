// Fingerprints of a text by winnowing: Schleimer, Wilkerson and Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003.
// Of each window of hashes the smallest is kept, the last one of equals: two texts that share at least SHORTEST_COPY characters share a fingerprint.
// Short grams under wide windows keep few fingerprints; that more texts share a short gram costs a look at a file, and nothing else.

/** Characters under one hash. */
export const GRAM = 30;
const WINDOW = 31; // hashes of which one is kept

/** The length from which a shared run is found for certain, in UTF-16 units of bare text. */
export const SHORTEST_COPY = GRAM + WINDOW - 1;

const BASE = 0x01000193;

export interface Fingerprint {
  hash: number; // 32 bits, unsigned
  at: number; // where its gram begins, in UTF-16 units of the bare text
}

/** The fingerprints of a bare text, in their order; none of one shorter than SHORTEST_COPY. */
export function fingerprints(bare: string): Fingerprint[] {
  const hashes = gramHashes(bare);
  return minima(hashes, WINDOW).map((at) => ({ hash: hashes[at]!, at }));
}

/** Where the least hash of each whole window lies, the last one of equals; rising, each once. */
export function minima(hashes: Uint32Array, window: number): number[] {
  const kept: number[] = [];
  let least = -1;
  for (let end = window - 1; end < hashes.length; end++) {
    const before = least;
    const start = end - window + 1;
    if (least < start) {
      least = start;
      for (let at = start + 1; at <= end; at++) if (hashes[at]! <= hashes[least]!) least = at;
    } else if (hashes[end]! <= hashes[least]!) least = end;
    if (least !== before) kept.push(least);
  }
  return kept;
}

/** The hashes of all grams of a bare text, [length - gram + 1]. @param gram units under one hash @param base odd; another one gives other hashes */
export function gramHashes(bare: string, gram = GRAM, base = BASE): Uint32Array {
  const hashes = new Uint32Array(Math.max(0, bare.length - gram + 1));
  const leaving = power(base, gram); // the weight of the unit that leaves the gram
  let rolling = 0;
  for (let at = 0; at < bare.length; at++) {
    rolling = (Math.imul(rolling, base) + bare.charCodeAt(at)) | 0;
    if (at >= gram) rolling = (rolling - Math.imul(leaving, bare.charCodeAt(at - gram))) | 0;
    if (at >= gram - 1) hashes[at - gram + 1] = mixed(rolling);
  }
  return hashes;
}

/** All bits into all others: the low bits of a rolling hash alone would favour some characters. */
function mixed(hash: number): number {
  const folded = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  return (folded ^ (folded >>> 15)) >>> 0;
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}
