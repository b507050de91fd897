// Finds files that are identical or nearly identical to an earlier file. Keeps signatures, not texts. One-permutation MinHash (Li, Owen, Zhang
// 2012) over shingles of five words, with banding to find candidates.

import { createHash } from "node:crypto";

export type Duplicate = "exactDuplicate" | "nearDuplicate";

const BINS = 64;
const BANDS = 16; // of four bins each: files of similarity 0.7 share a band with a probability of 99 %
const SHINGLE_WORDS = 5;
const MIN_SHINGLES = 30; // a shorter file is only compared exactly
const NEAR = 0.7;
/** The most files in a bucket that are compared. A bucket with many files says little, and comparing with all of them is slow. */
const MAX_BUCKET = 32;
const EMPTY = 0xffffffff;

export class SeenFiles {
  readonly #hashes = new Set<string>();
  readonly #signatures: Uint32Array[] = [];
  readonly #buckets: Map<string, number[]>[] = Array.from({ length: BANDS }, () => new Map());

  /** Checks whether a similar file was added before; if not, adds `text`. */
  add(text: string): Duplicate | undefined {
    const hash = createHash("sha256").update(text.replace(/\s+/g, " ")).digest("base64");
    if (this.#hashes.has(hash)) return "exactDuplicate";
    this.#hashes.add(hash);
    const signature = signatureOf(text);
    if (!signature) return undefined;
    const keys = Array.from({ length: BANDS }, (_, band) => bandKey(signature, band));
    const candidates = new Set(keys.flatMap((key, band) => this.#buckets[band].get(key) ?? []));
    for (const candidate of candidates) {
      if (similarity(signature, this.#signatures[candidate]) >= NEAR) return "nearDuplicate";
    }
    const index = this.#signatures.push(signature) - 1;
    keys.forEach((key, band) => {
      const bucket = this.#buckets[band].get(key);
      if (!bucket) this.#buckets[band].set(key, [index]);
      else if (bucket.length < MAX_BUCKET) bucket.push(index);
    });
    return undefined;
  }
}

/** [BINS] the smallest shingle hash of each bin; undefined for a text that is too short to compare. */
function signatureOf(text: string): Uint32Array | undefined {
  const signature = new Uint32Array(BINS).fill(EMPTY);
  const window = new Uint32Array(SHINGLE_WORDS);
  let words = 0;
  for (const [word] of text.matchAll(/[A-Za-z_$][\w$]*|\d+|[^\s\w]/g)) {
    window[words++ % SHINGLE_WORDS] = hashWord(word);
    if (words < SHINGLE_WORDS) continue;
    let hash = 0x9e3779b9;
    for (let i = 0; i < SHINGLE_WORDS; i++) hash = mix(hash ^ window[(words + i) % SHINGLE_WORDS]);
    const bin = hash % BINS;
    const value = Math.floor(hash / BINS);
    if (value < signature[bin]) signature[bin] = value;
  }
  if (words < MIN_SHINGLES) return undefined;
  const filled = signature.slice();
  for (let bin = 0; bin < BINS; bin++) {
    let step = 0; // an empty bin takes the value of the next full one, marked with the distance
    while (signature[(bin + step) % BINS] === EMPTY) step++;
    if (step > 0) filled[bin] = mix(signature[(bin + step) % BINS] + step);
  }
  return filled;
}

function bandKey(signature: Uint32Array, band: number): string {
  const width = BINS / BANDS;
  return signature.subarray(band * width, (band + 1) * width).join();
}

function similarity(a: Uint32Array, b: Uint32Array): number {
  let same = 0;
  for (let i = 0; i < BINS; i++) if (a[i] === b[i]) same++;
  return same / BINS;
}

/** FNV-1a, 32 bits. */
function hashWord(word: string): number {
  let hash = 2166136261;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 16777619);
  return hash >>> 0;
}

/** Murmur3's finalizer: every input bit affects every output bit. */
function mix(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
