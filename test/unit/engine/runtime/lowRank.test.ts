// Decoders that take an adapter's factors as inputs: as the merged model, with every guarantee of the plain decoder.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import type { Adapter } from "../../../../server/engine/adapters/adapter.ts";
import { withAdapter } from "../../../../server/engine/adapters/merge.ts";
import { type DeviceOptions, loadAdaptableDecoder, loadDecoder } from "../../../../server/engine/load/loadDecoder.ts";
import { FAMILIES } from "../../../../server/engine/models/config.ts";
import { openModel, type StoredModel } from "../../../../server/engine/models/modelStore.ts";
import type { AdaptableDecoder, Decoder, KvCache } from "../../../../server/engine/runtime/decoder.ts";
import { FAMILY_OPTIONS } from "../../../support/families.ts";
import { forward } from "../../../support/forward.ts";
import { lowRankAdapter } from "../../../support/lowRankAdapter.ts";
import { SMALL_CONFIG, writeSmallModel } from "../../../support/storedFolder.ts";
import { tinyModel } from "../../../support/tinyModel.ts";

const cacheDir = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-low-rank-"));
const opened: Decoder[] = [];
after(async () => {
  for (const decoder of opened) decoder.dispose();
  await fs.rm(cacheDir, { recursive: true });
});

const RUNTIMES = ["c-api", "binding"] as const;
const { vocabSize } = tinyModel().config;
const TOKENS = Array.from({ length: 60 }, (_, i) => (i * 37 + 5) % vocabSize);

/** Measured as if some channels were loud, so that the weights are smoothed. */
const model: StoredModel = {
  ...tinyModel(),
  weightsSha256: "tiny-measured",
  inputRms: (linear) =>
    Float32Array.from({ length: linear.endsWith("down_proj") ? 96 : 64 }, (_, i) => (i === 5 ? 20 : 1 + (i % 3))),
};

async function load(options: Partial<DeviceOptions> = {}): Promise<AdaptableDecoder> {
  const decoder = await loadAdaptableDecoder(model, { cacheDir, threads: 1, ...options });
  opened.push(decoder);
  return decoder;
}

async function loadPlain(of: StoredModel, options: Partial<DeviceOptions> = {}): Promise<Decoder> {
  const decoder = await loadDecoder(of, { cacheDir, threads: 1, ...options });
  opened.push(decoder);
  return decoder;
}

/** Logits of all of TOKENS, run in chunks of `size`. */
async function logits(decoder: Decoder, cache: KvCache = decoder.createCache(), size = TOKENS.length) {
  const all = new Float32Array(TOKENS.length * vocabSize);
  for (let past = 0; past < TOKENS.length; past += size) {
    const chunk = TOKENS.slice(past, past + size);
    all.set(await decoder.run(cache, chunk, past, [...chunk.keys()]), past * vocabSize);
  }
  return all;
}

const rootMeanSquare = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  assert.equal(a.length, b.length);
  return Math.sqrt(Array.from(a, (value, i) => (value - b[i]) ** 2).reduce((x, y) => x + y) / a.length);
};

const likeliest = (all: ArrayLike<number>) =>
  Array.from(TOKENS, (_, t) => {
    const row = Array.from({ length: vocabSize }, (_, id) => all[t * vocabSize + id]);
    return row.indexOf(Math.max(...row));
  });

const oracle = (adapter: Adapter) => forward(withAdapter(model, adapter), TOKENS).flatMap((row) => [...row]);

for (const family of FAMILIES) {
  test(`${family}: factors are the forward pass of W + alpha / r B A`, async () => {
    const base = { ...tinyModel(5, FAMILY_OPTIONS[family]), weightsSha256: `tiny-low-rank-${family}` };
    const adapter = lowRankAdapter(base, 8, 7);
    const decoder = await loadAdaptableDecoder(base, { cacheDir, threads: 1, form: "fp32" });
    opened.push(decoder);
    decoder.setAdapter(adapter);
    const found = await logits(decoder);
    const wanted = forward(withAdapter(base, adapter), TOKENS).flatMap((row) => [...row]);
    assert.ok(found.every((logit, i) => Math.abs(logit - wanted[i]) < 2e-3));
    assert.ok(
      rootMeanSquare(
        found,
        forward(base, TOKENS).flatMap((row) => [...row]),
      ) > 0.1,
    );
  });
}

for (const runtime of RUNTIMES) {
  for (const rank of [3, 8, 16]) {
    test(`fp32 over ${runtime}: factors of rank ${rank} are the forward pass of W + alpha / r B A`, async () => {
      const decoder = await load({ form: "fp32", runtime });
      assert.equal(decoder.runtime.split(" ")[0], runtime);
      const adapter = lowRankAdapter(model, rank, 7);
      decoder.setAdapter(adapter);
      const [found, wanted] = [await logits(decoder), oracle(adapter)];
      assert.ok(found.every((logit, i) => Math.abs(logit - wanted[i]) < 2e-3));
      decoder.setAdapter(undefined);
      assert.ok(rootMeanSquare(await logits(decoder), wanted) > 0.1);
    });
  }

  test(`row8 over ${runtime}: without factors the logits are the plain graph's, to the bit`, async () => {
    const [decoder, plain] = [await load({ runtime }), await loadPlain(model, { runtime })];
    assert.deepEqual(await logits(decoder), await logits(plain));
    decoder.setAdapter(lowRankAdapter(model, 8, 7));
    assert.notDeepEqual(await logits(decoder), await logits(plain));
    decoder.setAdapter({ rank: 8, alpha: 16, matrices: new Map() });
    assert.deepEqual(await logits(decoder), await logits(plain));
  });

  for (const threads of [1, 2, 4]) {
    test(`row8 over ${runtime}, ${threads} threads: chunked = whole, to the bit`, async () => {
      const decoder = await load({ runtime, threads });
      for (const rank of [3, 16]) {
        decoder.setAdapter(lowRankAdapter(model, rank, 7));
        const whole = await logits(decoder);
        for (const size of [2, 3, 5, 10, 20, 30])
          assert.deepEqual(await logits(decoder, undefined, size), whole, `${size}`);
      }
    });
  }

  test(`${runtime}: factors are exchanged for caches that are there and caches to come, and given back`, async () => {
    const decoder = await load({ runtime });
    const [one, other] = [
      lowRankAdapter(model, 8, 7),
      lowRankAdapter(model, 16, 8, (layer) => layer.includes("layers.1")),
    ];
    const early = decoder.createCache();
    const none = await logits(decoder, early);
    decoder.setAdapter(one);
    const first = await logits(decoder, early);
    assert.deepEqual(await logits(decoder), first);
    decoder.setAdapter(other);
    const second = await logits(decoder, early);
    for (const [a, b] of [
      [none, first],
      [first, second],
      [none, second],
    ])
      assert.ok(rootMeanSquare(a, b) > 0.1);
    decoder.setAdapter(one);
    assert.deepEqual(await logits(decoder, early), first);
    decoder.setAdapter(undefined);
    assert.deepEqual(await logits(decoder, early), none);
    assert.deepEqual(await logits(decoder), none);
  });

  test(`${runtime}: a copied cache goes on as the first does`, async () => {
    const decoder = await load({ runtime });
    decoder.setAdapter(lowRankAdapter(model, 8, 7));
    const [from, to] = [decoder.createCache(), decoder.createCache()];
    const whole = await logits(decoder, from);
    to.copyFrom(from, 40);
    const rest = await decoder.run(to, TOKENS.slice(40), 40, [...TOKENS.slice(40).keys()]);
    assert.deepEqual(rest.slice(), whole.slice(40 * vocabSize));
  });

  test(`${runtime}: factors cannot be exchanged in a run, nor for a graph that takes none; a refused change changes nothing`, async () => {
    const decoder = await load({ runtime });
    const adapter = lowRankAdapter(model, 8, 7);
    const running = decoder.run(decoder.createCache(), TOKENS, 0, [0]);
    assert.throws(() => decoder.setAdapter(adapter), /under way/);
    await running;
    decoder.setAdapter(adapter);
    const before = await logits(decoder);
    assert.throws(() => decoder.setAdapter(lowRankAdapter(model, 17, 7)), /ranks up to 16/);
    assert.deepEqual(await logits(decoder), before);
    const plain = (await loadPlain(model, { runtime })) as AdaptableDecoder;
    assert.throws(() => plain.setAdapter(adapter), /takes no factors/);
  });
}

test("a layer as wide as the embedded model's: chunked = whole, to the bit", async () => {
  const dir = path.join(cacheDir, "wide");
  await fs.mkdir(dir);
  writeSmallModel(dir, { ...SMALL_CONFIG, hiddenSize: 576, heads: 9, kvHeads: 3, headDim: 64, ffnSize: 1536 });
  const wide = await openModel(dir);
  const tokens = TOKENS.slice(0, 30).map((id) => id % wide.config.vocabSize);
  for (const threads of [1, 2, 4]) {
    const decoder = await loadAdaptableDecoder(wide, { cacheDir, threads });
    opened.push(decoder);
    const inChunks = async (size: number) => {
      const cache = decoder.createCache();
      const all: number[] = [];
      for (let past = 0; past < tokens.length; past += size) {
        const chunk = tokens.slice(past, past + size);
        all.push(...(await decoder.run(cache, chunk, past, [...chunk.keys()])));
      }
      return all;
    };
    const none = await inChunks(30);
    decoder.setAdapter(lowRankAdapter(wide, 16, 7));
    const whole = await inChunks(30);
    assert.ok(rootMeanSquare(none, whole) > 0.001);
    for (const size of [2, 3, 5, 10, 15]) assert.deepEqual(await inChunks(size), whole, `${threads} threads, ${size}`);
  }
});

test("row8: the C API and the stock binding give the same, to the bit", async () => {
  const decoders = [await load({ runtime: "c-api" }), await load({ runtime: "binding" })];
  for (const decoder of decoders) decoder.setAdapter(lowRankAdapter(model, 16, 7));
  const [a, b] = [await logits(decoders[0], undefined, 7), await logits(decoders[1], undefined, 7)];
  assert.deepEqual(a, b);
});

for (const rank of [8, 16]) {
  test(`row8, rank ${rank}: as near to the floats as the merged model is, and most of the likeliest tokens are theirs`, async () => {
    const adapter = lowRankAdapter(model, rank, 7);
    const decoder = await load();
    decoder.setAdapter(adapter);
    const [inputs, wanted] = [await logits(decoder), oracle(adapter)];
    const merged = await logits(await loadPlain(withAdapter(model, adapter)));
    const [error, mergedError] = [rootMeanSquare(inputs, wanted), rootMeanSquare(merged, wanted)];
    assert.ok(error < 1.5 * mergedError, `${error}, merged ${mergedError}`);
    decoder.setAdapter(undefined);
    assert.ok(rootMeanSquare(await logits(decoder), wanted) > 2 * error);
    const agreed = likeliest(inputs).filter((id, t) => id === likeliest(wanted)[t]).length;
    assert.ok(agreed >= 0.75 * TOKENS.length, `${agreed} of ${TOKENS.length}`);
  });
}
