// What the version before wrote is still read: settings, the cache folder, a workspace's adapters and its interrupted fine-tuning, statistics, the
// index. Its files lie in test/golden/before, whose README says how they were made. A test here fails where a change costs a person something that
// they had: a setting, an adapter, or the minutes in which a cache is filled again.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { readState } from "../../finetune/job/state.ts";
import { readAdapter } from "../../server/engine/adapters/readAdapter.ts";
import { computeForm } from "../../server/engine/graph/computeForm.ts";
import { Measurements } from "../../server/engine/load/deviceMeasurements.ts";
import { rememberedTimes } from "../../server/engine/load/tierMeasurements.ts";
import { activeAdapter, readStore, rollBack } from "../../src/adapters/adapterStore.ts";
import { jobFolder } from "../../src/adapters/workspaceFolder.ts";
import { readSettings } from "../../src/config/settings.ts";
import { totalOf } from "../../src/feedback/statistics.ts";
import { StatisticsFile } from "../../src/feedback/statisticsFile.ts";
import { indexWorkspace } from "../../src/index/indexWorkspace.ts";
import { LiveReader } from "../../src/index/liveReader.ts";
import { databaseFile } from "../../src/index/location.ts";
import { openStore } from "../../src/index/openStore.ts";
import { mapWorkspace, noParsers, weighted } from "../support/index/fixtures.ts";
import { tinyModel } from "../support/tinyModel.ts";
import { sampleAdapter } from "./adapters/sampleAdapter.ts";

const before = mkdtempSync(path.join(os.tmpdir(), "sotto-before-"));
after(() => rmSync(before, { recursive: true, force: true }));
cpSync(path.join(import.meta.dirname, "../golden/before"), before, { recursive: true });

const cacheDir = path.join(before, "cache");
const dataDir = path.join(before, "data");
const root = "/home/somebody/orchard"; // it is not there: only its name counts
const fail = (what: unknown): never => assert.fail(String(what));

/** Of an object of switches only the names that it had: a later version may add some. */
const namesOf = (value: unknown, had: unknown): unknown =>
  had === null || typeof had !== "object" || Array.isArray(had)
    ? value
    : Object.fromEntries(Object.entries(value as object).filter(([name]) => name in had));

test("every setting is known, and keeps its value", () => {
  const written: Record<string, unknown> = JSON.parse(readFileSync(path.join(before, "settings.json"), "utf8"));
  const read = readSettings((key) => written[`sotto.${key}`]);
  assert.deepEqual(read.problems, []);
  const values = Object.entries(read.settings).map(([key, value]) => [`sotto.${key}`, value] as const);
  const kept = values.filter(([key]) => key in written).map(([key, value]) => [key, namesOf(value, written[key])]);
  assert.deepEqual(Object.fromEntries(kept), written);
});

describe("cache folder", () => {
  test("a compute form is not derived again", async () => {
    const { found } = await computeForm(tinyModel(1, { layers: 1, contextLength: 64 }), { cacheDir });
    assert.equal(found, "intact");
  });

  test("devices are not measured again", () => {
    const gpus = [{ name: "A card", driver: "1.2.3", isSoftware: false }];
    const key = { weightsSha256: "tiny-1", gpus, onnxruntime: "1.2.3", sotto: "0.1.0" };
    const trials = new Measurements(cacheDir, key).read();
    assert.deepEqual(trials.get("webgpu gpu16"), {
      device: "webgpu",
      form: "gpu16",
      works: true,
      loadMs: 812,
      prefillTokensPerSecond: 1500,
      decodeTokensPerSecond: 90,
      mostRows: 31,
    });
    assert.equal(trials.get("webgpu gpu8")?.reason, "self-test: other tokens");
  });

  test("the strong model is not measured again", () => {
    const machine = { threads: 4, processor: "A processor", onnxruntime: "1.2.3", sotto: "0.1.0" };
    const key = { weightsSha256: "tiny-1", device: "cpu", form: "row8", ...machine } as const;
    assert.deepEqual(rememberedTimes(cacheDir, key), { keyMs: 143.5, promptMs: 2210 });
  });
});

// Folders are named by a hash of the workspace's path, which begins with a drive on Windows.
const paths = { skip: process.platform === "win32" && "the golden folders are named by a path of another system" };

describe("a workspace", paths, () => {
  test("its adapters are listed, with their facts, and none is damaged", () => {
    const { active, adapters, problems } = readStore(root, dataDir);
    assert.deepEqual(problems, []);
    assert.equal(active?.id, "orchard-1");
    assert.deepEqual(
      adapters.map(({ id, name, origin }) => [id, name, origin]),
      [
        ["orchard-2", "orchard-2", "imported"],
        ["orchard-1", "the orchard", "trained"],
      ],
    );
    const { facts, base } = adapters[1];
    assert.deepEqual([facts.gain, facts.interval, facts.rate, facts.rank], [0.05, [0.01, 0.09], 0.0002, 16]);
    assert.deepEqual(base, { id: "tiny", weightsSha256: "tiny-1" });
  });

  test("the adapter in use has the values that were written", async () => {
    const model = tinyModel();
    const read = await readAdapter(activeAdapter(root, dataDir)!.dir, model);
    const { matrices, embeddingRows, alpha, rank, promptFormat } = sampleAdapter(model);
    assert.deepEqual([read.alpha, read.rank, read.promptFormat], [alpha, rank, promptFormat]);
    assert.deepEqual(read.matrices, matrices);
    assert.deepEqual(read.embeddingRows, embeddingRows);
  });

  test("what was in use before comes back", () => {
    assert.equal(rollBack(root, dataDir), "orchard-2");
    assert.equal(activeAdapter(root, dataDir)?.id, "orchard-2");
  });

  test("a fine-tuning that was interrupted goes on from where it was", () => {
    const state = readState(jobFolder(root, dataDir));
    assert.equal(state?.chosenRate, 0.0002);
    assert.equal(state?.trained?.adapter, "rate-1/adapter");
    assert.equal(state?.workMs, 61_000);
  });

  test("its index answers, and a pass reads no file again", async () => {
    const file = databaseFile(root, cacheDir);
    const reader = new LiveReader(file, fail);
    assert.deepEqual(
      reader.search(weighted("apple"), 5).map((hit) => hit.path),
      ["src/apple.ts"],
    );
    reader.close();
    const workspace = mapWorkspace({
      "src/apple.ts": "export function peelApple(knife: string) {\n  return knife;\n}\n",
      "lib/pear.py": "def peel_pear(knife):\n    return knife\n",
    });
    const store = openStore(file, fail);
    await indexWorkspace({ workspace, store, parsers: noParsers });
    assert.deepEqual(workspace.reads, []);
    store.close();
  });
});

test("statistics go on from the counts that there are", () => {
  const file = new StatisticsFile(path.join(dataDir, "statistics.json"), fail);
  const days = file.days();
  assert.deepEqual(totalOf(days), {
    shown: 2,
    accepted: 1,
    charactersShown: 30,
    charactersAccepted: 15,
    charactersMeasured30: 15,
    charactersRetained30: 12,
    "unmeasured:closed": 1,
  });
});
