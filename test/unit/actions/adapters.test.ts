// What the agent tells and does about a folder's adapters; what needs a model is done by a process that only answers.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { type AdapterActionsOptions, adaptersState, changeAdapters } from "../../../src/actions/adapters.ts";
import { addAdapter } from "../../../src/adapters/adapterStore.ts";
import { AdapterFolderFiles, noFacts } from "../../../src/adapters/storedAdapter.ts";
import type { AdapterChange } from "../../../src/protocol/adapters.ts";

const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-adapter-actions-"));
const root = path.join(folder, "shop");
const dataDir = path.join(folder, "data");
process.env.SOTTO_FAKE_FINETUNE = path.join(folder, "fake.json");
writeFileSync(process.env.SOTTO_FAKE_FINETUNE, "{}");
after(() => rmSync(folder, { recursive: true, force: true }));

const log: string[] = [];
const options: AdapterActionsOptions = {
  file: path.join(packageRoot(import.meta.dirname), "test", "support", "fakeFineTune.ts"),
  log: (line) => log.push(line),
  modelDir: () => "",
  dataDir,
};
const change = (what: AdapterChange) => changeAdapters(root, what, options, new AbortController().signal);

function store(gain: number, report: boolean): string {
  const about = { createdMs: 1, root, base: { id: "m", weightsSha256: "0" }, origin: "trained", sizeBytes: 7 };
  return addAdapter(
    root,
    (draft, id) => {
      for (const name of [AdapterFolderFiles.config, AdapterFolderFiles.tensors, AdapterFolderFiles.base])
        writeFileSync(path.join(draft, name), "{}");
      const text = JSON.stringify({ ...about, id, name: id, facts: { ...noFacts, gain } });
      writeFileSync(path.join(draft, AdapterFolderFiles.about), text);
      if (report) writeFileSync(path.join(draft, AdapterFolderFiles.report), "<!doctype html>");
    },
    false,
    dataDir,
  );
}

test("listed, used, rolled back, switched off, renamed and removed, each with a sentence", async () => {
  assert.deepEqual(adaptersState(root, dataDir), { adapters: [], before: null, problems: [] });
  const [first, second] = [store(0.03, false), store(0.07, true)];
  const listed = () => adaptersState(root, dataDir).adapters.map(({ id, active }) => [id, active]);
  assert.deepEqual(listed(), [
    [second, false],
    [first, false],
  ]);
  const [newest, oldest] = adaptersState(root, dataDir).adapters;
  assert.equal(newest.gain, 0.07);
  assert.ok(newest.report?.endsWith(AdapterFolderFiles.report));
  assert.equal(oldest.report, undefined);

  assert.equal(await change({ kind: "use", id: first }), `Completions use the adapter ${first}.`);
  assert.equal(await change({ kind: "use", id: second }), `Completions use the adapter ${second}.`);
  assert.equal(adaptersState(root, dataDir).before, first);
  assert.equal(await change({ kind: "rollBack" }), `Completions use the adapter ${first} again.`);
  assert.deepEqual(listed(), [
    [second, false],
    [first, true],
  ]);
  assert.equal(await change({ kind: "rename", id: first, name: "the first" }), "The adapter is called the first.");
  assert.equal(await change({ kind: "off" }), "Completions use no adapter.");
  assert.equal(await change({ kind: "remove", id: first }), "The adapter the first is removed.");
  assert.deepEqual(listed(), [[second, false]]);
});

test("what cannot be is refused with a sentence and an action", async () => {
  for (const what of [
    { kind: "use", id: "shop-99" },
    { kind: "remove", id: "../other" },
    { kind: "rename", id: "shop-99", name: "a\nb" },
    { kind: "grow" } as unknown as AdapterChange,
  ] as AdapterChange[])
    await assert.rejects(change(what), { name: "UserError" }, JSON.stringify(what));
});

test("export and import tell where it lies, and what to mind", async () => {
  const dir = path.join(folder, "out");
  assert.equal(
    await change({ kind: "export", id: "sample-1", dir }),
    `The adapter sample-1 lies in ${dir}, in PEFT's layout.`,
  );
  const said = await change({ kind: "import", dir });
  assert.equal(said, "The adapter sample-1 is here, and not in use yet. It knows no format.");
  assert.deepEqual(log, []);
});
