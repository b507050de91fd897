// The decoder on WebGPU over graphs that are played here: what is fed and fetched, copies, cancels, and that every buffer on the device is
// freed once. What a real device computes: test/host/webgpu.test.ts.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Cancelled, runtimeFailed, UserError } from "../../../../common/errors.ts";
import { CacheGraphNames } from "../../../../server/engine/graph/cacheGraphs.ts";
import { GraphNames } from "../../../../server/engine/graph/decoderGraph.ts";
import type { Decoder, KvCache } from "../../../../server/engine/runtime/decoder.ts";
import type { GraphSession, GraphTensor } from "../../../../server/engine/runtime/graphSession.ts";
import { type DeviceGraphs, WebGpuDecoder } from "../../../../server/engine/runtime/webgpuDecoder.ts";
import { tinyModel } from "../../../support/tinyModel.ts";

const { config } = tinyModel();
const CAPACITY = 64;
const PARTS = 2 * config.layers;

interface FakeBuffer {
  location: "gpu-buffer";
  held: number[]; // tokens, by position
  disposals: number;
  dispose(): void;
}

/** The three graphs, with buffers that hold tokens; logits tell all tokens that a row has seen. */
function played() {
  const buffers: FakeBuffer[] = [];
  const released: string[] = [];
  const state = { runs: 0, copies: 0, failAt: Number.POSITIVE_INFINITY, beforeRun: async () => {} };
  const create = (): FakeBuffer => {
    const buffer: FakeBuffer = {
      location: "gpu-buffer",
      held: [],
      disposals: 0,
      dispose: () => void buffer.disposals++,
    };
    buffers.push(buffer);
    return buffer;
  };
  const real = (tensor: GraphTensor | null) => {
    const buffer = tensor as unknown as FakeBuffer;
    assert.equal(buffer.disposals, 0, "a buffer is used after it was freed");
    return buffer;
  };
  const session = (name: string, run: GraphSession["run"]): GraphSession => ({
    run,
    release: async () => void released.push(name),
  });
  const values = (tensor: GraphTensor) => (tensor as unknown as { data: ArrayLike<bigint | number> }).data;

  const decoder = session("decoder", async (inputs, outputs) => {
    if (state.runs++ >= state.failAt) throw runtimeFailed("the device was lost");
    await state.beforeRun();
    const tokens = Array.from(values(inputs[GraphNames.inputIds]), Number);
    const end = Number(values(inputs[GraphNames.lastPosition])[0]) + 1;
    assert.equal(Number(values(inputs[GraphNames.totalLength])[0]), end);
    for (let part = 0; part < PARTS; part++) {
      const [past, present] = part % 2 === 0 ? ["pastKey", "presentKey"] : ["pastValue", "presentValue"];
      const fed = inputs[GraphNames[past as "pastKey"](part >> 1)];
      assert.equal(outputs[GraphNames[present as "presentKey"](part >> 1)], fed, "past and present are not the same");
      const { held } = real(fed);
      held.splice(end - tokens.length, tokens.length, ...tokens);
    }
    const asked = Array.from(values(inputs[GraphNames.logitPositions]), Number);
    const { held } = real(inputs[GraphNames.pastKey(0)]);
    const rows = asked.map((position) => seen(held.slice(0, end - tokens.length + position + 1)));
    return { [GraphNames.logits]: { data: Float32Array.from(rows.flat()) } as unknown as GraphTensor };
  });
  const empty = session("empty", async () => ({ [CacheGraphNames.empty]: create() as unknown as GraphTensor }));
  const copy = session("copy", async (inputs, outputs) => {
    state.copies++;
    const results: Record<string, GraphTensor> = {};
    for (let part = 0; part < PARTS; part++) {
      const target = real(outputs[CacheGraphNames.to(part)]);
      target.held = [...real(inputs[CacheGraphNames.from(part)]).held];
      results[CacheGraphNames.to(part)] = target as unknown as GraphTensor;
    }
    return results;
  });
  const tensor = (data: unknown) => ({ data }) as unknown as GraphTensor;
  const graphs: DeviceGraphs = {
    decoder,
    empty,
    copy,
    tensors: { float32: tensor, int64: tensor, int8: tensor, int32: tensor },
  };
  return { graphs, buffers, released, state, live: () => buffers.filter(({ disposals }) => disposals === 0).length };
}

/** Stands for the logits after these tokens, [vocab]. */
function seen(tokens: readonly number[]): number[] {
  const row = new Array<number>(config.vocabSize).fill(0);
  for (const [position, token] of tokens.entries()) row[token] += position + 1;
  return row;
}

const open = (mostRows?: number) => {
  const fake = played();
  const options = { form: "gpu8", capacity: CAPACITY, mostRows, gpuName: "Arc" } as const;
  const decoder = new WebGpuDecoder(fake.graphs, config, options);
  return { ...fake, decoder };
};
const run = async (decoder: Decoder, cache: KvCache, tokens: number[], past = 0) => [
  ...(await decoder.run(cache, tokens, past, [tokens.length - 1])),
];

describe("a decoder on WebGPU", () => {
  test("says what it is", () => {
    const { decoder } = open();
    assert.deepEqual([decoder.device, decoder.runtime], ["webgpu", "binding 1.30.0, gpu8, Arc"]);
  });

  test("tokens go there, logits of the asked positions come back", async () => {
    const { decoder } = open();
    const cache = decoder.createCache();
    assert.deepEqual(await run(decoder, cache, [5, 6, 7]), seen([5, 6, 7]));
    assert.deepEqual(await run(decoder, cache, [8], 3), seen([5, 6, 7, 8]));
    assert.deepEqual(await run(decoder, cache, [9], 1), seen([5, 9])); // rewound
    assert.equal((await decoder.run(cache, [1, 2], 2, [])).length, 0);
    const both = await decoder.run(cache, [1, 2], 2, [1, 0]);
    assert.deepEqual([...both], [...seen([5, 9, 1, 2]), ...seen([5, 9, 1])]);
  });

  test("in pieces: the same logits, in the order in which they were asked for", async () => {
    const tokens = Array.from({ length: 20 }, (_, i) => i + 1);
    const asked = [19, 0, 6, 7, 13];
    for (const mostRows of [1, 7, 19, 20, 21]) {
      const { decoder, state } = open(mostRows);
      const cache = decoder.createCache();
      const found = await decoder.run(cache, tokens, 0, asked);
      assert.deepEqual(
        [...found],
        asked.flatMap((position) => seen(tokens.slice(0, position + 1))),
      );
      assert.equal(state.runs, Math.ceil(20 / mostRows));
      assert.deepEqual(await run(decoder, cache, [9], 20), seen([...tokens, 9]));
    }
    const { decoder, state } = open(7);
    const controller = new AbortController();
    state.beforeRun = async () => controller.abort();
    await assert.rejects(decoder.run(decoder.createCache(), tokens, 0, [19], controller.signal), Cancelled);
    assert.equal(state.runs, 1); // not the other pieces
  });

  test("a copy is of the moment that it was asked for, and does not follow its source", async () => {
    const { decoder, state } = open();
    const [a, b, c] = [decoder.createCache(), decoder.createCache(), decoder.createCache()];
    b.copyFrom(a, 0); // of nothing
    await run(decoder, a, [1, 2, 3]);
    b.copyFrom(a, 3);
    assert.deepEqual(await run(decoder, a, [9, 9, 9]), seen([9, 9, 9]));
    c.copyFrom(b, 2);
    b.copyFrom(a, 1); // c has its copy of b from before
    assert.deepEqual(await run(decoder, c, [4], 2), seen([1, 2, 4]));
    assert.deepEqual(await run(decoder, b, [4], 1), seen([9, 4]));
    assert.equal(state.copies, 3);
  });

  test("a source that is disposed is still copied", async () => {
    const { decoder, live } = open();
    const [a, b] = [decoder.createCache(), decoder.createCache()];
    await run(decoder, a, [1, 2, 3]);
    b.copyFrom(a, 3);
    a.dispose();
    assert.deepEqual(await run(decoder, b, [4], 3), seen([1, 2, 3, 4]));
    assert.equal(live(), PARTS);
  });

  test("a copy that nobody wants any more is not made, and holds nothing", async () => {
    const { decoder, live, state } = open();
    const [a, b, c] = [decoder.createCache(), decoder.createCache(), decoder.createCache()];
    await run(decoder, a, [1, 2, 3]);
    b.copyFrom(a, 3);
    a.dispose();
    b.dispose();
    assert.equal(live(), 0);
    await run(decoder, c, [1]);
    assert.equal(state.copies, 0);
  });

  test("every buffer is freed exactly once, in whatever order", async () => {
    const { decoder, buffers, released } = open();
    for (let round = 0; round < 20; round++) {
      const caches = [decoder.createCache(), decoder.createCache(), decoder.createCache()];
      await run(decoder, caches[0], [1, 2, round]);
      if (round % 2) caches[1].copyFrom(caches[0], 2);
      if (round % 3) await run(decoder, caches[1], [3], round % 2 ? 2 : 0);
      caches[2].copyFrom(caches[1], 1);
      const running = round % 5 === 0 && run(decoder, caches[0], [7], 3);
      for (const cache of round % 4 ? caches : caches.toReversed()) cache.dispose();
      caches[0].dispose(); // twice does no harm
      if (running) assert.deepEqual(await running, seen([1, 2, round, 7]));
    }
    decoder.createCache();
    decoder.dispose();
    decoder.dispose();
    await new Promise(setImmediate);
    assert.ok(buffers.length >= 20 * PARTS);
    assert.deepEqual(new Set(buffers.map(({ disposals }) => disposals)), new Set([1]));
    assert.deepEqual(released.sort(), ["copy", "decoder", "empty"]);
  });

  test("a signal stops before the run and after it, and the run after that is whole", async () => {
    const { decoder, state } = open();
    const cache = decoder.createCache();
    await run(decoder, cache, [1, 2]);
    await assert.rejects(decoder.run(cache, [3], 2, [0], AbortSignal.abort()), Cancelled);
    assert.equal(state.runs, 1);
    const controller = new AbortController();
    state.beforeRun = async () => controller.abort();
    await assert.rejects(decoder.run(cache, [3], 2, [0], controller.signal), Cancelled);
    state.beforeRun = async () => {};
    assert.deepEqual(await run(decoder, cache, [4], 2), seen([1, 2, 4]));
  });

  test("one run at a time; disposed in a run, it ends it first", async () => {
    const { decoder, live, released } = open();
    const cache = decoder.createCache();
    const running = run(decoder, cache, [1, 2]);
    await assert.rejects(run(decoder, cache, [3]), /under way/);
    decoder.dispose();
    assert.deepEqual(released, []);
    assert.deepEqual(await running, seen([1, 2]));
    assert.equal(live(), 0);
    assert.equal(released.length, 3);
    await assert.rejects(run(decoder, cache, [3]), UserError);
    assert.throws(() => decoder.createCache(), UserError);
  });

  test("a lost device is a UserError, and everything can still be freed", async () => {
    const { decoder, live, state } = open();
    const cache = decoder.createCache();
    await run(decoder, cache, [1, 2]);
    state.failAt = 1;
    await assert.rejects(run(decoder, cache, [3], 2), { code: "runtimeFailed", message: /the device was lost/ });
    decoder.dispose();
    assert.equal(live(), 0);
  });

  test("what cannot be done is refused", async () => {
    const { decoder } = open();
    const [cache, gone, other] = [decoder.createCache(), decoder.createCache(), open().decoder.createCache()];
    gone.dispose();
    for (const bad of [gone, other]) {
      assert.throws(() => cache.copyFrom(bad, 1), /disposed, or of another decoder/);
      await assert.rejects(run(decoder, bad, [1]), /disposed, or of another decoder/);
    }
    for (const length of [-1, 0.5, CAPACITY + 1])
      assert.throws(() => cache.copyFrom(decoder.createCache(), length), RangeError);
    await assert.rejects(run(decoder, cache, [config.vocabSize]), RangeError);
    await assert.rejects(run(decoder, cache, [1], CAPACITY), RangeError);
    const running = run(decoder, cache, [1]);
    assert.throws(() => cache.copyFrom(decoder.createCache(), 0), /is in a run/);
    await running;
  });
});
