// Trained elsewhere: data goes out, an adapter comes back and is judged here; what does not belong together is refused in one error.

import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { exportData } from "../../../../finetune/elsewhere/exportData.ts";
import { judgingOf } from "../../../../finetune/elsewhere/judgeElsewhere.ts";
import { Gate } from "../../../../finetune/job/control.ts";
import { beginJob } from "../../../../finetune/job/folder.ts";
import { runJob } from "../../../../finetune/job/job.ts";
import { RunningJob } from "../../../../finetune/job/runningJob.ts";
import type { FineTuneRequest } from "../../../../finetune/protocol/fineTune.ts";
import { writeAdapter } from "../../../../server/engine/adapters/writeAdapter.ts";
import { openAdapted } from "../../../../server/engine/load/openAdapted.ts";
import { exportedData } from "../../../../src/adapters/workspaceFolder.ts";
import { torchPython } from "../../../support/torchPython.ts";
import { fixtures, folderWith, removeFixtures, sources } from "../data/workspaceFixture.ts";
import { fakeTools, freshCounts, MODEL, MortalDisk } from "../job/fakeJob.ts";
import { workspaceAdapter } from "../store/adaptedModel.ts";
import { Launcher, type Ran } from "./launcher.ts";
import { smallTraining } from "./smallTraining.ts";

after(removeFixtures);
const { python, skip: without } = await torchPython();
const skip = process.platform === "win32" ? "the launcher of this test forks" : without;
const scratch = path.join(fixtures, "elsewhere");
mkdirSync(scratch);
const dataDir = path.join(scratch, "sotto");
const { modelDir } = smallTraining(scratch)();
const root = folderWith(sources(12, 3_000));
const never = new AbortController().signal;
const requestOf = (folder = root): FineTuneRequest => ({
  root: folder,
  modelDir,
  minutes: 5,
  when: "always",
  seed: 1,
  endsWithParent: true,
});
const bundle = path.join(scratch, "bundle");
const exported = await exportData(requestOf(), bundle, never, () => {}, dataDir);

/** An adapter of the small model, trained on nothing, that says that it comes from `data`. */
async function adapterOf(data: unknown, model = modelDir): Promise<string> {
  const dir = path.join(scratch, `adapter-${readdirSync(scratch).length}`);
  const base = await openAdapted(model);
  writeAdapter(dir, workspaceAdapter(base, 4), base, { datasetSha256: data, learningRate: 0.002, step: 7 });
  return dir;
}

let launcher: Launcher | undefined;
after(() => launcher?.close());

function train(folder: string, out: string, ...more: string[]): Promise<Ran> {
  launcher ??= new Launcher(python);
  return launcher.launch([folder, "--out", out, "--device", "cpu", "--threads", "1", ...more]);
}

test("an export holds what training needs, and the places that judge stay here", () => {
  assert.deepEqual(readdirSync(bundle).sort(), [
    "README.md",
    "base",
    "sotto-bundle.json",
    "train",
    "trainer",
    "validation",
  ]);
  assert.ok(existsSync(path.join(bundle, "trainer", "src", "sotto_trainer", "run.py")));
  const kept = exportedData(root, exported.datasetSha256, dataDir);
  assert.deepEqual(readdirSync(kept).sort(), ["corpus.json", "report-cases.jsonl"]);
  assert.ok(readFileSync(path.join(kept, "report-cases.jsonl"), "utf8").length > 1_000);
});

test("an adapter that comes back is judged as a job's own, and kept", async () => {
  const adapter = await adapterOf(exported.datasetSha256);
  const fill = await judgingOf(root, adapter, modelDir, dataDir);
  const dir = path.join(scratch, "judged");
  const jobDir = path.join(dir, "job");
  mkdirSync(path.join(dir, "adapters"), { recursive: true });
  const [disk, counts] = [new MortalDisk(), freshCounts()];
  const state = beginJob(jobDir, requestOf(), MODEL, disk, fill);
  const gate = await Gate.open({ jobDir, dataDir: dir, when: "always", stop: never, log: () => {}, lookMs: 2 });
  try {
    const tools = fakeTools({ disk, counts, storeDir: path.join(dir, "adapters") });
    const job = new RunningJob({ jobDir, request: requestOf(), state, disk, tools, log: () => {} });
    const result = await runJob(job, { gate, freeMachine: () => {}, takeMachine: () => () => {} });
    assert.equal(result?.accepted, true);
    assert.equal(result?.tokensPerSecond, null);
    assert.deepEqual([counts.prepared, counts.steps, counts.kept.length], [0, 0, 1]);
  } finally {
    gate.close();
  }
});

test("an adapter of another base, of another tree's data, or of nobody's is refused", async () => {
  const own = await adapterOf(exported.datasetSha256);
  const other = folderWith(sources(12, 3_000, 40));
  await assert.rejects(judgingOf(other, own, modelDir, dataDir), {
    code: "badInput",
    message: /was not exported from/,
  });
  await assert.rejects(judgingOf(root, await adapterOf("0".repeat(64)), modelDir, dataDir), /was not exported from/);
  await assert.rejects(
    judgingOf(root, await adapterOf("../../etc"), modelDir, dataDir),
    /does not say what it was trained on/,
  );
  await assert.rejects(
    judgingOf(root, await adapterOf(undefined), modelDir, dataDir),
    /does not say what it was trained on/,
  );
  await assert.rejects(judgingOf(root, path.join(scratch, "nothing"), modelDir, dataDir), /There is no adapter/);
  const about = path.join(own, "sotto.json");
  writeFileSync(about, readFileSync(about, "utf8").replace(/"weightsSha256": "..../, '"weightsSha256": "0000'));
  await assert.rejects(judgingOf(root, own, modelDir, dataDir), { code: "adapterOfOtherBase" });
  rmSync(path.join(own, "adapter_model.safetensors"));
  await assert.rejects(judgingOf(root, own, modelDir, dataDir), { code: "adapterOfOtherBase" });
});

test("the bundle trains by itself, goes on where it was, and its adapter is one that can be judged", {
  skip,
}, async () => {
  const out = path.join(scratch, "trained");
  const first = await train(bundle, out, "--steps", "4", "--rate", "0.002", "--rate", "0.004");
  assert.equal(first.report?.ending, "done", first.lines.join("\n"));
  assert.equal(first.lines.filter((line) => line.includes("learning rate 0.00")).length, 2);
  const again = await train(bundle, out, "--steps", "4", "--rate", "0.002", "--rate", "0.004");
  assert.deepEqual(again.report, { ...first.report, loss: null });
  await judgingOf(root, path.join(out, "adapter"), modelDir, dataDir);
});

test("a bundle with a fault is one error, and nothing is written", { skip }, async () => {
  const faults: [string, (dir: string) => void, RegExp][] = [
    ["no-bundle", (dir) => rmSync(path.join(dir, "sotto-bundle.json")), /holds no exported data/],
    ["no-tokens", (dir) => rmSync(path.join(dir, "train", "tokens.u16")), /tokens\.u16 cannot be used: it is missing/],
    ["no-weights", (dir) => rmSync(path.join(dir, "base", "model.safetensors")), /cannot be loaded/],
    [
      "other-base",
      (dir) => {
        const file = path.join(dir, "sotto-bundle.json");
        const content = JSON.parse(readFileSync(file, "utf8"));
        writeFileSync(file, JSON.stringify({ ...content, base: { ...content.base, weightsSha256: "f".repeat(64) } }));
      },
      /was made for another base/,
    ],
  ];
  for (const [name, spoil, told] of faults) {
    const dir = path.join(scratch, name);
    cpSync(bundle, dir, { recursive: true });
    spoil(dir);
    const out = path.join(scratch, `${name}-out`);
    const { error, lines } = await train(dir, out, "--steps", "4", "--rate", "0.002");
    assert.match(error?.message ?? lines.join("\n"), told);
    assert.equal(existsSync(path.join(out, "adapter")), false);
  }
});
