// The store of a workspace's adapters: ids and versions, what is in use, what is damaged, names from outside, several processes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { UserError } from "../../../common/errors.ts";
import { sourceFlags } from "../../../common/util/ownProcess.ts";
import { keepAdapter } from "../../../finetune/store/keepAdapter.ts";
import { AdapterFiles } from "../../../server/engine/adapters/adapter.ts";
import {
  activeAdapter,
  adapterOff,
  adapterReport,
  listAdapters,
  readStore,
  removeAdapter,
  renameAdapter,
  rollBack,
  useAdapter,
  watchActive,
} from "../../../src/adapters/adapterStore.ts";
import { AdapterFolderFiles, noFacts } from "../../../src/adapters/storedAdapter.ts";
import { workspaceFolder } from "../../../src/adapters/workspaceFolder.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-store-"));
after(() => rmSync(scratch, { recursive: true }));

const trained = path.join(scratch, "trained");
mkdirSync(trained);
writeFileSync(path.join(trained, AdapterFiles.config), "{}");
writeFileSync(path.join(trained, AdapterFiles.tensors), "tensors");
writeFileSync(path.join(trained, AdapterFiles.base), '{"base":{"id":"tiny","weightsSha256":"tiny-1"}}');
writeFileSync(path.join(trained, "report.html"), "<p>better</p>");

let spaces = 0;

/** A new workspace with a data folder of its own. */
function workspace(name = "My Shop"): { root: string; dataDir: string; keep: () => string; folder: () => string } {
  const own = path.join(scratch, `${spaces++}`);
  const root = path.join(own, name);
  const dataDir = path.join(own, "data");
  mkdirSync(root, { recursive: true });
  const keep = () => keepAdapter(root, trained, { ...noFacts, gain: 0.05, cases: 300 }, { dataDir });
  return { root, dataDir, keep, folder: () => workspaceFolder(root, dataDir) };
}

const userError = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UserError, String(error));
  assert.match(error.message, message);
  assert.notEqual(error.action, "");
  return true;
};

test("the files that the store looks for are those of an adapter's folder", () => {
  const { config, tensors, base } = AdapterFolderFiles;
  assert.deepEqual({ config, tensors, base }, AdapterFiles);
});

test("adapters are named by the folder and counted up; the newest is in use; facts and report are kept", () => {
  const { root, dataDir, keep, folder } = workspace();
  assert.equal(activeAdapter(root, dataDir), undefined);
  assert.deepEqual(listAdapters(root, dataDir), []);
  assert.deepEqual([keep(), keep()], ["my-shop-1", "my-shop-2"]);
  const [second, first] = listAdapters(root, dataDir);
  assert.deepEqual([second.id, second.active, first.id, first.active], ["my-shop-2", true, "my-shop-1", false]);
  assert.deepEqual([first.facts.gain, first.facts.cases, first.facts.rate], [0.05, 300, null]);
  assert.deepEqual(first.base, { id: "tiny", weightsSha256: "tiny-1" });
  assert.equal(first.origin, "trained");
  assert.equal(readFileSync(adapterReport(root, "my-shop-1", dataDir)!, "utf8"), "<p>better</p>");
  assert.equal(activeAdapter(root, dataDir)?.dir, path.join(folder(), "adapters", "my-shop-2"));
  assert.deepEqual(JSON.parse(readFileSync(path.join(folder(), "root.json"), "utf8")).root, root);
});

test("a folder's name in any script gives an id that fits in a path", () => {
  const names = { Кухня: "workspace-1", "Über_größe (2)": "uber-gro-e-2-1", ["a".repeat(90)]: `${"a".repeat(40)}-1` };
  for (const [name, id] of Object.entries(names)) assert.equal(workspace(name).keep(), id);
});

test("versions are not given twice, also after the newest was removed", () => {
  const { root, dataDir, keep } = workspace();
  keep();
  removeAdapter(root, keep(), dataDir);
  removeAdapter(root, "my-shop-1", dataDir);
  assert.equal(keep(), "my-shop-3");
});

test("rolling back goes to what was in use before, then to none, and then says that there is nothing", () => {
  const { root, dataDir, keep } = workspace();
  const [first, second, third] = [keep(), keep(), keep()];
  useAdapter(root, first, dataDir);
  assert.deepEqual(readStore(root, dataDir).history, [third, second, first]);
  removeAdapter(root, second, dataDir);
  assert.deepEqual([rollBack(root, dataDir), activeAdapter(root, dataDir)?.id], [third, third]);
  assert.deepEqual([rollBack(root, dataDir), rollBack(root, dataDir)], [first, null]);
  assert.throws(() => rollBack(root, dataDir), userError(/No adapter was in use before/));
});

test("switched off and back on", () => {
  const { root, dataDir, keep } = workspace();
  const id = keep();
  adapterOff(root, dataDir);
  assert.equal(activeAdapter(root, dataDir), undefined);
  assert.equal(listAdapters(root, dataDir)[0].active, false);
  assert.equal(rollBack(root, dataDir), id);
});

test("removing the adapter in use leaves the model as it is, and nothing in the folder", () => {
  const { root, dataDir, keep, folder } = workspace();
  removeAdapter(root, keep(), dataDir);
  assert.deepEqual(readStore(root, dataDir), { active: undefined, history: [], adapters: [], problems: [] });
  assert.deepEqual(readdirSync(path.join(folder(), "adapters")), []);
});

test("a person's name for it changes nothing else", () => {
  const { root, dataDir, keep } = workspace();
  const id = keep();
  const [before] = listAdapters(root, dataDir);
  renameAdapter(root, id, "  before the rewrite ", dataDir);
  assert.deepEqual(listAdapters(root, dataDir), [{ ...before, name: "before the rewrite" }]);
  for (const name of ["", "  ", "two\nlines", "x".repeat(101), "a\u0000b"])
    assert.throws(() => renameAdapter(root, id, name, dataDir), userError(/one line/));
});

test("names from outside are never part of a path", () => {
  const { root, dataDir, keep, folder } = workspace();
  keep();
  cpSync(trained, path.join(folder(), "outside-1"), { recursive: true });
  const names = [
    "../outside-1",
    "..",
    ".",
    "",
    "/",
    "my-shop-1/../../outside-1",
    "my-shop-01",
    "my-shop-1\u0000",
    `${"a".repeat(70)}-1`,
  ];
  for (const name of names) {
    for (const call of [useAdapter, removeAdapter])
      assert.throws(() => call(root, name, dataDir), userError(/has no adapter/));
    assert.throws(() => renameAdapter(root, name, "other", dataDir), userError(/has no adapter/));
    assert.equal(adapterReport(root, name, dataDir), undefined);
  }
  writeFileSync(path.join(folder(), "active.json"), '{"active":"../outside-1","history":[],"lastVersion":1}');
  assert.equal(activeAdapter(root, dataDir), undefined);
  assert.ok(existsSync(path.join(folder(), "outside-1")));
});

test("active.json that is damaged means no adapter, is told, and is made anew by the next choice", () => {
  for (const text of [
    "",
    "{",
    "null",
    "[]",
    '"x"',
    '{"active":3,"history":[]}',
    '{"active":null}',
    '{"active":null,"history":["../x"]}',
  ]) {
    const { root, dataDir, keep, folder } = workspace();
    const id = keep();
    writeFileSync(path.join(folder(), "active.json"), text);
    const { active, adapters, problems } = readStore(root, dataDir);
    assert.deepEqual([active, adapters.length, problems.length], [undefined, 1, 1], text);
    assert.match(problems[0], /active\.json is damaged/);
    assert.equal(activeAdapter(root, dataDir), undefined);
    adapterOff(root, dataDir);
    assert.deepEqual(readStore(root, dataDir).problems, []);
    writeFileSync(path.join(folder(), "active.json"), text);
    assert.equal(keep(), "my-shop-2");
    useAdapter(root, id, dataDir);
    assert.deepEqual(readStore(root, dataDir).problems, []);
  }
});

test("an adapter that lacks a file, or whose about.json is broken, is told and passed over, and not deleted", () => {
  for (const name of [...Object.values(AdapterFiles), "about.json"]) {
    const { root, dataDir, keep, folder } = workspace();
    const [first, second] = [keep(), keep()];
    const file = path.join(folder(), "adapters", second, name);
    rmSync(file);
    assert.equal(activeAdapter(root, dataDir), undefined, name);
    const { active, adapters, problems } = readStore(root, dataDir);
    assert.deepEqual([active, adapters.map(({ id }) => id)], [undefined, [first]]);
    assert.deepEqual(problems, [`The adapter ${second} cannot be used: its file ${name} is missing.`]);
    assert.throws(() => useAdapter(root, second, dataDir), userError(new RegExp(`${name} is missing`)));
    assert.ok(existsSync(path.dirname(file)));
    assert.equal(rollBack(root, dataDir), first);
    removeAdapter(root, second, dataDir);
    assert.deepEqual(readStore(root, dataDir).problems, []);
  }
});

test("an adapter in use whose folder was taken away is told", () => {
  const { root, dataDir, keep, folder } = workspace();
  const id = keep();
  rmSync(path.join(folder(), "adapters", id), { recursive: true });
  assert.match(readStore(root, dataDir).problems.join(), new RegExp(`${id} was in use and is no longer there`));
  assert.equal(activeAdapter(root, dataDir), undefined);
});

test("a store that cannot be written is one clear error, and the adapter is not half there", () => {
  const { dataDir, keep } = workspace();
  writeFileSync(dataDir, "a file where the folder should be");
  assert.throws(keep, userError(/cannot be changed/));
  assert.equal(readFileSync(dataDir, "utf8"), "a file where the folder should be");
});

test("a change by anybody is seen, and what did not change is not told", async () => {
  const { root, dataDir, keep } = workspace();
  const seen: (string | undefined)[] = [];
  let told = () => {};
  const end = watchActive(
    root,
    (active) => {
      seen.push(active?.id);
      told();
    },
    dataDir,
  );
  const alive = setInterval(() => {}, 1000); // the watch itself keeps no process alive
  try {
    for (const change of [keep, () => adapterOff(root, dataDir)]) {
      const next = new Promise<void>((resolve) => (told = resolve));
      change();
      await next;
    }
    assert.deepEqual(seen, ["my-shop-1", undefined]);
  } finally {
    clearInterval(alive);
    end();
  }
});

test("processes that keep and choose adapters at once lose nothing", async () => {
  const { root, dataDir } = workspace();
  const program = `
    import { keepAdapter } from "./finetune/store/keepAdapter.ts";
    import { useAdapter } from "./src/adapters/adapterStore.ts";
    import { noFacts } from "./src/adapters/storedAdapter.ts";
    const [root, trained, dataDir] = process.argv.slice(1);
    for (let i = 0; i < 5; i++) useAdapter(root, keepAdapter(root, trained, noFacts, { dataDir }), dataDir);`;
  const args = [...sourceFlags, "--input-type=module", "-e", program, root, trained, dataDir];
  const cwd = path.resolve(import.meta.dirname, "../../..");
  const processes = Array.from({ length: 4 }, () => spawn(process.execPath, args, { cwd, stdio: "inherit" }));
  const codes = await Promise.all(processes.map(async (child) => (await once(child, "exit"))[0]));
  assert.deepEqual(codes, [0, 0, 0, 0]);
  const { active, adapters, history, problems } = readStore(root, dataDir);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    adapters.map(({ id }) => id),
    Array.from({ length: 20 }, (_, i) => `my-shop-${20 - i}`),
  );
  assert.deepEqual(new Set([active?.id, ...history]), new Set(adapters.map(({ id }) => id)));
});
