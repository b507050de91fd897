// How a model with a workspace's adapter comes into the memory: by its factors at once, merged afterwards, or merged only.

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { writeAdapter } from "../../../server/engine/adapters/writeAdapter.ts";
import { computeForm, hasComputeForm } from "../../../server/engine/graph/computeForm.ts";
import { MOST_RANK } from "../../../server/engine/graph/lowRank.ts";
import { openAdapted } from "../../../server/engine/load/openAdapted.ts";
import { embeddedModelDir } from "../../../server/engine/models/catalog.ts";
import { openModel } from "../../../server/engine/models/modelStore.ts";
import { deriveElsewhere } from "../../../server/host/deriveProcess.ts";
import { LocalModel } from "../../../server/host/localModel.ts";
import type { AdapterDir } from "../../../server/host/protocol/adapters.ts";
import { loadWorkspaceModel } from "../../../server/host/workspaceModel.ts";
import { lowRankAdapter } from "../../support/lowRankAdapter.ts";
import { SMALL_CONFIG, writeSmallModel } from "../../support/storedFolder.ts";

const scratch = mkdtempSync(path.join(os.tmpdir(), "sotto-workspace-model-"));
const loaded: LocalModel[] = [];
after(() => {
  for (const model of loaded) model.dispose();
  rmSync(scratch, { recursive: true });
});

/** A small model with the embedded one's tokenizer. */
const modelDir = path.join(scratch, "model");
mkdirSync(modelDir);
writeSmallModel(modelDir, { ...SMALL_CONFIG, vocabSize: 49_152, contextLength: 512 });
copyFileSync(path.join(embeddedModelDir(), "tokenizer.json"), path.join(modelDir, "tokenizer.json"));
const base = await openModel(modelDir);

const HOST = path.join(packageRoot(import.meta.dirname), "server/main.ts");
const prompt = { path: "a.ts", languageId: "typescript", prefix: "let x = ", suffix: "\n", pieces: [] };
const TEXT = "compute(first, second);";

let folders = 0;
function adapterOf(change: Partial<ReturnType<typeof lowRankAdapter>> = {}, rank = 8): string {
  const dir = path.join(scratch, `adapter-${folders++}`);
  writeAdapter(dir, { ...lowRankAdapter(base, rank, folders), ...change }, base, {});
  return dir;
}

const newCacheDir = () => path.join(scratch, `cache-${folders++}`);

/** The models that come, with how often something was derived before each. */
async function models(cacheDir: string, adapter: AdapterDir, derive: () => Promise<void>) {
  let derivations = 0;
  const lines: string[] = [];
  const found: { model: LocalModel; derivations: number }[] = [];
  const counted = async () => {
    derivations++;
    await derive();
  };
  const log = (line: string) => lines.push(line);
  const all = loadWorkspaceModel({
    source: { modelDir, adapter },
    device: { cacheDir, threads: 1, log },
    derive: counted,
  });
  for await (const model of all) {
    loaded.push(model);
    found.push({ model, derivations });
  }
  return { found, lines, models: found.map(({ model }) => model) };
}

const isMissing = async () => assert.fail("nothing is to be derived");

async function merged(cacheDir: string, adapter: AdapterDir): Promise<LocalModel> {
  const model = await LocalModel.load({ source: { modelDir, adapter }, device: { cacheDir, threads: 1 } });
  loaded.push(model);
  return model;
}

const logProb = async (model: LocalModel) => (await model.score({ prompt, text: TEXT })).logProb;

describe("workspace model", () => {
  test("by its factors at once, and merged when that is derived", async () => {
    const [cacheDir, adapter] = [newCacheDir(), adapterOf()];
    await computeForm(base, { cacheDir });
    const wanted = await openAdapted(modelDir, adapter);
    const { found, lines } = await models(cacheDir, adapter, async () => {
      await computeForm(wanted, { cacheDir });
    });
    assert.deepEqual(
      found.map(({ derivations }) => derivations),
      [0, 1],
    );
    assert.equal(lines.length, 1);
    const [first, second] = found.map(({ model }) => model);
    for (const model of [first, second]) assert.equal(model.status().adapterName, path.basename(adapter));
    const plain = await LocalModel.load({ source: { modelDir }, device: { cacheDir, threads: 1 }, format: "prefix" });
    loaded.push(plain);
    const [byFactors, byWeights, wantedLogProb] = [
      await logProb(first),
      await logProb(second),
      await logProb(await merged(cacheDir, adapter)),
    ];
    assert.equal(byWeights, wantedLogProb);
    assert.notEqual(byFactors, byWeights); // rounded otherwise
    assert.ok(Math.abs(byFactors - byWeights) < Math.abs((await logProb(plain)) - byWeights) / 4);
  });

  test("merged only: where that is derived already, and where the model without it is not", async () => {
    const [cacheDir, adapter] = [newCacheDir(), adapterOf()];
    const first = await models(cacheDir, adapter, isMissing); // derives in this process
    assert.equal(first.models.length, 1);
    await computeForm(base, { cacheDir });
    const second = await models(cacheDir, adapter, isMissing);
    assert.equal(second.models.length, 1);
    assert.equal(await logProb(second.models[0]), await logProb(first.models[0]));
  });

  test("merged only: an adapter with rows of the embedding, and one of a larger rank", async () => {
    const cacheDir = newCacheDir();
    await computeForm(base, { cacheDir });
    const row = new Float32Array(base.config.hiddenSize).fill(0.01);
    for (const adapter of [adapterOf({ embeddingRows: new Map([[7, row]]) }), adapterOf({}, MOST_RANK + 1)]) {
      const { models: all } = await models(cacheDir, adapter, isMissing);
      assert.equal(all.length, 1);
      assert.equal(await logProb(all[0]), await logProb(await merged(cacheDir, adapter)));
    }
  });

  test("what cannot be derived leaves the first model, and says why", async () => {
    const [cacheDir, adapter] = [newCacheDir(), adapterOf()];
    await computeForm(base, { cacheDir });
    const all = loadWorkspaceModel({
      source: { modelDir, adapter },
      device: { cacheDir, threads: 1 },
      derive: () => Promise.reject(new Error("no room")),
    });
    const first = await all.next();
    assert.ok(first.value instanceof LocalModel);
    loaded.push(first.value);
    await assert.rejects(all.next(), /no room/);
    assert.ok(Number.isFinite(await logProb(first.value)));
  });

  test("another process derives what this one would, and tells why it cannot", async () => {
    const [cacheDir, adapter] = [newCacheDir(), adapterOf()];
    const wanted = await openAdapted(modelDir, adapter);
    assert.equal(await hasComputeForm(wanted, { cacheDir }), false);
    await deriveElsewhere(HOST, { source: { modelDir, adapter }, cacheDir });
    assert.equal(await hasComputeForm(wanted, { cacheDir }), true);
    assert.equal((await computeForm(wanted, { cacheDir })).found, "intact");
    const nowhere = path.join(scratch, "nowhere");
    await assert.rejects(deriveElsewhere(HOST, { source: { modelDir, adapter: nowhere }, cacheDir }), /nowhere/);
  });
});
