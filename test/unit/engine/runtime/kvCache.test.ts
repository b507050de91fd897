// KV caches as values: copies, independence, memory, and what happens to them in a run; the C API under garbage collection.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import v8 from "node:v8";
import vm from "node:vm";
import { Cancelled, UserError } from "../../../../common/errors.ts";
import { computeForm } from "../../../../server/engine/graph/computeForm.ts";
import { loadDecoder } from "../../../../server/engine/load/loadDecoder.ts";
import type { ModelConfig } from "../../../../server/engine/models/config.ts";
import { loadCApi, OnnxRuntimeError } from "../../../../server/engine/runtime/cApi.ts";
import type { Decoder, KvCache } from "../../../../server/engine/runtime/decoder.ts";
import { KvBuffers } from "../../../../server/engine/runtime/kvBuffers.ts";
import { tinyModel } from "../../../support/tinyModel.ts";

const cacheDir = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-kv-"));
const opened: Decoder[] = [];
after(async () => {
  for (const decoder of opened) decoder.dispose();
  await fs.rm(cacheDir, { recursive: true });
});

v8.setFlagsFromString("--expose-gc");
const collectGarbage = vm.runInNewContext("gc") as () => void;

const model = tinyModel();
const { vocabSize } = model.config;
const CAPACITY = 256;
const tokensFrom = (seed: number, count: number) =>
  Array.from({ length: count }, (_, i) => (i * i + 37 * i + seed * 91) % vocabSize);
const TOKENS = tokensFrom(0, 60);

async function load(runtime: "c-api" | "binding", form: "row8" | "fp32" = "row8"): Promise<Decoder> {
  const decoder = await loadDecoder(model, { cacheDir, threads: 1, runtime, form }, { capacity: CAPACITY });
  opened.push(decoder);
  return decoder;
}

/** The logits after the last token, a copy. */
async function run(decoder: Decoder, cache: KvCache, tokens: readonly number[], past = 0): Promise<Float32Array> {
  return Float32Array.from(await decoder.run(cache, tokens, past, [tokens.length - 1]));
}

for (const runtime of ["c-api", "binding"] as const) {
  for (const form of ["row8", "fp32"] as const) {
    test(`${form} over ${runtime}: copied = fresh, to the bit`, async () => {
      const decoder = await load(runtime, form);
      const [fresh, source, copy] = [decoder.createCache(), decoder.createCache(), decoder.createCache()];
      await run(decoder, fresh, TOKENS.slice(0, 40));
      const wanted = await run(decoder, fresh, TOKENS.slice(40), 40);

      await run(decoder, source, TOKENS.slice(0, 40));
      await run(decoder, source, tokensFrom(3, 50), 40); // another end
      await run(decoder, copy, tokensFrom(4, 90)); // other things before
      copy.copyFrom(source, 40);
      assert.deepEqual(await run(decoder, copy, TOKENS.slice(40), 40), wanted);
      await run(decoder, source, tokensFrom(5, 60)); // a copy does not follow its source
      assert.deepEqual(await run(decoder, copy, TOKENS.slice(40), 40), wanted);
    });

    test(`${form} over ${runtime}: caches that are run in turn are each as if alone`, async () => {
      const decoder = await load(runtime, form);
      const sequences = [1, 2, 3].map((seed) => tokensFrom(seed, 30));
      const steps = async (cache: KvCache, tokens: number[], onStep: (logits: Float32Array) => void) => {
        for (let past = 0; past < tokens.length; past += past === 0 ? 20 : 1) {
          onStep(await run(decoder, cache, tokens.slice(past, past === 0 ? 20 : past + 1), past));
        }
      };
      const alone: Float32Array[][] = [];
      for (const tokens of sequences) {
        const found: Float32Array[] = [];
        await steps(decoder.createCache(), tokens, (logits) => found.push(logits));
        alone.push(found);
      }
      const caches = sequences.map(() => decoder.createCache());
      for (let step = 0; step < alone[0].length; step++) {
        for (const [i, tokens] of sequences.entries()) {
          const [past, end] = step === 0 ? [0, 20] : [19 + step, 20 + step];
          assert.deepEqual(await run(decoder, caches[i], tokens.slice(past, end), past), alone[i][step]);
        }
      }
    });
  }

  test(`${runtime}: runs of other shapes, and of several logits, do not disturb another cache's bindings`, async () => {
    const decoder = await load(runtime);
    const [a, b] = [decoder.createCache(), decoder.createCache()];
    const wanted = await run(decoder, a, TOKENS);
    for (const asked of [1, 9, 40, 2]) {
      const all = Float32Array.from(await decoder.run(b, TOKENS, 0, [...TOKENS.keys()].slice(-asked)));
      assert.deepEqual(all.subarray(-vocabSize), wanted);
      assert.deepEqual(await run(decoder, a, TOKENS), wanted);
    }
  });

  test(`${runtime}: what cannot be done with a cache is refused`, async () => {
    const [decoder, other] = [await load(runtime), await load(runtime)];
    const [a, b, foreign] = [decoder.createCache(), decoder.createCache(), other.createCache()];
    await assert.rejects(decoder.run(foreign, TOKENS, 0, []), /another decoder|other decoder/);
    assert.throws(() => a.copyFrom(foreign, 1), /other decoder/);
    for (const length of [-1, 0.5, CAPACITY + 1]) assert.throws(() => a.copyFrom(b, length), RangeError);
    b.dispose();
    b.dispose();
    await assert.rejects(decoder.run(b, TOKENS, 0, []), /disposed/);
    assert.throws(() => a.copyFrom(b, 1), /disposed/);
    assert.throws(() => b.copyFrom(a, 1), /disposed/);
    decoder.dispose();
    decoder.dispose();
    await assert.rejects(decoder.run(a, TOKENS, 0, []), UserError);
    assert.throws(() => decoder.createCache(), UserError);
    a.dispose();
  });

  test(`${runtime}: in a run, a cache may be copied from and disposed, not copied into`, async () => {
    const decoder = await load(runtime);
    const [source, copy] = [decoder.createCache(), decoder.createCache()];
    await run(decoder, source, TOKENS.slice(0, 40));
    const wanted = await run(decoder, source, TOKENS.slice(40), 40);
    const running = run(decoder, source, TOKENS.slice(40), 40);
    copy.copyFrom(source, 40);
    assert.throws(() => source.copyFrom(copy, 40), /in a run/);
    source.dispose();
    assert.deepEqual(await running, wanted);
    await assert.rejects(decoder.run(source, TOKENS, 0, []), /disposed/);
    assert.deepEqual(await run(decoder, copy, TOKENS.slice(40), 40), wanted);
  });

  test(`${runtime}: a decoder that is disposed in a run of one cache ends that run first`, async () => {
    const decoder = await load(runtime);
    const [a, b] = [decoder.createCache(), decoder.createCache()];
    const wanted = await run(decoder, b, TOKENS);
    await run(decoder, a, TOKENS);
    const running = run(decoder, b, TOKENS);
    decoder.dispose();
    assert.deepEqual(await running, wanted);
  });
}

const onLinux = { skip: process.platform !== "linux" && "resident memory is measured on Linux" };

test("a cache takes memory as it is written, and gives it back when it is disposed", onLinux, () => {
  const config: ModelConfig = { ...model.config, layers: 32, kvHeads: 4, headDim: 64 };
  const residentBytes = () => process.memoryUsage.rss();
  const before = residentBytes();
  const buffers = new KvBuffers(config, 2048); // 134 MB
  const half = 4 * 2048 * 64;
  const megabytes = (bytes: number) => Math.round((bytes - before) / 2 ** 20);
  assert.ok(megabytes(residentBytes()) < 16, `${megabytes(residentBytes())} MB while empty`);
  for (let layer = 0; layer < config.layers; layer++) {
    assert.deepEqual([buffers.keys(layer).length, buffers.values(layer).length], [half, half]);
    for (const part of [buffers.keys(layer), buffers.values(layer)]) {
      for (let head = 0; head < 4; head++) part.fill(1, head * 2048 * 64, (head * 2048 + 512) * 64); // a quarter
    }
  }
  const quarter = megabytes(residentBytes());
  assert.ok(quarter > 24 && quarter < 56, `${quarter} MB with a quarter of 128`);
  buffers.free();
  assert.ok(megabytes(residentBytes()) < 16, `${megabytes(residentBytes())} MB afterwards`);
});

/** Small arrays that come and go, and take the place of what was freed. */
function makeGarbage(): number {
  const garbage = Array.from({ length: 200 }, (_, i) => new Float32Array(1 + (i % 40)).fill(7));
  const large = Array.from({ length: 4 }, () => new Float32Array(new ArrayBuffer(1 << 18)).fill(7));
  return garbage.length + large.length;
}

test("the C API under garbage collection: many caches, copies, cancels and disposals give the same to the bit", async () => {
  const decoder = await load("c-api");
  const prefix = tokensFrom(8, 48);
  const ends = [1, 2, 3].map((seed) => tokensFrom(seed, 16));
  const wanted: Float32Array[] = [];
  for (const end of ends) {
    const cache = decoder.createCache();
    await run(decoder, cache, prefix);
    wanted.push(await run(decoder, cache, end, prefix.length));
    cache.dispose();
  }
  /** Collects while a run is under way on another thread. */
  const meanwhile = async <T>(running: Promise<T>): Promise<T> => {
    makeGarbage();
    collectGarbage();
    return running;
  };
  let source = decoder.createCache();
  await run(decoder, source, prefix);
  for (let round = 0; round < 60; round++) {
    const which = round % ends.length;
    const copy = decoder.createCache();
    copy.copyFrom(source, prefix.length);
    assert.deepEqual(await meanwhile(run(decoder, copy, ends[which], prefix.length)), wanted[which], `round ${round}`);

    const controller = new AbortController();
    const cancelled = decoder.run(copy, tokensFrom(round, 150), prefix.length, [], controller.signal);
    if (round % 2 === 0) controller.abort();
    else setImmediate(() => controller.abort());
    await meanwhile(cancelled.catch((error) => assert.ok(error instanceof Cancelled)));
    assert.deepEqual(await meanwhile(run(decoder, copy, ends[which], prefix.length)), wanted[which], `round ${round}`);

    const last = run(decoder, source, ends[which], prefix.length);
    source.dispose(); // in its run
    assert.deepEqual(await meanwhile(last), wanted[which], `round ${round}`);
    source = copy;
    collectGarbage();
  }
  source.dispose();
});

test("sessions of the C API come and go under garbage collection", async () => {
  const wanted = await (async () => {
    const decoder = await load("c-api");
    return run(decoder, decoder.createCache(), TOKENS);
  })();
  for (let round = 0; round < 12; round++) {
    const decoder = await loadDecoder(
      model,
      { cacheDir, threads: 1 + (round % 2), runtime: "c-api" },
      { capacity: CAPACITY },
    );
    const caches = [decoder.createCache(), decoder.createCache()];
    for (const cache of caches) assert.deepEqual(await run(decoder, cache, TOKENS), wanted);
    const last = run(decoder, caches[round % 2], TOKENS);
    decoder.dispose();
    collectGarbage();
    assert.deepEqual(await last, wanted);
    makeGarbage();
    collectGarbage();
  }
});

test("a binding of the C API that is free, of another session or in a run is refused", async () => {
  const api = await loadCApi();
  const { graphPath } = await computeForm(model, { cacheDir });
  const [one, other] = [
    await api.createSession(graphPath, { threads: 1, exactBytes: false }),
    await api.createSession(graphPath, { threads: 1, exactBytes: false }),
  ];
  const binding = one.createBinding();
  await assert.rejects(other.run(binding), /another session/);
  await assert.rejects(one.run(binding), OnnxRuntimeError); // nothing is bound
  assert.equal(one.running, false);
  let freed = 0;
  one.freeBinding(binding, () => freed++);
  assert.equal(freed, 1);
  assert.throws(() => one.freeBinding(binding), /free already/);
  assert.throws(() => one.bindInput(binding, "x", new Float32Array(64), [64]), /free already/);
  await assert.rejects(one.run(binding), /free already/);
  for (const session of [one, other]) session.dispose();
  assert.throws(() => one.createBinding(), /disposed/);
});
