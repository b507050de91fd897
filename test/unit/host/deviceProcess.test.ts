// Processes that try a device: one that answers, and those that a driver ends, holds up or confuses.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Cancelled } from "../../../common/errors.ts";
import { askProcess, processProbe } from "../../../server/host/deviceProcess.ts";

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

test("the request arrives whole over the channel, and so does the answer", async () => {
  const probe = probeOf(`
    process.once("message", (asked) =>
      process.send({ device: "webgpu", form: "gpu8", works: true, reason: JSON.stringify([asked, process.argv.length]) }));`);
  const { reason, works } = await probe.attempt(candidate);
  assert.equal(works, true);
  assert.deepEqual(JSON.parse(reason!), [{ kind: "trial", ...request, candidate }, 2], "nothing among the arguments");
  const offered = await probeOf(
    `process.once("message", (asked) => process.send({ backends: ["cpu"], gpus: [], asked }));`,
  ).offer();
  assert.deepEqual(offered, { backends: ["cpu"], gpus: [], asked: { kind: "offer" } });
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

test("a process that nobody waits for any more is ended", async () => {
  const entry = path.join(dir, "waiting.mjs");
  const pidFile = path.join(dir, "pid");
  writeFileSync(
    entry,
    `import { writeFileSync } from "node:fs";
    process.on("message", () => writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)));`, // listening keeps it alive
  );
  const ending = new AbortController();
  const asked = askProcess(entry, { kind: "layers" }, { timeoutMs: 20_000, signal: ending.signal });
  const cancelled = assert.rejects(asked, Cancelled);
  while (!existsSync(pidFile) || readFileSync(pidFile, "utf8") === "") await sleep(10);
  ending.abort();
  await cancelled;
  assert.throws(() => process.kill(Number(readFileSync(pidFile, "utf8")), 0), { code: "ESRCH" });
  await assert.rejects(askProcess(entry, {}, { timeoutMs: 20_000, signal: ending.signal }), Cancelled);
});
