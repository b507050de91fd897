import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { guessTokensPerSecond, rememberedSpeed, rememberSpeed } from "../../../../finetune/job/machineSpeed.ts";
import { SMALL_CONFIG } from "../../../support/storedFolder.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-machine-speed-"));
after(() => rmSync(scratch, { recursive: true }));

const speed = { tokensPerSecond: 400, secondsPerAnswer: 0.8, peakRssBytes: 1.3e9 };

test("a speed is remembered for its model, beside those of others", () => {
  const cache = path.join(scratch, "cache");
  assert.equal(rememberedSpeed(cache, "a"), undefined);
  rememberSpeed(cache, "a", speed);
  rememberSpeed(cache, "b", { ...speed, tokensPerSecond: 100 });
  assert.deepEqual(rememberedSpeed(cache, "a"), speed);
  assert.equal(rememberedSpeed(cache, "b")?.tokensPerSecond, 100);
  assert.equal(rememberedSpeed(cache, "c"), undefined);
});

test("no speed is remembered of nonsense, and a damaged file or folder costs the memory only", () => {
  const cache = path.join(scratch, "other");
  rememberSpeed(cache, "a", { ...speed, tokensPerSecond: 0 });
  rememberSpeed(cache, "a", { ...speed, secondsPerAnswer: Number.NaN });
  assert.equal(rememberedSpeed(cache, "a"), undefined);
  mkdirSync(cache);
  writeFileSync(path.join(cache, "training-speed.json"), '{"a":{"tokensPerSecond":"fast"}}');
  assert.equal(rememberedSpeed(cache, "a"), undefined);
  rememberSpeed(path.join(cache, "training-speed.json"), "a", speed); // a file stands where the folder should be
});

test("without a memory the speed is guessed from the processor: a model with more weights is slower", async () => {
  const small = await guessTokensPerSecond(SMALL_CONFIG, 1);
  const large = await guessTokensPerSecond({ ...SMALL_CONFIG, layers: 2000 }, 1);
  assert.ok(Number.isFinite(small) && large > 0 && small > 10 * large, `${small} and ${large}`);
});
