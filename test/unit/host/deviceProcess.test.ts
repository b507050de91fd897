// Processes that try a device: one that answers, and those that a driver ends, holds up or confuses.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { processProbe } from "../../../server/host/deviceProcess.ts";

const dir = mkdtempSync(path.join(os.tmpdir(), "sotto-probe-"));
after(() => rmSync(dir, { recursive: true }));

const candidate = { device: "webgpu", form: "gpu8" } as const;
const request = {
  source: { modelDir: "/models/tiny", adapter: "/adapters/a" },
  device: { cacheDir: "/cache", threads: 2 },
};

/** A probe whose process runs `code`. */
function probeOf(code: string, timeoutMs = 20_000) {
  const entry = path.join(dir, `${Math.random()}.mjs`);
  writeFileSync(entry, code);
  return processProbe(request.source, request.device, { entry, offerMs: timeoutMs, trialMs: timeoutMs });
}

test("the request arrives whole, and so does the answer", async () => {
  const probe = probeOf(`
    process.send({ device: "webgpu", form: "gpu8", works: true, reason: process.argv[2] });`);
  const { reason, works } = await probe.attempt(candidate);
  assert.equal(works, true);
  assert.deepEqual(JSON.parse(reason!), { ...request, candidate });
  const offered = await probeOf(`process.send({ backends: ["cpu"], gpus: [], asked: process.argv[2] });`).offer();
  assert.deepEqual(offered, { backends: ["cpu"], gpus: [], asked: '"offer"' });
});

for (const [how, code, reason] of [
  ["crashes", "process.abort();", /ended with SIG/],
  ["ends without a word", "process.exit(3);", /ended with status 3/],
  ["throws", 'throw new Error("x");', /ended with status 1/],
] as const) {
  test(`a driver that ${how} is a reason`, async () => {
    const trial = await probeOf(code).attempt(candidate);
    assert.deepEqual({ ...trial, reason: "" }, { ...candidate, works: false, reason: "" });
    assert.match(trial.reason!, process.platform === "win32" ? /ended with/ : reason);
    await assert.rejects(probeOf(code).offer(), process.platform === "win32" ? /ended with/ : reason);
  });
}

test("a driver that never returns is ended", async () => {
  const { works, reason } = await probeOf("setInterval(() => {}, 1000);", 300).attempt(candidate);
  assert.equal(works, false);
  assert.equal(reason, "no answer within 0.3 s");
});

test("an answer counts though the driver crashes when it is unloaded", async () => {
  const code = `process.send({ device: "webgpu", form: "gpu8", works: true }, () => process.abort());`;
  assert.equal((await probeOf(code).attempt(candidate)).works, true);
});
