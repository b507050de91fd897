// What a bench of keystrokes sums up, and the runs of the decoder that it counts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { countRuns, type Keystroke, summary } from "../../../../lab/bench/support/keystrokes.ts";
import { scriptedDecoder } from "../../engine/generate/scriptedDecoder.ts";

const keystroke = (generated: number, runs?: number): Keystroke => ({
  totalMs: 10 * generated,
  firstTokenMs: 5,
  cachedShare: 0.5,
  generated,
  ...(runs !== undefined && { runs }),
});

test("tokens and runs of a key: mean and median; runs where all of them were counted", () => {
  const { generatedTokens, decoderRuns, p50Ms } = summary([keystroke(16, 9), keystroke(16, 16), keystroke(4, 2)]);
  assert.deepEqual(
    [generatedTokens, decoderRuns],
    [
      { mean: 12, median: 16 },
      { mean: 9, median: 9 },
    ],
  );
  assert.equal(p50Ms, 160);
  assert.equal(summary([keystroke(16, 9), keystroke(16)]).decoderRuns, undefined);
});

test("runs are counted from the call on, and give what they gave before", async () => {
  const decoder = scriptedDecoder(() => 7);
  const cache = decoder.createCache();
  await decoder.run(cache, [1, 2], 0, [1]);
  const runs = countRuns(decoder);
  const logits = await decoder.run(cache, [3], 2, [0]);
  assert.deepEqual([runs(), decoder.runs.length, logits[7]], [1, 2, 20]);
});
