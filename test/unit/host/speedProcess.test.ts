// The process that measures the strong model: its request and answer, how it fails, and a real one on a tiny model.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { speedElsewhere, speedOf } from "../../../server/host/speedProcess.ts";
import { tinyModel } from "../../support/tinyModel.ts";
import { writeStoredCopy } from "../engine/models/storedCopy.ts";

const dir = mkdtempSync(path.join(os.tmpdir(), "sotto-speed-"));
after(() => rmSync(dir, { recursive: true }));

const request = {
  source: { modelDir: "/models/strong" },
  device: { cacheDir: "/cache", threads: 2 },
  askedDevice: "cpu",
  rounds: 1,
} as const;

/** What comes of a process that runs `code`. */
function answerOf(code: string, limitMs = 20_000) {
  const entry = path.join(dir, `${Math.random()}.mjs`);
  writeFileSync(entry, code);
  return speedElsewhere(request, { entry, limitMs });
}

test("the request arrives whole, and so does the answer", async () => {
  const answer = await answerOf(`
    process.once("message", (asked) => process.send({ kind: "fault", message: JSON.stringify(asked) }));`);
  assert.ok(answer.kind === "fault");
  assert.deepEqual(JSON.parse(answer.message), { kind: "speed", ...request });
});

for (const [how, code, message] of [
  ["crashes", "process.abort();", /ended with/],
  ["ends without a word", "process.exit(3);", /ended with status 3/],
] as const) {
  test(`a process that ${how} is a fault, and says nothing about the model's files`, async () => {
    const answer = await answerOf(code);
    assert.ok(answer.kind === "fault");
    assert.equal(answer.code, undefined);
    assert.match(answer.message, message);
  });
}

test("one that never answers is ended", async () => {
  const answer = await answerOf("setInterval(() => {}, 1000);", 300);
  assert.deepEqual(answer, { kind: "fault", message: "no answer within 0.3 s" });
});

test("a model is measured and what was not disturbed is remembered; a damaged one is a fault with its file's name", async () => {
  const modelDir = path.join(dir, "tiny");
  const cacheDir = path.join(dir, "cache");
  mkdirSync(modelDir);
  writeStoredCopy(modelDir, tinyModel());
  const measured = { ...request, kind: "speed", source: { modelDir }, device: { cacheDir, threads: 1 } } as const;
  const first = await speedOf(measured);
  assert.ok(first.kind === "times");
  assert.ok(first.times.keyMs > 0 && first.times.promptMs > 0);
  assert.deepEqual([first.device, first.form, first.threads, first.isRemembered], ["cpu", "row8", 1, false]);
  const kept = readdirSync(cacheDir).includes("tiers");
  assert.equal(kept, first.disturbance === undefined); // this machine may be busy
  const second = await speedOf(measured);
  assert.ok(second.kind === "times");
  assert.equal(second.isRemembered, kept);
  if (kept) assert.deepEqual(second.times, first.times);

  rmSync(path.join(modelDir, "model-00001-of-00001.safetensors"));
  const broken = await speedOf(measured);
  assert.ok(broken.kind === "fault");
  assert.deepEqual(
    [broken.code, /00001-of-00001\.safetensors is missing/.test(broken.message)],
    ["modelMissing", true],
  );
});
