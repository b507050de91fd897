// A language model without weights for tests of the token loop, and its tokenizer.

import assert from "node:assert/strict";
import { Cancelled } from "../../../../common/errors.ts";
import { createRandom } from "../../../../server/engine/generate/random.ts";
import type { Decoder } from "../../../../server/engine/runtime/decoder.ts";
import type { Tokenizer } from "../../../../server/engine/tokenizer/tokenizer.ts";
import { LedgerCache, ledgerOf } from "../../../support/ledgerCache.ts";
import { tinyModel, tinyTokenizer } from "../../../support/tinyModel.ts";

export const { config } = tinyModel();
const END = 256;

/** Bytes, and ids 200 and following for longer pieces, so that tokens can be healed. */
const PIECES = ["ab", "abc", "bc", "cab"];
export const bytes = tinyTokenizer();
export const tokenizer: Tokenizer = {
  ...bytes,
  bytesOf: (id) => (id >= 200 && id < 200 + PIECES.length ? Buffer.from(PIECES[id - 200]) : bytes.bytesOf(id)),
};
export const ALPHABET = [...Buffer.from("abc;\n"), ...PIECES.map((_, i) => 200 + i)];

/**
 * A language model without weights: the next token's logits depend on the last two and a little on all before, so that what was seen
 * before often comes again, but not always.
 */
export function repetitiveDecoder(seed: number, { capacity = 160 } = {}): Decoder & { runs: number[][] } {
  const runs: number[][] = [];
  return {
    config,
    capacity,
    device: "cpu",
    runtime: "none",
    runs,
    createCache: () => new LedgerCache(capacity),
    async run(cache, tokens, past, logitPositions, signal) {
      assert.ok(past + tokens.length <= capacity);
      runs.push([...tokens]);
      const ledger = ledgerOf(cache, past);
      if (signal?.aborted) throw new Cancelled();
      ledger.held.push(...tokens);
      const logits = new Float32Array(logitPositions.length * config.vocabSize).fill(-20);
      for (const [row, position] of logitPositions.entries()) {
        const held = ledger.held.slice(0, past + position + 1);
        const pair = createRandom(seed + 1000 * held[held.length - 1] + (held[held.length - 2] ?? 0));
        const all = createRandom(held.reduce((state, token) => Math.imul(state, 31) + token, seed));
        for (const token of ALPHABET) logits[row * config.vocabSize + token] = 4 * pair() + 1.5 * all();
        logits[row * config.vocabSize + END] = all() < 0.02 ? 6 : -3;
      }
      return logits;
    },
    dispose() {},
  };
}
