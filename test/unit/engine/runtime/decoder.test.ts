import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Cancelled } from "../../../../common/errors.ts";
import { quantiseBlocks, quantiseChannels } from "../../../../server/engine/graph/quantise.ts";
import { rotated } from "../../../../server/engine/graph/rotation.ts";
import { type DeviceOptions, type Limits, loadDecoder } from "../../../../server/engine/load/loadDecoder.ts";
import { FAMILIES } from "../../../../server/engine/models/config.ts";
import type { Decoder, KvCache } from "../../../../server/engine/runtime/decoder.ts";
import { FAMILY_OPTIONS } from "../../../support/families.ts";
import { forward } from "../../../support/forward.ts";
import { tinyModel } from "../../../support/tinyModel.ts";

const cacheDir = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-decoder-"));
const opened: Decoder[] = [];
after(async () => {
  for (const decoder of opened) decoder.dispose();
  await fs.rm(cacheDir, { recursive: true });
});

const model = tinyModel();
const { vocabSize } = model.config;
const TOKENS = Array.from({ length: 60 }, (_, i) => (i * 37 + 5) % vocabSize);
const LAST = [TOKENS.length - 1];

async function load(device: Partial<DeviceOptions> = {}, of = model, limits: Limits = {}): Promise<Decoder> {
  const decoder = await loadDecoder(of, { cacheDir, threads: 1, ...device }, limits);
  opened.push(decoder);
  return decoder;
}

/** Each decoder's one cache, for what is about one. */
const caches = new WeakMap<Decoder, KvCache>();
function cacheOf(decoder: Decoder): KvCache {
  const cache = caches.get(decoder) ?? decoder.createCache();
  caches.set(decoder, cache);
  return cache;
}

/** A copy: the decoder's own array is good until its next run. */
const run = async (
  decoder: Decoder,
  tokens: number[],
  past: number,
  positions: number[],
  cache: KvCache = cacheOf(decoder),
) => Float32Array.from(await decoder.run(cache, tokens, past, positions));

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  assert.equal(a.length, b.length);
  return Array.from(a, (value, i) => Math.abs(value - b[i])).reduce((x, y) => Math.max(x, y), 0);
};

/** Two ways to the same logits differ by rounding; in row8, a rounded activation near the middle of two steps may fall to either side. */
const TOLERANCE = { fp32: 1e-3, row8: 0.2 };

const indexOfLargest = (values: Float32Array) => values.indexOf(Math.max(...values));

/**
 * As the row8 form multiplies: activations rounded to 127 steps of the largest magnitude of their row, in the head of their block. But for
 * those of the head and of what attention puts out both sides are rotated before.
 */
function multiplyRow8(given: Float32Array, input: Float64Array, name: string): Float64Array {
  const inBlocks = name === "lm_head";
  const isRotated = !inBlocks && name !== "self_attn.o_proj";
  const [weights, x] = isRotated ? [rotatedOnce(given), rotate(input)] : [given, input];
  const rounded = roundTo127(x, inBlocks ? 32 : x.length);
  const rows = weights.length / x.length;
  const { weights: q, scales } = inBlocks ? quantiseBlocks([weights]) : quantiseChannels([weights], x.length);
  return Float64Array.from({ length: rows }, (_, row) => {
    let total = 0;
    for (let col = 0; col < x.length; col++) {
      const i = row * x.length + col;
      total += rounded[col] * (inBlocks ? (q[i] - 128) * scales[i >> 5] : q[col * rows + row] * scales[row]);
    }
    return total;
  });
}

const rotatedWeights = new WeakMap<Float32Array, Float32Array>();

/** The forward pass multiplies by the same weights for each token. In floats: a weight near the middle of two steps must fall to the same side. */
function rotatedOnce(weights: Float32Array): Float32Array {
  const found = rotatedWeights.get(weights) ?? rotated(weights);
  rotatedWeights.set(weights, found);
  return found;
}

/** Each 32 neighbours times the Hadamard matrix / √32: its element (i, j) is -1 where i and j share an odd number of bits. */
function rotate(values: Float32Array | Float64Array): Float64Array {
  return Float64Array.from(values, (_, at) => {
    const [start, j] = [at - (at % 32), at % 32];
    let total = 0;
    for (let i = 0; i < 32; i++) total += (bitsOf(i & j) % 2 === 0 ? 1 : -1) * values[start + i];
    return total / Math.sqrt(32);
  });
}

const bitsOf = (value: number): number => value.toString(2).replaceAll("0", "").length;

function roundTo127(x: Float64Array, blockSize: number): Float64Array {
  return x.map((value, i) => {
    const start = i - (i % blockSize);
    const magnitude = x.subarray(start, start + blockSize).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    return (Math.round((value / magnitude) * 127) * magnitude) / 127;
  });
}

for (const seed of [1, 2]) {
  test(`the fp32 graph is the plain forward pass (seed ${seed})`, async () => {
    const decoder = await load({ form: "fp32" }, tinyModel(seed));
    const logits = await run(decoder, TOKENS, 0, [...TOKENS.keys()]);
    const wanted = forward(tinyModel(seed), TOKENS).flatMap((row) => [...row]);
    assert.ok(largestDifference(logits, wanted) < 1e-3);
  });

  test(`the row8 graph is the forward pass in its own arithmetic (seed ${seed})`, async () => {
    const decoder = await load({ form: "row8" }, tinyModel(seed));
    const logits = await run(decoder, TOKENS, 0, [...TOKENS.keys()]);
    const oracle = forward(tinyModel(seed), TOKENS, multiplyRow8);
    const errors = oracle.map((row, t) => largestDifference(row, logits.subarray(t * vocabSize, (t + 1) * vocabSize)));
    // A value near the middle of two steps may fall to either side.
    assert.ok(Math.max(...errors) < 0.2, `${Math.max(...errors)}`);
    assert.ok(errors.toSorted((a, b) => a - b)[errors.length >> 1] < 1e-4, `${errors}`);
  });
}

for (const family of FAMILIES) {
  const ofFamily = { ...tinyModel(4, FAMILY_OPTIONS[family]), weightsSha256: `tiny-${family}` };

  test(`${family}: the fp32 graph is the plain forward pass`, async () => {
    const logits = await run(await load({ form: "fp32" }, ofFamily), TOKENS, 0, [...TOKENS.keys()]);
    const wanted = forward(ofFamily, TOKENS).flatMap((row) => [...row]);
    assert.ok(largestDifference(logits, wanted) < 1e-3, `${largestDifference(logits, wanted)}`);
  });

  test(`${family}: the row8 graph is the forward pass in its own arithmetic; chunked = whole`, async () => {
    const decoder = await load({ form: "row8" }, ofFamily);
    const logits = await run(decoder, TOKENS, 0, [...TOKENS.keys()]);
    const errors = forward(ofFamily, TOKENS, multiplyRow8).map((row, t) =>
      largestDifference(row, logits.subarray(t * vocabSize, (t + 1) * vocabSize)),
    );
    assert.ok(errors.toSorted((a, b) => a - b)[errors.length >> 1] < 1e-4, `${errors}`);
    const first = await run(decoder, TOKENS.slice(0, 41), 0, [40]);
    const rest = await run(decoder, TOKENS.slice(41), 41, [TOKENS.length - 42]);
    assert.ok(largestDifference(first, logits.subarray(40 * vocabSize, 41 * vocabSize)) < TOLERANCE.row8);
    assert.ok(largestDifference(rest, logits.subarray(-vocabSize)) < TOLERANCE.row8);
  });

  test(`${family}: rewound = fresh, copied = fresh, C API = stock binding`, async () => {
    const ofFamily = { ...tinyModel(4, FAMILY_OPTIONS[family]), weightsSha256: `tiny-${family}` };
    const [decoder, binding] = [await load({}, ofFamily), await load({ runtime: "binding" }, ofFamily)];
    const [rewound, copy] = [decoder.createCache(), decoder.createCache()];
    const fresh = await run(decoder, TOKENS, 0, LAST, decoder.createCache());
    await run(decoder, [...TOKENS.slice(0, 30), ...TOKENS.toReversed().slice(0, 20)], 0, [0], rewound);
    copy.copyFrom(rewound, 30);
    const rest = TOKENS.slice(30);
    for (const cache of [rewound, copy])
      assert.ok(largestDifference(fresh, await run(decoder, rest, 30, [rest.length - 1], cache)) < TOLERANCE.row8);
    assert.ok(largestDifference(fresh, await run(binding, TOKENS, 0, LAST)) < TOLERANCE.row8);
  });
}

test("row8 agrees with fp32 on the likeliest token almost always", async () => {
  const logits = await run(await load({ form: "row8" }), TOKENS, 0, [...TOKENS.keys()]);
  const agreed = forward(model, TOKENS).filter((row, t) => {
    return indexOfLargest(row) === indexOfLargest(logits.subarray(t * vocabSize, (t + 1) * vocabSize));
  });
  assert.ok(agreed.length >= TOKENS.length * 0.85, `${agreed.length} of ${TOKENS.length}`);
});

test("a token whose embedding is zero makes no trouble", async () => {
  const zeroed = tinyModel(3);
  const { q } = zeroed.blocks("model.embed_tokens.weight");
  q.fill(0, 7 * model.config.hiddenSize, 8 * model.config.hiddenSize);
  const decoder = await load({}, { ...zeroed, weightsSha256: "zeroed" });
  const logits = await run(decoder, [7, 7, 3], 0, [0, 2]);
  assert.ok(logits.every(Number.isFinite));
});

for (const form of ["row8", "fp32"] as const) {
  for (const runtime of ["c-api", "binding"] as const) {
    test(`${form} over ${runtime}: chunked = whole, single steps = whole`, async () => {
      const decoder = await load({ form, runtime });
      assert.equal(decoder.runtime.split(" ")[0], runtime);
      const whole = await run(decoder, TOKENS, 0, LAST);
      for (const size of [1, 7, 32]) {
        let chunked = whole;
        for (let past = 0; past < TOKENS.length; past += size) {
          const chunk = TOKENS.slice(past, past + size);
          chunked = await run(decoder, chunk, past, [chunk.length - 1]);
        }
        assert.ok(
          largestDifference(whole, chunked) < TOLERANCE[form],
          `chunks of ${size}: ${largestDifference(whole, chunked)}`,
        );
      }
    });

    test(`${form} over ${runtime}: rewound = fresh`, async () => {
      const fresh = await run(await load({ form, runtime }), TOKENS, 0, LAST);
      const decoder = await load({ form, runtime });
      await run(decoder, TOKENS, 0, LAST);
      await run(decoder, TOKENS.toReversed(), 20, LAST); // other tokens over and beyond the same positions
      const rewound = await run(decoder, TOKENS.slice(20), 20, [TOKENS.length - 21]);
      assert.ok(largestDifference(fresh, rewound) < TOLERANCE[form]);
    });
  }

  test(`${form}: the C API and the stock binding give the same`, async () => {
    const [a, b] = [await load({ form, runtime: "c-api" }), await load({ form, runtime: "binding" })];
    let token = TOKENS[0];
    for (let past = 0; past < 40; past++) {
      const [x, y] = [await run(a, [token], past, [0]), await run(b, [token], past, [0])];
      assert.ok(largestDifference(x, y) < TOLERANCE[form]);
      token = indexOfLargest(x);
    }
  });
}

for (const runtime of ["c-api", "binding"] as const) {
  test(`${runtime}: a cancelled run leaves what is below its start, and the run after it is whole`, async () => {
    const decoder = await load({ runtime });
    const fresh = await run(decoder, TOKENS, 0, LAST);
    await run(decoder, TOKENS.slice(0, 20), 0, []);
    const controller = new AbortController();
    const cancelled = decoder.run(cacheOf(decoder), TOKENS.slice(20).toReversed(), 20, [39], controller.signal);
    controller.abort();
    await assert.rejects(cancelled, Cancelled);
    const after = await run(decoder, TOKENS.slice(20), 20, [39]);
    assert.ok(largestDifference(fresh, after) < TOLERANCE.row8);
  });

  test(`${runtime}: a signal that fired before stops the run before it begins`, async () => {
    const decoder = await load({ runtime });
    await assert.rejects(decoder.run(cacheOf(decoder), TOKENS, 0, LAST, AbortSignal.abort()), Cancelled);
  });

  test(`${runtime}: one run at a time`, async () => {
    const decoder = await load({ runtime });
    const first = decoder.run(cacheOf(decoder), TOKENS, 0, LAST);
    await assert.rejects(decoder.run(cacheOf(decoder), TOKENS, 0, LAST), /under way/);
    assert.equal((await first).length, vocabSize);
  });

  test(`${runtime}: runs that do not fit are refused before they reach the runtime`, async () => {
    const decoder = await load({ runtime }, model, { capacity: 64 });
    assert.equal(decoder.capacity, 64);
    for (const [tokens, past, positions] of [
      [[], 0, []],
      [TOKENS, 5, LAST],
      [[1], 64, [0]],
      [[1], -1, [0]],
      [[vocabSize], 0, [0]],
      [[-1], 0, [0]],
      [[1], 0, [1]],
      [[1], 0, [0, 0]],
    ] as [number[], number, number[]][]) {
      await assert.rejects(decoder.run(cacheOf(decoder), tokens, past, positions), RangeError);
    }
    assert.equal((await decoder.run(cacheOf(decoder), [1], 63, [])).length, 0);
  });

  test(`${runtime}: several positions at once, and none`, async () => {
    const decoder = await load({ runtime });
    const all = await run(decoder, TOKENS, 0, [...TOKENS.keys()]);
    const some = await run(decoder, TOKENS, 0, [59, 3]);
    assert.ok(largestDifference(some.subarray(0, vocabSize), all.subarray(59 * vocabSize)) < TOLERANCE.row8);
    assert.ok(largestDifference(some.subarray(vocabSize), all.subarray(3 * vocabSize, 4 * vocabSize)) < TOLERANCE.row8);
  });
}

test("a decoder that is disposed in a run finishes the run first", async () => {
  const decoder = await load({ runtime: "c-api" });
  const running = decoder.run(cacheOf(decoder), TOKENS, 0, LAST);
  decoder.dispose();
  assert.equal((await running).length, vocabSize);
  await assert.rejects(decoder.run(cacheOf(decoder), TOKENS, 0, LAST));
});

test("the event loop is free while the C API runs", async () => {
  const decoder = await load({ runtime: "c-api" });
  const long = Array.from({ length: 1500 }, (_, i) => i % vocabSize);
  let turns = 0;
  let running = true;
  const count = () => {
    turns++;
    if (running) setImmediate(count);
  };
  setImmediate(count);
  await decoder.run(cacheOf(decoder), long, 0, []);
  running = false;
  assert.ok(turns > 1, `${turns} turns`);
});
