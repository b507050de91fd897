// The choice of a device, with devices that exist only here.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Candidate,
  candidateName,
  candidatesFor,
  chooseDevice,
  type DeviceOffer,
  type DeviceProbe,
  decide,
  type Trial,
} from "../../../../server/engine/load/chooseDevice.ts";

const hardware = { name: "Radeon", driver: "1.2.3", isSoftware: false };
const software = { name: "llvmpipe (LLVM 19)", driver: "25.0.7", isSoftware: true };
const offerOf = (change: Partial<DeviceOffer> = {}): DeviceOffer => ({
  backends: ["cpu", "webgpu"],
  gpus: [hardware],
  ...change,
});
const speed = (device: Trial["device"], form: Trial["form"], tokensPerSecond: number): Trial => ({
  ...{ device, form, works: true, loadMs: 1 },
  ...{ prefillTokensPerSecond: 10 * tokensPerSecond, decodeTokensPerSecond: tokensPerSecond },
});
const broken = (device: Trial["device"], form: Trial["form"], reason: string): Trial => ({
  ...{ device, form, works: false, reason },
});

/** A probe whose devices do what `outcomes` says, by candidate; and what was tried. */
function probeOf(outcomes: Record<string, Trial & { isTransient?: boolean }>, offer = offerOf()) {
  const tried: string[] = [];
  const probe: DeviceProbe = {
    offer: async () => offer,
    async attempt(candidate: Candidate) {
      tried.push(candidateName(candidate));
      return outcomes[candidateName(candidate)];
    },
  };
  return { probe, tried };
}

function memory() {
  const trials = new Map<string, Trial>();
  return { read: () => trials, write: (trial: Trial) => void trials.set(candidateName(trial), trial) };
}

const names = (candidates: readonly Candidate[]) => candidates.map(candidateName);

describe("what can be tried", () => {
  test("on the processor nothing else", () => {
    assert.deepEqual(candidatesFor("cpu", offerOf()), { candidates: [] });
  });

  test("half floats before floats, then what else the platform has", () => {
    assert.deepEqual(names(candidatesFor("auto", offerOf()).candidates), ["webgpu gpu16", "webgpu gpu8"]);
    const windows = offerOf({ backends: ["cpu", "dml", "webgpu"] });
    assert.deepEqual(names(candidatesFor("auto", windows).candidates), ["webgpu gpu16", "webgpu gpu8", "dml gpu8"]);
    assert.deepEqual(names(candidatesFor("dml", windows).candidates), ["dml gpu8"]);
  });

  test("software is tried by name only", () => {
    const { candidates, reason } = candidatesFor("auto", offerOf({ gpus: [software] }));
    assert.deepEqual(candidates, []);
    assert.match(reason!, /llvmpipe.*is software/);
    assert.equal(candidatesFor("webgpu", offerOf({ gpus: [software] })).candidates.length, 1);
  });

  test("what is not there is named", () => {
    assert.match(candidatesFor("cuda", offerOf()).reason!, /no cuda here \(it has cpu, webgpu\)/);
    assert.match(candidatesFor("webgpu", offerOf({ gpus: [] })).reason!, /no driver/);
    assert.match(candidatesFor("auto", offerOf({ gpus: [] })).reason!, /no driver/);
  });
});

describe("the decision", () => {
  const processor = speed("cpu", "row8", 100);

  test("the fastest that works, where it is faster than the processor by a tenth", () => {
    const trials = [speed("webgpu", "gpu16", 90), speed("webgpu", "gpu8", 300), broken("dml", "gpu8", "x")];
    assert.equal(decide("auto", processor, trials).chosen, trials[1]);
    assert.equal(decide("auto", processor, [speed("webgpu", "gpu8", 105)]).chosen, undefined);
    assert.equal(decide("auto", processor, [speed("webgpu", "gpu8", 111)]).chosen?.form, "gpu8");
    assert.equal(decide("auto", processor, [speed("webgpu", "gpu8", 50)]).reason, undefined); // it is slower, and that is all
  });

  test("a fast prefill alone is not enough, nor a fast decode", () => {
    const slowDecode = { ...speed("webgpu", "gpu8", 1), prefillTokensPerSecond: 1e6 };
    const slowPrefill = { ...speed("webgpu", "gpu8", 1e4), prefillTokensPerSecond: 10 };
    for (const trial of [slowDecode, slowPrefill]) assert.equal(decide("auto", processor, [trial]).chosen, undefined);
  });

  test("what was asked for by name runs, however slow", () => {
    assert.equal(decide("webgpu", undefined, [speed("webgpu", "gpu8", 1)]).chosen?.device, "webgpu");
  });

  test("where none works, every reason is told", () => {
    const { chosen, reason } = decide("auto", processor, [
      broken("webgpu", "gpu16", "no half floats"),
      broken("webgpu", "gpu8", "self-test: 9 of 30 tokens are not the processor's, as a whole"),
    ]);
    assert.equal(chosen, undefined);
    assert.equal(
      reason,
      "webgpu gpu16: no half floats; webgpu gpu8: self-test: 9 of 30 tokens are not the processor's, as a whole",
    );
  });
});

describe("choosing", () => {
  const outcomes = {
    "webgpu gpu16": broken("webgpu", "gpu16", "no half floats"),
    "webgpu gpu8": speed("webgpu", "gpu8", 300),
    "cpu row8": speed("cpu", "row8", 100),
  };

  test("tries each once, and remembers: also what does not work", async () => {
    const { probe, tried } = probeOf(outcomes);
    const record = memory();
    const first = await chooseDevice("auto", probe, () => record);
    assert.equal(first.chosen?.device, "webgpu");
    assert.equal(first.gpu, hardware);
    assert.deepEqual(tried, ["webgpu gpu16", "webgpu gpu8", "cpu row8"]);
    assert.deepEqual(await chooseDevice("auto", probe, () => record), first);
    assert.equal(tried.length, 3);
  });

  test("what says nothing about the device is not remembered", async () => {
    const small = { ...broken("webgpu", "gpu8", "needs about 900 MB of memory"), isTransient: true };
    const { probe, tried } = probeOf({ ...outcomes, "webgpu gpu8": small });
    const record = memory();
    const { chosen, reason } = await chooseDevice("webgpu", probe, () => record);
    assert.equal(chosen, undefined);
    assert.match(reason!, /webgpu gpu8: needs about 900 MB/);
    await chooseDevice("webgpu", probe, () => record);
    assert.deepEqual(tried, ["webgpu gpu16", "webgpu gpu8", "webgpu gpu8"]);
  });

  test("the processor alone asks nobody", async () => {
    const { probe, tried } = probeOf({});
    probe.offer = () => assert.fail("asked");
    assert.deepEqual(await chooseDevice("cpu", probe, memory), { chosen: undefined });
    assert.deepEqual(tried, []);
  });

  test("a process that ends while it looks for devices is a reason, not an error", async () => {
    const { probe } = probeOf({});
    probe.offer = async () => Promise.reject(new Error("the process that tried it ended with SIGSEGV"));
    const { chosen, reason } = await chooseDevice("auto", probe, memory);
    assert.equal(chosen, undefined);
    assert.match(reason!, /cannot be listed \(.*SIGSEGV\)/);
  });

  test("a software device is never tried on its own account", async () => {
    const { probe, tried } = probeOf(outcomes, offerOf({ gpus: [software] }));
    assert.equal((await chooseDevice("auto", probe, memory)).chosen, undefined);
    assert.deepEqual(tried, []);
    assert.equal((await chooseDevice("webgpu", probe, memory)).chosen?.device, "webgpu");
  });
});
