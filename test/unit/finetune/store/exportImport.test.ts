// Adapters out of a store and into it: the sum with the model's own adapter, PEFT's layout, and what is refused.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { UserError } from "../../../../common/errors.ts";
import { exportAdapter } from "../../../../finetune/store/exportAdapter.ts";
import { importAdapter } from "../../../../finetune/store/importAdapter.ts";
import { keepAdapter } from "../../../../finetune/store/keepAdapter.ts";
import { AdapterFiles } from "../../../../server/engine/adapters/adapter.ts";
import { writeAdapter } from "../../../../server/engine/adapters/writeAdapter.ts";
import { openAdapted, openBases } from "../../../../server/engine/load/openAdapted.ts";
import { openModel, type StoredModel } from "../../../../server/engine/models/modelStore.ts";
import { activeAdapter, findAdapter, listAdapters, readStore } from "../../../../src/adapters/adapterStore.ts";
import { noFacts, readAbout } from "../../../../src/adapters/storedAdapter.ts";
import { tinyModel } from "../../../support/tinyModel.ts";
import { sampleAdapter } from "../../adapters/sampleAdapter.ts";
import { workspaceAdapter, writeAdaptedModel, writeTrained } from "./adaptedModel.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-exchange-"));
after(() => rmSync(scratch, { recursive: true }));

const modelDir = path.join(scratch, "model");
before(() => writeAdaptedModel(modelDir));

let spaces = 0;

/** A new workspace whose store holds one trained adapter. */
async function workspace(alpha?: number) {
  const own = path.join(scratch, `${spaces++}`);
  const [root, dataDir, trained] = [path.join(own, "shop"), path.join(own, "data"), path.join(own, "trained")];
  mkdirSync(root, { recursive: true });
  await writeTrained(trained, modelDir, alpha);
  const id = keepAdapter(root, trained, noFacts, { dataDir });
  const exported = path.join(own, "exported");
  return { root, dataDir, id, dir: findAdapter(root, id, dataDir).dir, own, exported };
}

function assertSameWeights(given: StoredModel, wanted: StoredModel, tolerance: number): void {
  assert.deepEqual([...given.tensors], [...wanted.tensors]);
  for (const name of wanted.tensors.keys()) {
    const [a, b] = [given.dequantise(name), wanted.dequantise(name)];
    const most = b.reduce((sum, value) => Math.max(sum, Math.abs(value)), 0);
    for (let i = 0; i < b.length; i++)
      assert.ok(Math.abs(a[i] - b[i]) <= tolerance * most, `${name} [${i}]: ${a[i]}, ${b[i]}`);
  }
}

const refused = (code: string, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UserError, String(error));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, message);
  return true;
};

test("an adapter of a workspace is opened on top of the model's own", async () => {
  const { dir } = await workspace();
  const { used, plain } = await openBases(modelDir);
  const opened = await openAdapted(modelDir, dir);
  const changed = "model.layers.0.mlp.gate_proj.weight";
  assert.equal(opened.promptFormat, 1);
  assert.notDeepEqual(opened.dequantise(changed), used.dequantise(changed));
  assert.notEqual(used.weightsSha256, plain.weightsSha256);
  assert.equal(
    (await openAdapted(modelDir, dir)).weightsSha256,
    opened.weightsSha256,
    "the command line's --adapter DIR",
  );
});

test("an adapter that has learnt from kept examples says so: in its facts, in the export, and as a warning", async () => {
  const { root, dataDir, own, exported } = await workspace();
  const id = keepAdapter(root, path.join(own, "trained"), { ...noFacts, keptExamples: 12 }, { dataDir });
  assert.equal(readAbout(findAdapter(root, id, dataDir).dir)?.facts.keptExamples, 12);
  const { warnings } = await exportAdapter(root, id, exported, modelDir, dataDir);
  assert.match(warnings.join(), /^It has also learnt from 12 kept examples of a person's work/);
  const manifest = JSON.parse(readFileSync(path.join(exported, AdapterFiles.base), "utf8"));
  assert.equal(manifest.training.keptExamples, 12);
  assert.ok(readFileSync(path.join(exported, "README.md"), "utf8").includes(warnings[0]!));
  const again = await importAdapter(root, exported, modelDir, dataDir);
  assert.equal(readAbout(findAdapter(root, again.id, dataDir).dir)?.facts.keptExamples, 12, "and says so still");
});

// The scales are the same (6/3 against 3/6: a power of two apart), and not: 4/3 against 3/6.
for (const [alpha, type] of [
  [6, "F16"],
  [4, "F32"],
] as const) {
  test(`export and import give the same merged weights, with alpha ${alpha}`, async () => {
    const { root, dataDir, id, dir, exported } = await workspace(alpha);
    const wanted = await openAdapted(modelDir, dir);
    const result = await exportAdapter(root, id, exported, modelDir, dataDir);
    assert.deepEqual(result, { id, dir: exported, base: "small", rank: 9, warnings: [] });
    assert.deepEqual(readdirSync(exported).sort(), ["README.md", ...Object.values(AdapterFiles)].sort());
    const header = readFileSync(path.join(exported, AdapterFiles.tensors), "latin1");
    assert.equal(header.includes('"F32"'), type === "F32", "32 bits only where half floats would lose something");

    const { id: again, warnings } = await importAdapter(root, exported, modelDir, dataDir);
    assert.deepEqual([again, warnings], ["shop-2", []]);
    const imported = findAdapter(root, again, dataDir).dir;
    assertSameWeights(await openAdapted(modelDir, imported), wanted, 2e-7);
    const [about] = listAdapters(root, dataDir);
    assert.equal(about.base.weightsSha256, (await openModel(modelDir)).weightsSha256);
    assert.deepEqual([about.origin, about.name, about.facts.rank], ["imported", "exported", 9]);
    assert.equal(activeAdapter(root, dataDir)?.id, id, "an import leaves what is in use");

    // What belongs to the plain base is exported as it is.
    await exportAdapter(root, again, `${exported}-2`, modelDir, dataDir);
    const bytes = (folder: string) => readFileSync(path.join(folder, AdapterFiles.tensors));
    assert.deepEqual(bytes(`${exported}-2`), bytes(exported));
  });
}

test("PEFT finds the base's name, one rank and one alpha for all layers", async () => {
  const { root, dataDir, id, exported } = await workspace();
  await exportAdapter(root, id, exported, modelDir, dataDir);
  const config = JSON.parse(readFileSync(path.join(exported, AdapterFiles.config), "utf8"));
  assert.deepEqual([config.r, config.lora_alpha, config.base_model_name_or_path], [9, 4.5, "small"]);
  assert.deepEqual(config.trainable_token_indices, { embed_tokens: [7, 2] });
  const { base, training } = JSON.parse(readFileSync(path.join(exported, AdapterFiles.base), "utf8"));
  assert.equal(base.weightsSha256, (await openModel(modelDir)).weightsSha256);
  assert.deepEqual([training.exportedFrom, training.includes], [id, "fim"]);
});

test("an export goes into an empty folder or a new one, and never into another", async () => {
  const { root, dataDir, id, own, exported } = await workspace();
  const full = path.join(own, "full");
  mkdirSync(full);
  writeFileSync(path.join(full, "mine.txt"), "mine");
  mkdirSync(`${full}.new`); // where a careless writer would make its draft
  writeFileSync(path.join(`${full}.new`, "mine.txt"), "mine");
  await assert.rejects(exportAdapter(root, id, full, modelDir, dataDir), refused("badInput", /not empty/));
  const file = path.join(full, "mine.txt");
  await assert.rejects(
    exportAdapter(root, id, file, modelDir, dataDir),
    refused("badInput", /ENOTDIR|not a directory/),
  );
  await assert.rejects(
    exportAdapter(root, id, path.join(file, "x"), modelDir, dataDir),
    refused("badInput", /cannot be/),
  );
  assert.deepEqual([readdirSync(full), readdirSync(`${full}.new`)], [["mine.txt"], ["mine.txt"]]);
  mkdirSync(exported);
  await exportAdapter(root, id, exported, modelDir, dataDir);
  assert.deepEqual(readdirSync(own).sort(), ["data", "exported", "full", "full.new", "shop", "trained"]);
  await assert.rejects(
    exportAdapter(root, "../x-1", `${exported}-2`, modelDir, dataDir),
    refused("badInput", /no adapter/),
  );
});

test("a copy of a workspace's adapter is imported as it is", async () => {
  const { root, dataDir, dir, own } = await workspace();
  const copy = path.join(own, "from a colleague");
  cpSync(dir, copy, { recursive: true });
  const { id } = await importAdapter(root, copy, modelDir, dataDir);
  const [imported] = listAdapters(root, dataDir);
  assert.deepEqual([imported.id, imported.name], [id, "from a colleague"]);
  assertSameWeights(await openAdapted(modelDir, imported.dir), await openAdapted(modelDir, dir), 0);
});

/** An adapter as another program writes it: without our file. */
async function foreign(own: string, rows: boolean): Promise<string> {
  const dir = path.join(own, "foreign");
  const plain = await openModel(modelDir);
  const adapter = rows ? sampleAdapter(plain) : workspaceAdapter(plain, 4);
  writeAdapter(dir, adapter, plain, {}, { baseName: "someone/small" });
  rmSync(path.join(dir, AdapterFiles.base));
  return dir;
}

test("another program's adapter takes the place of the model's own, with a warning, and is prompted from left to right", async () => {
  const { root, dataDir, own } = await workspace();
  const { id, warnings } = await importAdapter(root, await foreign(own, false), modelDir, dataDir);
  assert.match(
    warnings.join(" "),
    /no sotto\.json.*someone\/small.*not trained on Sotto's prompt format.*own adapter fim/,
  );
  const opened = await openAdapted(modelDir, findAdapter(root, id, dataDir).dir);
  assert.equal(opened.promptFormat, undefined);
  const untouched = "model.embed_tokens.weight";
  assert.deepEqual(opened.dequantise(untouched), (await openModel(modelDir)).dequantise(untouched));
});

test("another program's rows of the embedding are refused: its tokens have other numbers", async () => {
  const { root, dataDir, own } = await workspace();
  const dir = await foreign(own, true);
  await assert.rejects(importAdapter(root, dir, modelDir, dataDir), refused("adapterInvalid", /numbers of tokens/));
  assert.equal(listAdapters(root, dataDir).length, 1);
});

test("an adapter of another base is refused, and one whose shapes do not fit", async () => {
  const { root, dataDir, own } = await workspace();
  const other = tinyModel();
  const dir = path.join(own, "other");
  writeAdapter(dir, sampleAdapter(other), other, {});
  await assert.rejects(importAdapter(root, dir, modelDir, dataDir), (error) => {
    refused("adapterOfOtherBase", /belongs to the model tiny.*this is small/)(error);
    assert.ok((error as Error).message.includes(dir), "it names the folder that was given");
    return true;
  });
  await assert.rejects(openAdapted(modelDir, dir), refused("adapterOfOtherBase", /tiny/));
  rmSync(path.join(dir, AdapterFiles.base));
  await assert.rejects(
    importAdapter(root, dir, modelDir, dataDir),
    refused("adapterInvalid", /no place|has the shape/),
  );
  assert.deepEqual(readStore(root, dataDir).adapters.length, 1);
});

test("what is no adapter is one clear error, and the store stays as it is", async () => {
  const { root, dataDir, own } = await workspace();
  const empty = path.join(own, "empty");
  mkdirSync(empty);
  const broken = path.join(own, "broken");
  await writeTrained(broken, modelDir);
  writeFileSync(path.join(broken, AdapterFiles.tensors), "no tensors");
  const folderInside = path.join(own, "odd");
  mkdirSync(path.join(folderInside, AdapterFiles.config), { recursive: true });
  const cases: [string, string, RegExp][] = [
    [path.join(own, "nowhere"), "badInput", /no folder.*nowhere/],
    [path.join(empty, "..", "broken", AdapterFiles.config), "badInput", /no folder/],
    [empty, "adapterInvalid", /adapter_config\.json.*missing/],
    [folderInside, "adapterInvalid", /adapter_config\.json.*missing/],
    [broken, "adapterInvalid", new RegExp(`${broken}.*adapter_model`)],
  ];
  for (const [dir, code, message] of cases)
    await assert.rejects(importAdapter(root, dir, modelDir, dataDir), refused(code, message));
  assert.equal(listAdapters(root, dataDir).length, 1);
  assert.ok(existsSync(broken));
});

test("a folder with a pipe, a file of 999 MB or an alpha that no weight survives is refused, and leaves nothing behind", async () => {
  const { root, dataDir, id, own, exported } = await workspace();
  await exportAdapter(root, id, exported, modelDir, dataDir);
  const config = JSON.parse(readFileSync(path.join(exported, AdapterFiles.config), "utf8"));
  const cases: [name: string, file: string, spoil: (file: string) => void, message: RegExp][] = [
    ["large", AdapterFiles.config, (file) => truncateSync(file, 999e6), /more than 4 MB/],
    ["large base", AdapterFiles.base, (file) => truncateSync(file, 999e6), /more than 4 MB/],
    [
      "alpha",
      AdapterFiles.config,
      (file) => writeFileSync(file, JSON.stringify({ ...config, lora_alpha: 1e308 })),
      /lora_alpha/,
    ],
  ];
  const pipe = (file: string) => {
    rmSync(file);
    execFileSync("mkfifo", [file]);
  };
  for (const file of process.platform === "win32" ? [] : Object.values(AdapterFiles))
    cases.push([`pipe ${file}`, file, pipe, /not a regular file/]);
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith("sotto-import-"));
  for (const [name, file, spoil, message] of cases) {
    const from = path.join(own, name);
    cpSync(exported, from, { recursive: true });
    spoil(path.join(from, file));
    await assert.rejects(importAdapter(root, from, modelDir, dataDir), refused("adapterInvalid", message), name);
  }
  assert.deepEqual(
    listAdapters(root, dataDir).map((about) => about.id),
    [id],
  );
  assert.ok(readdirSync(tmpdir()).filter((name) => name.startsWith("sotto-import-")).length <= before.length);
});

test("an import removes the copies of imports that were killed", async () => {
  const { root, dir, dataDir } = await workspace();
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
  const left = (pid: number, hours: number) => {
    const folder = mkdtempSync(path.join(tmpdir(), `sotto-import-${pid}-`));
    writeFileSync(path.join(folder, "a"), "");
    utimesSync(folder, hoursAgo(hours), hoursAgo(hours));
    return folder;
  };
  const nobody = 4_194_304; // the largest id of Linux, and of no process
  const [killed, recent, running] = [left(nobody, 2), left(nobody, 0), left(process.pid, 2)];
  after(() => {
    for (const folder of [recent, running]) rmSync(folder, { recursive: true });
  });
  await importAdapter(root, dir, modelDir, dataDir);
  assert.deepEqual([killed, recent, running].map(existsSync), [false, true, true]);
});
