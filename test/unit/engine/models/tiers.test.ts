// Sotto's two models as folders: one without a manifest is none yet, one with a damaged file is named, and no model of the user's own takes the
// name of a choice.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { reportTiers } from "../../../../cli/doctor/tiers.ts";
import { findModelDir, resolveModel } from "../../../../cli/model.ts";
import { workspaceModel } from "../../../../cli/workspaceAdapter.ts";
import { type ListedModel, listModels, requireWhole, verifyModel } from "../../../../server/engine/models/catalog.ts";
import { catalogEntries } from "../../../../server/engine/models/catalogEntries.ts";
import { importModel } from "../../../../server/engine/models/importModel.ts";
import { openModel } from "../../../../server/engine/models/modelStore.ts";
import {
  isTierThere,
  modelSetting,
  requireOwnId,
  singleModelDir,
  tierDir,
} from "../../../../server/engine/models/tiers.ts";
import { MODEL_CHOICES } from "../../../../server/host/protocol/tiers.ts";
import { SHARDS, SMALL_CONFIG, writeSmallModel } from "../../../support/storedFolder.ts";
import { repositoryFiles } from "../../../support/testHub.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-tier-"));
after(() => rmSync(scratch, { recursive: true }));
process.env.SOTTO_DATA_DIR = path.join(scratch, "data");
const store = path.join(scratch, "data", "models");

let folders = 0;
let strong: string;
beforeEach(() => {
  strong = path.join(scratch, `strong-${folders++}`);
  mkdirSync(strong);
  process.env.SOTTO_STRONG_DIR = strong;
});

const listed = async (): Promise<[string, string][]> => (await listModels(store)).map(({ id, state }) => [id, state]);
const problemOf = (models: ListedModel[], id: string) => {
  const found = models.find((model) => model.id === id);
  return found?.state === "broken" ? found.problem : undefined;
};
const QUICK = ["smollm2-135m", "usable"];

describe("the strong model's folder", () => {
  test("is no model while it has no manifest, whatever else lies in it", async () => {
    writeSmallModel(strong);
    rmSync(path.join(strong, "manifest.json"));
    assert.equal(isTierThere("strong"), false);
    assert.deepEqual(await listed(), [QUICK]);
    assert.equal((await resolveModel("auto")).tier, "quick");
    await assert.rejects(resolveModel("strong"), { code: "badInput", message: /not part of this installation/ });
    rmSync(strong, { recursive: true });
    assert.deepEqual(await listed(), [QUICK]);
  });

  test("is listed after the quick one, and found by its name, where it is whole", async () => {
    writeSmallModel(strong);
    assert.equal(isTierThere("strong"), true);
    const [, model] = await listModels(store);
    assert.deepEqual([model.state, model.dir], ["usable", strong]);
    for (const choice of ["auto", "strong"]) assert.equal((await resolveModel(choice)).dir, strong);
    assert.deepEqual(await resolveModel(undefined), { dir: tierDir("quick"), id: "smollm2-135m", tier: "quick" });
  });

  for (const [what, damage, problem] of [
    ["missing", (file: string) => rmSync(file), /model-00002-of-00002\.safetensors is missing/],
    ["cut", (file: string) => writeFileSync(file, "x"), /model-00002-of-00002\.safetensors is damaged: it should have/],
    ["without a readable manifest", (file: string) => writeFileSync(path.join(file, "../manifest.json"), "{"), /JSON/],
  ] as const) {
    test(`with a file that is ${what} it is listed as broken, with the file's name; quick is whole`, async () => {
      writeSmallModel(strong);
      damage(path.join(strong, SHARDS[1]));
      assert.deepEqual(await listed(), [QUICK, ["qwen2.5-coder-0.5b", "broken"]]);
      assert.match(problemOf(await listModels(store), "qwen2.5-coder-0.5b")!, problem);
    });
  }
});

describe("a list looks at sizes", () => {
  const alter = (file: string) => writeFileSync(file, Buffer.alloc(statSync(file).size, 7));

  test("a changed file of the same size is named when the model is opened, and by its check, never used", async () => {
    writeSmallModel(strong, SMALL_CONFIG, "qwen2.5-coder-0.5b");
    const file = path.join(strong, SHARDS[1]);
    alter(file);
    assert.deepEqual(await listed(), [QUICK, ["qwen2.5-coder-0.5b", "usable"]]);
    const named = {
      code: "modelCorrupt",
      message: /model-00002-of-00002\.safetensors is damaged: its content was alt/,
    };
    await assert.rejects(openModel(strong), named);
    const check = await verifyModel(strong);
    assert.equal(check.ok, false);
    assert.throws(() => requireWhole(check), named);
    assert.deepEqual(
      (await reportTiers(check, 1, assert.fail)).states.map(({ state, problem = "" }) => [state, problem !== ""]),
      [
        ["whole", false],
        ["broken", true],
      ],
      "the doctor hashes",
    );
  });

  test("a user's model with a file that is missing or cut is listed as broken", async () => {
    const dir = path.join(store, "small");
    mkdirSync(dir, { recursive: true });
    writeSmallModel(dir);
    assert.deepEqual(await listed(), [QUICK, ["small", "usable"]]);
    writeFileSync(path.join(dir, SHARDS[0]), "x");
    assert.match(
      problemOf(await listModels(store), "small")!,
      /00001-of-00002\.safetensors is damaged: it should have/,
    );
    rmSync(path.join(dir, SHARDS[0]));
    assert.match(problemOf(await listModels(store), "small")!, /00001-of-00002\.safetensors is missing/);
    rmSync(store, { recursive: true });
  });
});

describe("a model of the user's own", () => {
  const source = path.join(scratch, "source");
  mkdirSync(source);
  for (const [name, content] of Object.entries(repositoryFiles())) writeFileSync(path.join(source, name), content);

  test("cannot be imported under the name of a choice, and nothing stays", async () => {
    for (const id of MODEL_CHOICES)
      await assert.rejects(importModel(source, { id, storeDir: store }), {
        code: "badInput",
        message: new RegExp(`can be called ${id}`),
      });
    assert.deepEqual(await listed(), [QUICK]);
  });

  test("cannot have the id of a model that comes with Sotto, also while that is not whole", () => {
    const refusal = { code: "badInput", message: /a model that comes with Sotto has that id/ };
    for (const id of ["smollm2-135m", "qwen2.5-coder-0.5b"]) assert.throws(() => requireOwnId(id), refusal);
    requireOwnId("strong-coder");
    for (const { id } of catalogEntries) requireOwnId(id); // so that a download need not ask
  });

  for (const isWhole of [false, true]) {
    test(`that lies under such a name all the same is told, and stands for nothing, where strong is ${isWhole ? "whole" : "not whole"}`, async () => {
      for (const id of ["strong", "qwen2.5-coder-0.5b"]) {
        const dir = path.join(store, id);
        mkdirSync(dir, { recursive: true });
        writeSmallModel(dir, SMALL_CONFIG, id);
      }
      if (isWhole) writeSmallModel(strong, SMALL_CONFIG, "qwen2.5-coder-0.5b");
      const whole = isWhole ? [["qwen2.5-coder-0.5b", "usable"]] : [];
      assert.deepEqual(await listed(), [QUICK, ...whole, ["qwen2.5-coder-0.5b", "broken"], ["strong", "broken"]]);
      const models = await listModels(store);
      const problem = (id: string) => problemOf(models.toReversed(), id)!;
      assert.match(problem("strong"), /it names a choice in sotto\.model\. .*folder.* is renamed/);
      assert.match(problem("qwen2.5-coder-0.5b"), /comes with Sotto has that id\. .*folder.* is renamed/);
      if (isWhole) for (const name of ["strong", "qwen2.5-coder-0.5b"]) assert.equal(await findModelDir(name), strong);
      else await assert.rejects(findModelDir("qwen2.5-coder-0.5b"), { message: /cannot be used/ });
      assert.equal(await findModelDir(path.join(store, "strong")), path.join(store, "strong"), "by its path it runs");
      rmSync(store, { recursive: true });
    });
  }

  test("in a folder called like a choice is given by its path", async () => {
    const folder = path.join(scratch, "quick");
    mkdirSync(folder);
    writeSmallModel(folder);
    const before = process.cwd();
    process.chdir(scratch);
    try {
      assert.equal((await resolveModel("quick")).dir, tierDir("quick"));
      assert.equal((await resolveModel("./quick")).dir, "./quick");
      assert.equal((await resolveModel("./quick")).tier, undefined);
    } finally {
      process.chdir(before);
    }
  });
});

test("what a setting stands for; where one model is needed, auto and a tier that is not there are quick", () => {
  for (const nothing of [undefined, ""]) assert.deepEqual(modelSetting(nothing), { choice: "auto" });
  for (const choice of MODEL_CHOICES) assert.deepEqual(modelSetting(choice), { choice });
  assert.deepEqual(modelSetting("/m/quick"), { dir: "/m/quick" });
  for (const setting of [undefined, "", "auto", "quick", "strong"])
    assert.equal(singleModelDir(setting), tierDir("quick"));
  assert.equal(singleModelDir("/m/own"), "/m/own");
  writeSmallModel(strong);
  assert.deepEqual(["auto", "strong"].map(singleModelDir), [tierDir("quick"), strong]);
});

test("on the command line a workspace without an adapter changes nothing, whatever the model", async () => {
  for (const id of [undefined, "auto", "quick", "anything"])
    assert.deepEqual(await workspaceModel({ id, threads: 1 }, scratch, assert.fail), { id, threads: 1 });
});
