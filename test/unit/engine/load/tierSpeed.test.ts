// When a measurement counts: one that others have disturbed is made again, and the first quiet one is taken. Nothing here is timed.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { loadDecoder } from "../../../../server/engine/load/loadDecoder.ts";
import {
  rememberedTimes,
  rememberTimes,
  type TierMeasurementKey,
} from "../../../../server/engine/load/tierMeasurements.ts";
import { disturbanceOf, measureTimes, type SpeedRound } from "../../../../server/engine/load/tierSpeed.ts";
import type { Decoder } from "../../../../server/engine/runtime/decoder.ts";
import { tinyModel } from "../../../support/tinyModel.ts";

const cacheDir = mkdtempSync(path.join(os.tmpdir(), "sotto-tiers-"));
after(() => rmSync(cacheDir, { recursive: true }));

const quiet: SpeedRound = { keyMs: [100, 101, 104], promptMs: [800, 820], threadsUsed: 1.9 };
const busy: SpeedRound = { ...quiet, threadsUsed: 1.2 };
const uneven: SpeedRound = { ...quiet, keyMs: [90, 180, 95] };

/** Measures with rounds that are given, and notes the pauses. */
async function measured(rounds: SpeedRound[], most?: number) {
  const threads = 2;
  const pauses: number[] = [];
  const left = [...rounds];
  const measure = async () => left.shift()!;
  const pause = async (ms: number) => pauses.push(ms);
  const result = await measureTimes({} as Decoder, threads, { measure, pause, rounds: most });
  return { ...result, pauses: pauses.length, left: left.length };
}

describe("a measurement", () => {
  test("is disturbed where threads did not get the processor, or the same work took other times", () => {
    assert.equal(disturbanceOf(quiet, 2), undefined);
    assert.match(disturbanceOf(busy, 2)!, /other programs took the processor \(1\.2 of 2 threads/);
    assert.match(disturbanceOf(uneven, 2)!, /up to 2\.0 times as long/);
    assert.match(disturbanceOf({ ...quiet, promptMs: [800, 1_100] }, 2)!, /1\.4 times/);
  });

  test("on another device the processor may rest", () => {
    assert.equal(disturbanceOf({ ...quiet, threadsUsed: 0.1 }, undefined), undefined);
    assert.ok(disturbanceOf({ ...uneven, threadsUsed: 0.1 }, undefined));
  });

  test("counts at once where it is quiet, with the fastest of its repeats", async () => {
    assert.deepEqual(await measured([quiet, quiet]), { times: { keyMs: 100, promptMs: 800 }, pauses: 0, left: 1 });
  });

  test("is made again after a pause until one is quiet", async () => {
    const slower = { ...quiet, keyMs: [140, 141, 142] };
    const { times, disturbance, pauses } = await measured([busy, uneven, slower]);
    assert.deepEqual([times.keyMs, disturbance, pauses], [140, undefined, 2]);
  });

  test("that was never quiet says so, a few times tried", async () => {
    const { times, disturbance, left } = await measured([busy, uneven, busy, busy, quiet]);
    assert.deepEqual([times.keyMs, left], [90, 1]);
    assert.match(disturbance!, /2\.0 times as long/);
    assert.equal((await measured([busy, quiet], 1)).left, 1);
  });

  test("of a real decoder has times for each repeat", async () => {
    const decoder = await loadDecoder(tinyModel(), { cacheDir, threads: 1 });
    const { times } = await measureTimes(decoder, undefined, { rounds: 1 });
    decoder.dispose();
    assert.ok(times.keyMs > 0 && times.promptMs > 0);
  });
});

describe("remembered times", () => {
  const key: TierMeasurementKey = {
    ...{ weightsSha256: "a", device: "cpu", form: "row8", threads: 2 },
    ...{ processor: "P", onnxruntime: "1.30.0", sotto: "0.1.0" },
  };
  const times = { keyMs: 120.5, promptMs: 900 };

  test("hold for one model, device, form, number of threads, processor and version", () => {
    rememberTimes(cacheDir, key, times);
    assert.deepEqual(rememberedTimes(cacheDir, { ...key }), times);
    const changes: Partial<TierMeasurementKey>[] = [
      { weightsSha256: "b" },
      { device: "webgpu" },
      { form: "gpu8" },
      { gpu: "Arc 1.0" },
      { threads: 4 },
      { processor: "Q" },
      { onnxruntime: "1.31.0" },
      { sotto: "0.2.0" },
    ];
    for (const change of changes)
      assert.equal(rememberedTimes(cacheDir, { ...key, ...change }), undefined, JSON.stringify(change));
  });

  test("a damaged file counts as nothing, and is written over; a folder that cannot be written costs nothing", () => {
    const folder = path.join(cacheDir, "tiers");
    const [name] = readdirSync(folder);
    for (const damaged of ["", "{", "{}", '{"keyMs": -1, "promptMs": 2}', '{"keyMs": 1}']) {
      writeFileSync(path.join(folder, name), damaged);
      assert.equal(rememberedTimes(cacheDir, key), undefined, damaged);
    }
    rememberTimes(cacheDir, key, times);
    assert.deepEqual(rememberedTimes(cacheDir, key), times);
    rememberTimes(path.join(folder, name), key, times); // no folder
    assert.equal(rememberedTimes(path.join(folder, name), key), undefined);
  });
});
