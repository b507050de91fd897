// Random numbers as a function of a seed, a stream and an index, so that the same numbers can be drawn again in the backward pass and after a
// resume. Owns the generator and the distributions.

/** The key of an independent stream. */
export function streamKey(seed: number, ...path: readonly number[]): number {
  return path.reduce((key, part) => mix((key ^ mix(part + 0x9e3779b9)) >>> 0), mix(seed >>> 0));
}

/** 32 random bits: the `index`th output of a SplitMix-like generator (Steele, Lea and Flood 2014) that starts at `key`. */
const bitsAt = (key: number, index: number): number => mix((key + Math.imul(index + 1, 0x9e3779b9)) >>> 0);

/** A permutation of 32 bits in which each input bit changes about half of the output bits (constants by C. Wellons' search). */
function mix(bits: number): number {
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0xd35a2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}

/** Fills `values` with uniform numbers in [−bound, bound). */
export function fillUniform(values: Float32Array, bound: number, key: number): void {
  for (let i = 0; i < values.length; i++) values[i] = ((bitsAt(key, i) / 2 ** 32) * 2 - 1) * bound;
}

const STEPS = 256; // a mask element uses 8 random bits

/**
 * Fills `mask` with 0 (with probability `dropout`, rounded to a multiple of 1/256 between 1/256 and 255/256) and 1 / (1 − dropout),
 * so that its mean is 1.
 */
export function fillDropoutMask(mask: Float32Array, dropout: number, key: number): void {
  const threshold = Math.min(STEPS - 1, Math.max(1, Math.round(dropout * STEPS)));
  const kept = STEPS / (STEPS - threshold);
  let bits = 0;
  for (let i = 0; i < mask.length; i++) {
    bits = i % 4 === 0 ? bitsAt(key, i >>> 2) : bits >>> 8;
    mask[i] = (bits & 0xff) < threshold ? 0 : kept;
  }
}
