import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { guessSpeed, rememberedSpeed, rememberSpeed } from "../../../../finetune/job/machineSpeed.ts";
import { SMALL_CONFIG } from "../../../support/storedFolder.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-machine-speed-"));
after(() => rmSync(scratch, { recursive: true }));

const speed = { tokensPerSecond: 400, secondsPerAnswer: 0.8, peakRssBytes: 1.3e9 };

test("a speed is remembered for its model, beside those of others", () => {
  const cache = path.join(scratch, "cache");
  assert.equal(rememberedSpeed(cache, "a", "selective"), undefined);
  rememberSpeed(cache, "a", "selective", speed);
  rememberSpeed(cache, "b", "selective", { ...speed, tokensPerSecond: 100 });
  assert.deepEqual(rememberedSpeed(cache, "a", "selective"), speed);
  assert.equal(rememberedSpeed(cache, "b", "selective")?.tokensPerSecond, 100);
  assert.equal(rememberedSpeed(cache, "c", "selective"), undefined);
  assert.equal(rememberedSpeed(cache, "a", "recompute"), undefined, "which is slower, and takes less memory");
});

test("no speed is remembered of nonsense, and a damaged file or folder costs the memory only", () => {
  const cache = path.join(scratch, "other");
  rememberSpeed(cache, "a", "selective", { ...speed, tokensPerSecond: 0 });
  rememberSpeed(cache, "a", "selective", { ...speed, secondsPerAnswer: Number.NaN });
  assert.equal(rememberedSpeed(cache, "a", "selective"), undefined);
  mkdirSync(cache);
  writeFileSync(path.join(cache, "training-speed.json"), '{"a":{"tokensPerSecond":"fast"}}');
  assert.equal(rememberedSpeed(cache, "a", "selective"), undefined);
  rememberSpeed(path.join(cache, "training-speed.json"), "a", "selective", speed); // a file stands where the folder should be
});

test("without a memory the speed is guessed from the processor: a model with more weights is slower", async () => {
  const small = await guessSpeed(SMALL_CONFIG, "selective", 1);
  const large = await guessSpeed({ ...SMALL_CONFIG, layers: 2000 }, "selective", 1);
  assert.ok(Number.isFinite(small.tokensPerSecond) && large.tokensPerSecond > 0);
  assert.ok(
    small.tokensPerSecond > 10 * large.tokensPerSecond,
    `${small.tokensPerSecond} and ${large.tokensPerSecond}`,
  );
  assert.ok(large.secondsPerAnswer > 10 * small.secondsPerAnswer);
});
