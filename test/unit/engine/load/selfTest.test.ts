// The self-test of a device: what the processor says is accepted, near ties may turn, and every kind of wrong number is caught and named.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { goldenOf, tryCandidate } from "../../../../server/engine/load/deviceTrial.ts";
import { loadDecoder } from "../../../../server/engine/load/loadDecoder.ts";
import {
  makeGolden,
  POSITIONS,
  selfTest,
  selfTestPrompt,
  toleranceOf,
} from "../../../../server/engine/load/selfTest.ts";
import type { Decoder } from "../../../../server/engine/runtime/decoder.ts";
import { tinyModel } from "../../../support/tinyModel.ts";

const cacheDir = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-selftest-"));
const model = tinyModel();
const options = { cacheDir, threads: 1 };
const limits = { capacity: 256 };
const decoder = await loadDecoder(model, { ...options, form: "gpu8" }, limits);
after(async () => {
  decoder.dispose();
  await fs.rm(cacheDir, { recursive: true });
});
const golden = await makeGolden(decoder);

/** The decoder, with its logits changed: `many` tells a run of several tokens from one of a single one. */
function changed(change: (logits: Float32Array, many: boolean) => void): Decoder {
  return {
    config: decoder.config,
    capacity: decoder.capacity,
    device: "changed",
    runtime: "none",
    createCache: () => decoder.createCache(),
    async run(cache, tokens, past, positions, signal) {
      const logits = Float32Array.from(await decoder.run(cache, tokens, past, positions, signal));
      change(logits, tokens.length > 1);
      return logits;
    },
    dispose() {},
  };
}

const flip = (logits: Float32Array) => {
  for (let i = 0; i < logits.length; i++) logits[i] = -logits[i];
};

describe("self-test", () => {
  test("the prompt is of the model's own vocabulary, and comes round again", () => {
    for (const vocabSize of [2, 260, 49_152, 151_936]) {
      const tokens = selfTestPrompt({ vocabSize });
      assert.ok(tokens.every((id) => Number.isInteger(id) && id >= 0 && id < vocabSize));
      assert.deepEqual(tokens.slice(0, 16), tokens.slice(16, 32));
    }
    assert.equal(new Set(selfTestPrompt({ vocabSize: 260 })).size, 16);
  });

  test("golden tokens are decided often enough to tell something", () => {
    assert.deepEqual([golden.tokens.length, golden.logits.length], [POSITIONS, 64 * POSITIONS]);
    assert.ok(golden.margins.every((margin) => margin >= 0));
    assert.ok(golden.margins.filter((margin) => margin > toleranceOf("gpu16").nearTie).length >= POSITIONS / 4);
  });

  test("the processor passes", async () => {
    const same = await selfTest(decoder, golden, "gpu8");
    assert.ok(same.ok && same.compared > POSITIONS / 8);
  });

  test("rounding passes: logits that differ by less than is allowed, near ties that turn", async () => {
    for (const form of ["gpu8", "gpu16"] as const) {
      const amplitude = 2 * toleranceOf(form).spread; // their standard deviation is 3
      const rounded = changed((logits) => {
        for (let i = 0; i < logits.length; i++) logits[i] += i % 2 === 0 ? amplitude : -amplitude;
      });
      assert.equal((await selfTest(rounded, golden, form)).ok, true);
    }
    const turned = { ...golden, tokens: golden.tokens.with(3, 1), margins: golden.margins.with(3, 0.04) };
    assert.equal((await selfTest(decoder, turned, "gpu8")).ok, true);
  });

  test("weights that were rounded otherwise are told apart, though they mostly write the same", async () => {
    const floats = await loadDecoder(model, { ...options, form: "fp32" }, limits);
    const result = await selfTest(floats, golden, "gpu16");
    floats.dispose();
    assert.ok(!result.ok);
    assert.equal(result.reason, "wrongLogits");
    assert.match(result.detail, /the logits differ by \d\.\d % of their spread, as a whole/);
  });

  test("wrong numbers are caught, as a whole and token by token", async () => {
    const inWhole = await selfTest(changed(flip), golden, "gpu8");
    assert.ok(!inWhole.ok);
    assert.equal(inWhole.reason, "wrongTokens");
    assert.match(inWhole.detail, /of \d+ tokens are not the processor's, as a whole/);
    const inSingle = await selfTest(
      changed((logits, many) => many || flip(logits)),
      golden,
      "gpu8",
    );
    assert.ok(!inSingle.ok);
    assert.match(inSingle.detail, /token by token/);
  });

  test("one logit that is not a number is caught, wherever it is", async () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const result = await selfTest(
        changed((logits) => logits.fill(value, -1)),
        golden,
        "gpu8",
      );
      assert.ok(!result.ok);
      assert.equal(result.reason, "notANumber");
    }
  });
});

describe("golden tokens and trials", () => {
  test("are made once for a model, and again where the file is damaged", async () => {
    const other = { ...options, cacheDir: path.join(cacheDir, "golden") };
    const made = await goldenOf(model, other, limits);
    assert.deepEqual(made, golden);
    const [name] = (await fs.readdir(path.join(other.cacheDir, "devices"))).filter((file) => file.startsWith("golden"));
    const file = path.join(other.cacheDir, "devices", name);
    await fs.writeFile(file, JSON.stringify({ ...golden, tokens: golden.tokens.map(() => 1) }));
    assert.equal((await goldenOf(model, other, limits)).tokens[0], 1); // it was read
    for (const damaged of [
      "{",
      "[]",
      ...["margins", "logits"].map((part) => JSON.stringify({ ...golden, [part]: [] })),
    ]) {
      await fs.writeFile(file, damaged);
      assert.deepEqual(await goldenOf(model, other, limits), golden);
    }
  });

  test("the processor is measured; a device that is not there is a result", async () => {
    const onProcessor = await tryCandidate(model, { device: "cpu", form: "row8" }, options);
    assert.ok(onProcessor.works && onProcessor.prefillTokensPerSecond! > 0 && onProcessor.decodeTokensPerSecond! > 0);
    const missing = await tryCandidate(model, { device: "coreml", form: "gpu8" }, options);
    if (process.platform !== "darwin") assert.ok(!missing.works && missing.reason!.length > 0);
  });

  test("too little memory says nothing about a device: it is thrown", async () => {
    const little = { freeMemoryBytes: () => 1e6 };
    const trial = tryCandidate(model, { device: "webgpu", form: "gpu8" }, options, little);
    await assert.rejects(trial, { code: "memoryTooSmall" });
  });
});
