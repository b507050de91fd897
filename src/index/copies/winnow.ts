// Fingerprints of a text by winnowing: Schleimer, Wilkerson and Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003.
// Of each window of hashes the smallest is kept, the last one of equals: two texts that share at least SHORTEST_COPY characters share a fingerprint.
// Short grams under wide windows keep few fingerprints; that more texts share a short gram costs a look at a file, and nothing else.

/** Characters under one hash. */
export const GRAM = 30;
const WINDOW = 31; // hashes of which one is kept

/** The length from which a shared run is found for certain, in UTF-16 units of bare text. */
export const SHORTEST_COPY = GRAM + WINDOW - 1;

const BASE = 0x01000193;
const leaving = power(BASE, GRAM); // the weight of the unit that leaves the gram

export interface Fingerprint {
  hash: number; // 32 bits, unsigned
  at: number; // where its gram begins, in UTF-16 units of the bare text
}

/** The fingerprints of a bare text, in their order; none of one shorter than SHORTEST_COPY. */
export function fingerprints(bare: string): Fingerprint[] {
  const hashes = gramHashes(bare);
  const kept: Fingerprint[] = [];
  let least = -1;
  for (let end = WINDOW - 1; end < hashes.length; end++) {
    const before = least;
    const start = end - WINDOW + 1;
    if (least < start) {
      least = start;
      for (let at = start + 1; at <= end; at++) if (hashes[at]! <= hashes[least]!) least = at;
    } else if (hashes[end]! <= hashes[least]!) least = end;
    if (least !== before) kept.push({ hash: hashes[least]!, at: least });
  }
  return kept;
}

/** The hashes of all grams of a bare text, [length - GRAM + 1]. */
export function gramHashes(bare: string): Uint32Array {
  const hashes = new Uint32Array(Math.max(0, bare.length - GRAM + 1));
  let rolling = 0;
  for (let at = 0; at < bare.length; at++) {
    rolling = (Math.imul(rolling, BASE) + bare.charCodeAt(at)) | 0;
    if (at >= GRAM) rolling = (rolling - Math.imul(leaving, bare.charCodeAt(at - GRAM))) | 0;
    if (at >= GRAM - 1) hashes[at - GRAM + 1] = mixed(rolling);
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
