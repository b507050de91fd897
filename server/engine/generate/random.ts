// Seeded random numbers, so that a sampled generation can be repeated. Owns the generator and how a seed is derived from tokens.

/**
 * A generator of uniform numbers in [0, 1), with 32 random bits each (mulberry32, a public-domain generator). Without a seed, each one differs.
 */
export function createRandom(seed: number = crypto.getRandomValues(new Uint32Array(1))[0]): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A seed that depends on the tokens and nothing else (FNV-1a: Fowler, Noll, Vo), 32 bits. */
export function seedFrom(tokens: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const token of tokens) {
    for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((token >>> shift) & 0xff), 0x01000193);
  }
  return hash >>> 0;
}
