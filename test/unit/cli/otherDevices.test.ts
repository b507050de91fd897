// What `sotto doctor` says of devices besides the processor.

import assert from "node:assert/strict";
import { test } from "node:test";
import { otherDevices, readableDevice } from "../../../cli/doctor/otherDevices.ts";
import { candidateName, type DeviceProbe, type Trial } from "../../../server/engine/load/chooseDevice.ts";

const arc = { name: "Arc", driver: "1.2", isSoftware: false };
const works: Trial = {
  ...{ device: "webgpu", form: "gpu8", works: true, loadMs: 12.6 },
  ...{ prefillTokensPerSecond: 1234.56, decodeTokensPerSecond: 99.99 },
};

function setting(outcomes: Trial[] = [], gpu = arc, backends = ["cpu", "webgpu"]) {
  const tried: string[] = [];
  const known = new Map<string, Trial>();
  const probe: DeviceProbe = {
    offer: async () => ({ backends, gpus: [gpu] }),
    async attempt(candidate) {
      tried.push(candidateName(candidate));
      const outcome = outcomes.find((trial) => candidateName(trial) === candidateName(candidate));
      return outcome ?? { ...candidate, works: false, reason: "no half floats" };
    },
  };
  const record = { read: () => known, write: (trial: Trial) => void known.set(candidateName(trial), trial) };
  const lines = async (isTested: boolean) => (await otherDevices(probe, () => record, isTested)).map(readableDevice);
  return { probe, tried, known, lines };
}

test("without a test nothing is tried: what is known is told, and what is not", async () => {
  const { tried, known, lines } = setting();
  known.set("webgpu gpu8", works);
  assert.deepEqual(await lines(false), [
    "  webgpu gpu16 (Arc, driver 1.2): not tested: sotto doctor --selftest does",
    "  webgpu gpu8 (Arc, driver 1.2): loaded in 13 ms, prefill 1234.6 and decode 100 tokens/s",
    "  cuda: onnxruntime has no cuda here (it has cpu, webgpu)",
    "  dml: onnxruntime has no dml here (it has cpu, webgpu)",
    "  coreml: onnxruntime has no coreml here (it has cpu, webgpu)",
  ]);
  assert.deepEqual(tried, []);
});

test("with a test each device is tried anew, and what comes of it is remembered", async () => {
  const { tried, known, lines } = setting([{ ...works, mostRows: 31 }]);
  known.set("webgpu gpu8", { ...works, works: false, reason: "crashed once" });
  const [half, whole] = await lines(true);
  assert.equal(half, "  webgpu gpu16 (Arc, driver 1.2): does not work; no half floats");
  assert.match(whole, /100 tokens\/s; in runs of at most 31 tokens, because longer ones give wrong numbers$/);
  assert.deepEqual(tried, ["webgpu gpu16", "webgpu gpu8"]);
  assert.equal(known.get("webgpu gpu8")?.works, true);
});

test("software is named as such, and devices of another platform as not tested", async () => {
  const { known, lines } = setting([], { ...arc, name: "llvmpipe", isSoftware: true }, ["cpu", "dml", "webgpu"]);
  known.set("webgpu gpu8", works);
  const told = await lines(false);
  assert.match(told[0], /tokens\/s; it is software: auto never chooses it$/);
  assert.ok(told.includes("  dml gpu8: not tested: sotto doctor --selftest does"));
});

test("where devices cannot even be listed, that is the answer", async () => {
  const { probe } = setting();
  probe.offer = async () => Promise.reject(new Error("no answer within 20 s"));
  const told = await otherDevices(probe, () => assert.fail("asked for a record"), false);
  assert.deepEqual(told.map(readableDevice), [
    "  webgpu: does not work; devices cannot be listed (no answer within 20 s)",
  ]);
});
