// `sotto adapters`, and which adapter the other commands run with. The model is written by hand where one is loaded.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { ModelOptions } from "../../../cli/model.ts";
import { runCli } from "../../../cli/run.ts";
import { keepAdapter } from "../../../finetune/store/keepAdapter.ts";
import { activeAdapter } from "../../../src/adapters/adapterStore.ts";
import { noFacts } from "../../../src/adapters/storedAdapter.ts";
import { caseOf } from "../../support/evaluationCases.ts";
import { fakeModel } from "../../support/fakeModel.ts";
import { writeAdaptedModel, writeTrained } from "../finetune/store/adaptedModel.ts";

const scratch = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-cli-adapters-")));
process.env.SOTTO_DATA_DIR = path.join(scratch, "data");
after(() => rmSync(scratch, { recursive: true }));

const modelDir = path.join(scratch, "model");
const trained = path.join(scratch, "trained");
before(async () => {
  await writeAdaptedModel(modelDir);
  await writeTrained(trained, modelDir);
});

let spaces = 0;

/** A new workspace with a source file, and two adapters of which the second is in use. */
function workspace(): { root: string; source: string } {
  const root = path.join(scratch, `${spaces++}`, "shop");
  mkdirSync(root, { recursive: true });
  writeFileSync(path.join(root, "package.json"), "{}");
  const source = path.join(root, "a.ts");
  writeFileSync(source, "const count = \n");
  for (let i = 0; i < 2; i++) keepAdapter(root, trained, { ...noFacts, gain: 0.031, cases: 300 });
  return { root, source };
}

async function run(...args: string[]) {
  let [stdout, stderr] = ["", ""];
  const loaded: ModelOptions[] = [];
  const status = await runCli(args, {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    loadModel: async (options) => {
      loaded.push(options);
      return fakeModel(() => "items.length;\n");
    },
    signal: new AbortController().signal,
  });
  return { status, stdout, stderr, loaded };
}

/** The JSON document of `sotto adapters ARGS`. */
async function json(root: string, ...args: string[]) {
  const { status, stdout, stderr } = await run("adapters", ...args, "--root", root, "--model", modelDir, "--json");
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

test("list, use, off, rollback, rename and remove", async () => {
  const { root } = workspace();
  const listed = await json(root, "list");
  assert.deepEqual([listed.active, listed.history, listed.problems], ["shop-2", ["shop-1"], []]);
  assert.deepEqual(
    listed.adapters.map(({ id, active }: { id: string; active: boolean }) => [id, active]),
    [
      ["shop-2", true],
      ["shop-1", false],
    ],
  );
  assert.deepEqual(await json(root, "use", "shop-1"), { active: "shop-1" });
  assert.deepEqual(await json(root, "off"), { active: null });
  assert.deepEqual(await json(root, "rollback"), { active: "shop-1" });
  assert.deepEqual(await json(root, "rename", "shop-1", "before the move"), { id: "shop-1", name: "before the move" });
  assert.deepEqual(await json(root, "remove", "shop-2"), { removed: "shop-2", active: "shop-1" });
  const { stdout } = await run("adapters", "list", "--root", root);
  assert.match(stdout, /^\* shop-1 {2}before the move\n.*trained, 0\.0 MB, exact match \+3\.1, 300 cases\n$/);
});

test("export and import", async () => {
  const { root } = workspace();
  const dir = path.join(scratch, "exported");
  assert.deepEqual(await json(root, "export", "shop-1", dir), {
    id: "shop-1",
    dir,
    base: "small",
    rank: 9,
    warnings: [],
  });
  assert.deepEqual(await json(root, "import", dir), { id: "shop-3", warnings: [] });
  assert.equal(activeAdapter(root)?.id, "shop-2");
  rmSync(path.join(dir, "sotto.json"));
  const foreign = await run("adapters", "import", dir, "--root", root, "--model", modelDir);
  assert.match(foreign.stderr, /adapter_config\.json.*numbers of tokens/);
  assert.equal(foreign.status, 1);
});

test("wrong usage is status 2, and what cannot be done status 1 with a sentence", async () => {
  const { root } = workspace();
  for (const [args, said] of [
    [[], /adapters takes list/],
    [["choose"], /no "choose"/],
    [["constructor"], /no "constructor"/],
    [["use"], /use takes ID/],
    [["list", "shop-1"], /list takes nothing more/],
    [["rename", "shop-1"], /rename takes ID and NAME/],
    [["compare", "shop-1", "shop-1"], /two different/],
  ] as const) {
    const { status, stderr, stdout } = await run("adapters", ...args, "--root", root);
    assert.deepEqual([status, stdout], [2, ""], args.join(" "));
    assert.match(stderr, said);
  }
  for (const [args, said] of [
    [["use", "shop-9"], /no adapter "shop-9"/],
    [["remove", "../shop-1"], /no adapter/],
    [["rename", "shop-1", " "], /one line/],
    [["export", "shop-1", root], /not empty/],
    [["import", path.join(root, "nowhere")], /no folder/],
    [["compare", "shop-1", "shop-2"], /no held-out places/],
  ] as const) {
    const { status, stderr } = await run("adapters", ...args, "--root", root, "--model", modelDir);
    assert.equal(status, 1, args.join(" "));
    assert.match(stderr, said);
  }
  assert.ok(existsSync(path.join(root, "package.json")));
});

/** The adapter's folder that a command loads its model with. */
async function adapterOf(...args: string[]): Promise<string | undefined> {
  const { status, stderr, loaded } = await run(...args);
  assert.equal(status, 0, stderr);
  return loaded[0].adapter;
}

test("complete runs with the workspace's adapter, with the one that is named, or with none", async () => {
  const { root, source } = workspace();
  const place = ["complete", "--file", source, "--line", "1", "--column", "15", "--explicit"];
  // The adapters are for the small model, and a command without --model loads the embedded one.
  const other = await run(...place);
  assert.equal(other.loaded[0].adapter, undefined);
  assert.match(other.stderr, /shop-2 is for the model small, and is not used/);
  const ofSmall = [...place, "--model", "small"];
  assert.equal(await adapterOf(...ofSmall), activeAdapter(root)?.dir);
  assert.equal(await adapterOf(...ofSmall, "--root", root), activeAdapter(root)?.dir);
  assert.match((await adapterOf(...ofSmall, "--adapter", "shop-1")) ?? "", /adapters.shop-1$/);
  assert.equal(await adapterOf(...ofSmall, "--adapter", trained), trained);
  assert.equal(await adapterOf(...ofSmall, "--adapter", "none"), "none");
  assert.match((await run(...ofSmall, "--adapter", "shop-7")).stderr, /no adapter "shop-7"/);
  assert.match((await run(...ofSmall, "--adapter", "./nowhere")).stderr, /There is no adapter \.\/nowhere/);
  await json(root, "off");
  assert.equal(await adapterOf(...ofSmall), undefined);
});

test("evaluate takes a workspace's adapter only where --root says which workspace", async () => {
  const { root } = workspace();
  const cases = path.join(scratch, "cases.jsonl");
  writeFileSync(cases, JSON.stringify(caseOf()));
  const evaluate = ["evaluate", "--cases", cases, "--model", "small"];
  assert.equal(await adapterOf(...evaluate), undefined);
  assert.equal(await adapterOf(...evaluate, "--root", root), activeAdapter(root)?.dir);
  assert.equal(await adapterOf(...evaluate, "--root", root, "--adapter", "none"), "none");
  assert.match((await run(...evaluate, "--adapter", "shop-1")).stderr, /with --root the workspace/);
});
