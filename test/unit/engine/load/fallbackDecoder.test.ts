// A device that disappears: the run is done again on the processor, with what the caches held, and nobody gets an error or other logits.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { Cancelled, memoryTooSmall, runtimeFailed } from "../../../../common/errors.ts";
import { createSession, generate } from "../../../../server/engine/generate/generate.ts";
import { withFallback } from "../../../../server/engine/load/fallbackDecoder.ts";
import { loadDecoder } from "../../../../server/engine/load/loadDecoder.ts";
import type { Decoder, KvCache } from "../../../../server/engine/runtime/decoder.ts";
import { tinyModel, tinyTokenizer } from "../../../support/tinyModel.ts";

const cacheDir = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-lost-"));
const model = tinyModel();
const CAPACITY = 400;
const load = () => loadDecoder(model, { cacheDir, threads: 1 }, { capacity: CAPACITY });
const opened: Decoder[] = [];
const oracle = await load();
after(async () => {
  for (const decoder of [oracle, ...opened]) decoder.dispose();
  await fs.rm(cacheDir, { recursive: true });
});

const tokensFrom = (seed: number, count: number) =>
  Array.from({ length: count }, (_, i) => (i * i + 37 * i + seed * 91) % model.config.vocabSize);

/** The processor under another name, that is lost at run number `lostAt`; from then on every run fails. */
async function losing(lostAt: number): Promise<Decoder & { disposals: number }> {
  const inner = await load();
  let runs = 0;
  const device: Decoder & { disposals: number } = {
    config: inner.config,
    capacity: inner.capacity,
    device: "webgpu",
    runtime: "a device",
    disposals: 0,
    createCache: () => inner.createCache(),
    async run(cache, tokens, past, positions, signal) {
      if (runs++ >= lostAt) throw runtimeFailed("the device was lost");
      return inner.run(cache, tokens, past, positions, signal);
    },
    dispose() {
      device.disposals++;
      inner.dispose();
    },
  };
  return device;
}

async function opening(lostAt: number) {
  const device = await losing(lostAt);
  const reasons: string[] = [];
  const decoder = withFallback(device, { load, onFallback: (reason) => reasons.push(reason) });
  opened.push(decoder);
  return { device, decoder, reasons };
}

const last = async (decoder: Decoder, cache: KvCache, tokens: readonly number[], past = 0) =>
  Float32Array.from(await decoder.run(cache, tokens, past, [tokens.length - 1]));

describe("a device that disappears", () => {
  test("before, the device serves; after, the processor, and it says so", async () => {
    const { device, decoder, reasons } = await opening(1);
    assert.deepEqual([decoder.device, decoder.runtime, decoder.fallbackReason], ["webgpu", "a device", undefined]);
    const cache = decoder.createCache();
    await last(decoder, cache, tokensFrom(1, 10));
    await last(decoder, cache, tokensFrom(2, 10), 10);
    assert.equal(decoder.device, "cpu");
    assert.match(decoder.runtime, /^c-api/);
    assert.match(decoder.fallbackReason!, /^webgpu failed in a run \(.*the device was lost/);
    assert.deepEqual(reasons, [decoder.fallbackReason]);
    assert.equal(device.disposals, 1);
  });

  for (const lostAt of [0, 1, 2, 3, 5]) {
    test(`at run ${lostAt}: the logits are those of a processor that did everything`, async () => {
      const { decoder } = await opening(lostAt);
      const runAll = async (of: Decoder) => {
        const [a, b] = [of.createCache(), of.createCache()];
        const found = [await last(of, a, tokensFrom(1, 200))];
        b.copyFrom(a, 150);
        found.push(await last(of, b, tokensFrom(2, 30), 150));
        found.push(await last(of, a, tokensFrom(3, 5), 100)); // rewound
        found.push(await last(of, a, tokensFrom(4, 2), 105));
        a.copyFrom(b, 180);
        found.push(await last(of, a, tokensFrom(5, 3), 180));
        found.push(await last(of, b, tokensFrom(5, 3), 180));
        a.dispose();
        b.dispose();
        return found;
      };
      assert.deepEqual(await runAll(decoder), await runAll(oracle));
    });
  }

  test("a whole generation is not lost, and writes the same", async () => {
    const { decoder } = await opening(4);
    const request = { promptTokens: tokensFrom(7, 140), maxTokens: 30, sampling: { temperature: 0 }, stop: [] };
    const write = (of: Decoder) =>
      generate(createSession(of, tinyTokenizer()), request, () => {}, new AbortController().signal);
    const { tokens } = await write(oracle);
    assert.deepEqual((await write(decoder)).tokens, tokens);
    assert.equal(decoder.device, "cpu");
  });

  test("a run that is cancelled is no failure, nor is a caller's mistake", async () => {
    const { decoder, reasons } = await opening(9);
    const cache = decoder.createCache();
    await assert.rejects(decoder.run(cache, [1], 0, [0], AbortSignal.abort()), Cancelled);
    await assert.rejects(decoder.run(cache, [-1], 0, [0]), RangeError);
    await assert.rejects(decoder.run(oracle.createCache(), [1], 0, [0]), /of another decoder/);
    assert.equal(decoder.device, "webgpu");
    assert.deepEqual(reasons, []);
  });

  test("where the processor cannot take over, its reason is the error, and it is tried again", async () => {
    const device = await losing(0);
    let tries = 0;
    const decoder = withFallback(device, {
      load: async () => (tries++ === 0 ? Promise.reject(memoryTooSmall("tiny", 2e9, 1e9)) : load()),
      onFallback: () => {},
    });
    opened.push(decoder);
    const cache = decoder.createCache();
    await assert.rejects(decoder.run(cache, [1, 2], 0, [1]), { code: "memoryTooSmall" });
    assert.deepEqual(await last(decoder, cache, [1, 2]), await last(oracle, oracle.createCache(), [1, 2]));
  });

  test("one run at a time; disposed in a run, it ends it first", async () => {
    const { decoder, device } = await opening(9);
    const cache = decoder.createCache();
    const running = last(decoder, cache, tokensFrom(1, 20));
    await assert.rejects(last(decoder, cache, [1]), /under way/);
    cache.dispose();
    decoder.dispose();
    assert.equal((await running).length, model.config.vocabSize);
    assert.equal(device.disposals, 1);
    assert.throws(() => decoder.createCache(), /not loaded any more/);
  });
});
