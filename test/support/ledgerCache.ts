// A KV cache without keys and values, for decoders without weights: it notes which tokens it would hold, and refuses what a real one could
// not do.

import assert from "node:assert/strict";
import type { KvCache } from "../../server/engine/runtime/decoder.ts";

export class LedgerCache implements KvCache {
  readonly capacity: number;
  held: number[] = []; // dependable tokens, by position
  disposed = false;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  copyFrom(other: KvCache, length: number): void {
    assert.ok(other instanceof LedgerCache && !other.disposed && !this.disposed && other !== this);
    assert.ok(length <= other.held.length, `${length} positions of ${other.held.length} were copied`);
    this.held = other.held.slice(0, length);
  }

  dispose(): void {
    this.disposed = true;
  }
}

/** What a decoder does with its cache when a run begins; the run notes its tokens when it has succeeded. */
export function ledgerOf(cache: KvCache, past: number): LedgerCache {
  assert.ok(cache instanceof LedgerCache && !cache.disposed);
  assert.ok(past <= cache.held.length, `a run at ${past} over ${cache.held.length} tokens`);
  cache.held.length = past; // beyond, a run that fails leaves anything
  return cache;
}
