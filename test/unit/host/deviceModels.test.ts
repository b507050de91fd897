// A model on its way to a device: the processor answers first, and stays with a reason where the device does not serve.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import type { Candidate, DeviceProbe, Trial } from "../../../server/engine/load/chooseDevice.ts";
import { loadDecoder } from "../../../server/engine/load/loadDecoder.ts";
import { type DeviceModelOptions, onChosenDevice } from "../../../server/host/deviceModels.ts";
import { LocalModel } from "../../../server/host/localModel.ts";
import { tinyModel, tinyTokenizer } from "../../support/tinyModel.ts";

const cacheDir = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-devices-"));
const decoder = await loadDecoder(tinyModel(), { cacheDir, threads: 1 });
after(async () => {
  decoder.dispose();
  await fs.rm(cacheDir, { recursive: true });
});

const probeOf = (attempt: (candidate: Candidate) => Partial<Trial>): DeviceProbe => ({
  offer: async () => ({
    backends: ["cpu", "webgpu", "coreml"],
    gpus: [{ name: "Arc", driver: "1", isSoftware: false }],
  }),
  attempt: async (candidate) => ({ ...candidate, works: false, ...attempt(candidate) }),
});

/** What is loaded after the processor's model, and what that says then. */
async function loaded(options: Pick<DeviceModelOptions, "probe" | "askedDevice" | "limits">) {
  const onProcessor = new LocalModel({ id: "tiny", decoder, tokenizer: tinyTokenizer() });
  const log: string[] = [];
  const all = {
    source: { modelDir: "" },
    device: { cacheDir: path.join(cacheDir, `${Math.random()}`), threads: 1, log: (line: string) => log.push(line) },
  };
  const models: LocalModel[] = [];
  for await (const model of onChosenDevice(tinyModel(), onProcessor, { ...all, ...options })) models.push(model);
  return { models, status: onProcessor.status(), log };
}

describe("a model on its way to a device", () => {
  test("by default it stays on the processor, and nothing is looked for", async () => {
    const probe = probeOf(() => assert.fail("tried"));
    probe.offer = () => assert.fail("asked");
    const { models, status, log } = await loaded({ probe });
    assert.deepEqual(models, []);
    assert.equal(status.device, "cpu");
    assert.equal(status.fallbackReason, undefined);
    assert.deepEqual(log, []);
  });

  test("a device that fails its self-test is named in the log and in the status", async () => {
    const probe = probeOf(() => ({ reason: "self-test: 30 of 30 tokens are not the processor's, as a whole" }));
    const asked = await loaded({ probe, askedDevice: "webgpu" });
    assert.deepEqual(asked.models, []);
    assert.match(asked.status.fallbackReason!, /^webgpu cannot be used: webgpu gpu16: self-test: 30 of 30 tokens/);
    const auto = await loaded({ probe, askedDevice: "auto" });
    assert.match(auto.status.fallbackReason!, /^another device cannot be used: webgpu gpu16: self-test/);
    assert.match(auto.log[0], /tiny stays on the processor: webgpu gpu16: self-test/);
  });

  test("a machine without a device is as it should be, unless somebody asks for one", async () => {
    const probe = probeOf(() => assert.fail("tried"));
    probe.offer = async () => ({ backends: ["cpu", "webgpu"], gpus: [] });
    assert.equal((await loaded({ probe, askedDevice: "auto" })).status.fallbackReason, undefined);
    const asked = await loaded({ probe, askedDevice: "webgpu" });
    assert.equal(asked.status.fallbackReason, "webgpu cannot be used: no driver of a graphics processor was found");
  });

  test("a device that worked in its trial and does not load here: the processor stays", {
    skip: process.platform === "darwin" && "Core ML is there",
  }, async () => {
    const probe = probeOf(() => ({ works: true, prefillTokensPerSecond: 1e6, decodeTokensPerSecond: 1e6 }));
    const { models, status } = await loaded({ probe, askedDevice: "coreml" });
    assert.deepEqual(models, []);
    assert.match(status.fallbackReason!, /^coreml cannot be used: onnxruntime failed/);
  });

  test("where there is no memory for it beside the processor's, that is the reason", async () => {
    const tokensPerSecond = ({ device }: Candidate) => (device === "cpu" ? 10 : 1e6);
    const probe = probeOf((candidate) => ({
      ...{ works: true, loadMs: 1 },
      ...{ prefillTokensPerSecond: 1e6, decodeTokensPerSecond: tokensPerSecond(candidate) },
    }));
    const { models, log } = await loaded({ probe, askedDevice: "auto", limits: { freeMemoryBytes: () => 1e6 } });
    assert.deepEqual(models, []);
    assert.match(log[0], /stays on the processor: The model tiny needs about/);
  });
});
