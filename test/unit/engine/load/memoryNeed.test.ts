// What a model is said to take, against what its compute form does take; and that one that is too big is refused before anything happens.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { cgroupDirs, fileBytesOf, freeMemoryBytes } from "../../../../common/util/freeMemory.ts";
import { computeForm } from "../../../../server/engine/graph/computeForm.ts";
import { type Limits, loadDecoder } from "../../../../server/engine/load/loadDecoder.ts";
import { memoryNeed, slotPositions } from "../../../../server/engine/load/memoryNeed.ts";
import { embeddedModelDir } from "../../../../server/engine/models/catalog.ts";
import type { ModelConfig } from "../../../../server/engine/models/config.ts";
import { parseConfig } from "../../../../server/engine/models/configFile.ts";
import { readJson } from "../../../../server/engine/models/manifest.ts";
import { KvBuffers } from "../../../../server/engine/runtime/kvBuffers.ts";
import { LocalModel, limitsOf } from "../../../../server/host/localModel.ts";
import type { Tier } from "../../../../server/host/protocol/tiers.ts";
import { tinyModel } from "../../../support/tinyModel.ts";

const scratch = mkdtempSync(path.join(os.tmpdir(), "sotto-memory-"));
after(() => rmSync(scratch, { recursive: true }));
const model = tinyModel();
const { config } = model;
const MB = 1e6;

describe("what a model needs", () => {
  for (const form of ["row8", "fp32"] as const) {
    test(`weights: what the file of ${form} holds`, async () => {
      const { graphPath } = await computeForm(model, { cacheDir: scratch, form });
      // Small constants lie in the graph, beside its nodes; large ones begin at a page.
      const weightsFile = statSync(path.join(path.dirname(graphPath), "weights.bin")).size;
      const { weights } = memoryNeed(config, form, 1);
      const pages = 4096 * (6 + 7 * config.layers);
      assert.ok(weights <= weightsFile + statSync(graphPath).size, `${weights} of ${weightsFile}`);
      assert.ok(weights >= weightsFile - pages, `${weights} of ${weightsFile}`);
    });
  }

  test("cache: what its buffers hold", () => {
    const capacity = 96;
    const buffers = new KvBuffers(config, capacity);
    assert.equal(memoryNeed(config, "row8", capacity).cache, buffers.keys(0).buffer.byteLength);
    buffers.free();
  });

  test("the embedded model: what was measured, within a tenth", async () => {
    const file = path.join(embeddedModelDir(), "config.json");
    const { weights, total } = memoryNeed(parseConfig(await readJson(file), file), "row8", 2048);
    assert.ok(Math.abs(weights / 119.99e6 - 1) < 0.02, `${weights}`); // the size of its weights.bin
    assert.ok(Math.abs(total / 277e6 - 1) < 0.1, `${total}`);
  });

  test("it grows with the capacity, the layers and the form", () => {
    const need = (change: Partial<ModelConfig>, form: "row8" | "fp32" = "row8", capacity = 512) =>
      memoryNeed({ ...config, ...change }, form, capacity);
    const less = need({});
    assert.equal(need({}, "row8", 1024).cache, 2 * less.cache);
    assert.equal(memoryNeed(config, "gpu16", 512).cache, less.cache / 2);
    assert.equal(need({ layers: 4 }).cache, 2 * less.cache);
    assert.ok(need({ layers: 4 }).weights > less.weights);
    assert.ok(need({}, "fp32").weights > 3 * (less.weights - 4 * config.contextLength * config.headDim));
  });

  test("a vocabulary so large that making the form takes most", () => {
    const { deriving, total } = memoryNeed({ ...config, vocabSize: 4_000_000 }, "row8", 512);
    assert.equal(deriving, 2 * 4 * 4_000_000 * config.hiddenSize);
    assert.equal(total, deriving);
  });

  test("of a context that a config only claims no more counts than is ever made tables for", () => {
    const need = (contextLength: number) => memoryNeed({ ...config, contextLength }, "row8", 512).total;
    assert.ok(need(1 << 15) > need(1 << 11));
    assert.equal(need(1 << 24), need(1 << 15));
  });
});

describe("a model that is too big", () => {
  const { total } = memoryNeed(config, "row8", 512);
  const load = (free: number, cacheDir: string) =>
    loadDecoder(model, { cacheDir, threads: 1 }, { capacity: 512, freeMemoryBytes: () => free });

  test("is refused with its need and what is free, before its form is made", async () => {
    const cacheDir = path.join(scratch, "nothing");
    await assert.rejects(load(12.4 * MB, cacheDir), {
      name: "UserError",
      code: "memoryTooSmall",
      message: `The model tiny needs about ${Math.round(total / MB)} MB of memory, and 12 MB are free.`,
      action: /smaller model/,
    });
    assert.equal(existsSync(cacheDir), false);
  });

  test("the embedded model where 200 MB are free: said with an action, and nothing is written", async () => {
    const cacheDir = path.join(scratch, "embedded");
    const load = { source: { modelDir: embeddedModelDir() }, device: { cacheDir } };
    await assert.rejects(LocalModel.load({ ...load, limits: { freeMemoryBytes: () => 200 * MB } }), {
      code: "memoryTooSmall",
      message: /^The model smollm2-135m needs about 2[67]\d MB of memory, and 200 MB are free\.$/,
    });
    assert.equal(existsSync(cacheDir), false);
  });

  test("one byte decides", async () => {
    const cacheDir = path.join(scratch, "byte");
    await assert.rejects(load(total - 1, cacheDir), { code: "memoryTooSmall" });
    (await load(total, cacheDir)).dispose();
  });
});

test("there is room for long conversations where it is wanted, the memory is there and the model's context reaches", async () => {
  const capacityOf = async (contextLength: number, given: Limits, free = 1e9) => {
    const of = tinyModel(1, { contextLength });
    const limits = { ...given, freeMemoryBytes: () => free };
    const decoder = await loadDecoder(of, { cacheDir: path.join(scratch, `${contextLength}`), threads: 1 }, limits);
    decoder.dispose();
    return decoder.capacity;
  };
  const long = 1 << 15;
  assert.equal(await capacityOf(long, { conversations: true }), 8192);
  assert.equal(await capacityOf(4096, { conversations: true }), 4096);
  assert.equal(await capacityOf(long, {}), 2048);
  assert.equal(await capacityOf(long, { conversations: true, capacity: 512 }), 512);
  const { total } = memoryNeed({ ...config, contextLength: long }, "row8", 8192);
  assert.equal(await capacityOf(long, { conversations: true }, total - 1), 2048, "a byte less");
});

test("only a model of the user's own that was tuned for conversations has room for long ones", () => {
  const wants = (name: string, tier?: Tier) => limitsOf({ ...model, name }, { tier }).conversations;
  assert.deepEqual([wants("Tiny Instruct"), wants("Tiny"), wants("Tiny Instruct", "quick")], [true, false, false]);
});

test("slots share a 128th of the machine's memory: from one full one to two", () => {
  const embedded = { ...config, layers: 30, kvHeads: 3, headDim: 64 }; // 46,080 bytes a position
  const positions = [2, 16, 24, 256].map((gigabytes) => slotPositions(embedded, 2048, gigabytes * 1e9));
  assert.deepEqual(positions, [2048, 2712, 4069, 4096]);
});

describe("what is free", () => {
  test("as much as there is, at most", () => {
    const free = freeMemoryBytes();
    assert.ok(free > 0 && free <= os.totalmem(), `${free}`);
  });

  test("the control group's folders, of both versions", () => {
    assert.deepEqual(cgroupDirs("0::/user.slice/app.scope\n"), [
      "/sys/fs/cgroup/user.slice/app.scope",
      "/sys/fs/cgroup",
    ]);
    assert.deepEqual(cgroupDirs("4:memory:/docker/ab\n3:cpu,cpuacct:/docker/ab\n"), [
      "/sys/fs/cgroup/memory/docker/ab",
      "/sys/fs/cgroup/memory",
    ]);
    assert.deepEqual(cgroupDirs("no such list"), []);
  });

  test("files in memory are counted, with those of the groups inside", () => {
    assert.equal(fileBytesOf("anon 7\nfile 99\ninactive_file 30\nactive_file 20\n"), 50);
    assert.equal(fileBytesOf("active_file 1\ninactive_file 2\ntotal_active_file 10\ntotal_inactive_file 20\n"), 30);
    assert.equal(fileBytesOf(""), 0);
  });
});
