// Remembered measurements: for which model and machine they hold, and what a damaged file costs.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import type { Trial } from "../../../../server/engine/load/chooseDevice.ts";
import { Measurements } from "../../../../server/engine/load/deviceMeasurements.ts";

const cacheDir = mkdtempSync(path.join(os.tmpdir(), "sotto-measurements-"));
after(() => rmSync(cacheDir, { recursive: true }));

const gpu = { name: "Arc", driver: "1.0", isSoftware: false };
const key = { weightsSha256: "a", gpus: [gpu], onnxruntime: "1.30.0", sotto: "0.1.0" };
const fast: Trial = {
  ...{ device: "webgpu", form: "gpu8", works: true, loadMs: 3 },
  ...{ prefillTokensPerSecond: 9000.5, decodeTokensPerSecond: 200 },
};
const failed: Trial = { device: "webgpu", form: "gpu16", works: false, reason: "no half floats" };

test("what was written is read, one of each candidate, the last one", () => {
  const measurements = new Measurements(cacheDir, key);
  assert.equal(measurements.read().size, 0);
  measurements.write({ ...fast, loadMs: 1 });
  measurements.write(failed);
  measurements.write(fast);
  assert.deepEqual([...new Measurements(cacheDir, key).read().values()], [fast, failed]);
});

test("other weights, another driver, device or version are measured anew", () => {
  new Measurements(cacheDir, key).write(fast);
  for (const change of [
    { weightsSha256: "b" },
    { gpus: [{ ...gpu, driver: "1.1" }] },
    { gpus: [{ ...gpu, name: "Iris" }] },
    { gpus: [] },
    { onnxruntime: "1.31.0" },
    { sotto: "0.2.0" },
  ]) {
    assert.equal(new Measurements(cacheDir, { ...key, ...change }).read().size, 0, JSON.stringify(change));
  }
});

test("a damaged file counts as not measured, and is written over", () => {
  const measurements = new Measurements(cacheDir, key);
  measurements.write(fast);
  const [name] = readdirSync(path.join(cacheDir, "devices"));
  for (const damaged of ["", "{", "{}", "[1]", JSON.stringify([{ ...fast, decodeTokensPerSecond: -1 }])]) {
    writeFileSync(path.join(cacheDir, "devices", name), damaged);
    assert.equal(measurements.read().size, 0);
    measurements.write(failed);
    assert.deepEqual([...measurements.read().values()], [failed]);
  }
});

test("a folder that cannot be written costs the memory only", () => {
  const file = path.join(cacheDir, "file");
  writeFileSync(file, "");
  const measurements = new Measurements(file, key);
  measurements.write(fast);
  assert.equal(measurements.read().size, 0);
});
