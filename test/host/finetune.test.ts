// A fine-tuning as a process, with a tiny model: from a workspace to a verdict, ended in every way on the way, and two that start at once.

import assert from "node:assert/strict";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { type FineTuneResult, JobFiles, type JobProgress } from "../../finetune/protocol/fineTune.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { activeAdapter } from "../../src/adapters/adapterStore.ts";
import { jobFolder } from "../../src/adapters/workspaceFolder.ts";
import { SHARDS, SMALL_CONFIG, writeManifest, writeSmallModel } from "../support/storedFolder.ts";
import { type NodeProcess, outcomeOf, startNode } from "./support/nodeProcess.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-finetune-"));
after(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 10 })); // a trainer may be ending
process.env.SOTTO_DATA_DIR = path.join(scratch, "data");
process.env.SOTTO_CACHE_DIR = path.join(scratch, "cache");

const modelDir = path.join(scratch, "model");
mkdirSync(modelDir);
writeSmallModel(modelDir, { ...SMALL_CONFIG, vocabSize: 16_384, contextLength: 4096 });
copyFileSync(path.join(embeddedModelDir(), "tokenizer.json"), path.join(modelDir, "tokenizer.json"));
writeManifest(modelDir, ["config.json", "model.safetensors.index.json", ...SHARDS, "tokenizer.json"]);

/** A workspace with some of our own code; always the same. */
function newWorkspace(name: string): string {
  const root = path.join(scratch, name);
  mkdirSync(root);
  cpSync(path.join(packageRoot(import.meta.dirname), "server", "train", "run"), path.join(root, "run"), {
    recursive: true,
  });
  writeFileSync(path.join(root, "package.json"), '{"name":"tiny","license":"MIT"}');
  return root;
}

/** So long that the data decides the number of steps, and not the speed of this machine. */
const common = ["--model", modelDir, "--minutes", "10000", "--threads", "1", "--yes", "--json"];

async function finetune(
  root: string,
  args: string[] = [],
  onStderr: (whole: string, cli: NodeProcess) => void = () => {},
) {
  const cli = startNode("cli/main.ts", ["finetune", "--root", root, ...common, ...args]);
  return outcomeOf(cli, (_, whole) => onStderr(whole, cli));
}

const inJob = <T>(root: string, name: string): T =>
  JSON.parse(readFileSync(path.join(jobFolder(root), name), "utf8")) as T;

/** What does not depend on how fast this machine is. */
const comparable = ({ ms, peakRssBytes, tokensPerSecond, ...rest }: FineTuneResult) => rest;

const whole = newWorkspace("whole");
let reference: FineTuneResult;

test("the plan is told before anything runs, and leaves nothing behind", async () => {
  const { status, stdout, stderr } = await finetune(whole, ["--dry-run"]);
  assert.equal(status, 0, stderr);
  const plan = JSON.parse(stdout);
  assert.ok(plan.corpus.files > 8 && plan.corpus.tokens > 5000, stdout);
  assert.ok(plan.minutes > 0 && plan.memoryBytes > 1e8 && plan.diskBytes > 1e6 && plan.passes > 0);
  assert.ok(!existsSync(path.join(jobFolder(whole), JobFiles.state)));
});

test("from a workspace to a verdict, which is kept or discarded as it says", async () => {
  const { status, stdout, stderr } = await finetune(whole);
  assert.equal(status, 0, stderr);
  reference = JSON.parse(stdout) as FineTuneResult;
  const { accepted, adapter, learningRates, heldOut, forgetting, corpus, reason, tokensPerSecond, peakRssBytes } =
    reference;
  assert.ok(learningRates.length >= 3 && heldOut !== null && forgetting !== null && corpus.files > 8, stdout);
  assert.ok(reason.startsWith(accepted ? "Kept" : "Not kept"), reason);
  assert.equal(activeAdapter(whole)?.id, adapter ?? undefined);
  assert.ok(tokensPerSecond! > 0 && peakRssBytes > 1e8);
  assert.deepEqual(inJob(whole, JobFiles.result), reference);
  assert.match(readFileSync(path.join(jobFolder(whole), JobFiles.report), "utf8"), /<svg/);
  assert.ok(!existsSync(path.join(jobFolder(whole), "runs")) && !existsSync(path.join(jobFolder(whole), "data")));
  assert.match(stderr, /(?:rates|training), rate .*, step \d+\/\d+, loss .*held-out .*tokens\/s/);
});

const ended = newWorkspace("ended");

test("two at once: one runs, for this workspace and for this machine; Ctrl+C ends it after a checkpoint and says how to go on", {
  skip: process.platform === "win32",
}, async () => {
  let others: ReturnType<typeof finetune>[] = [];
  let refused = false;
  let interrupted = false; // a second Ctrl+C ends the job at once, without a checkpoint
  const first = await finetune(ended, [], (said, cli) => {
    if (refused && !interrupted && /rates, rate/.test(said)) interrupted = cli.kill("SIGINT");
    if (others.length > 0 || !/% (data|speed|rates)/.test(said)) return;
    others = [finetune(ended), finetune(newWorkspace("other"))];
    void Promise.allSettled(others).then(() => {
      refused = true;
    });
  });
  const [same, other] = await Promise.all(others);
  assert.equal(same.status, 1);
  assert.match(same.stderr, /There is an unfinished fine-tuning of .*ended|Fine-tuning of .*ended is running since/);
  assert.equal(other.status, 1);
  assert.match(other.stderr, /Fine-tuning of .*ended is running since \d{4}-.*Wait, or cancel it there/);
  assert.equal(first.status, 130, first.stderr);
  assert.match(first.stderr, /Stopped after a checkpoint\. To go on: sotto finetune --root .*ended --resume/);
  const { state, share } = inJob<JobProgress>(ended, JobFiles.progress);
  assert.ok(state === "interrupted" && share < 1, state);
  const again = await finetune(ended);
  assert.match(again.stderr, /There is an unfinished fine-tuning of .*Go on with it \(--resume\), or begin anew/);
});

test("the editor or the terminal goes away: the job ends after a checkpoint, and another process can take it at once", {
  skip: process.platform === "win32",
}, async () => {
  const { status } = await finetune(ended, ["--resume"], (said, cli) => {
    if (/% (rates|training|judging)/.test(said)) cli.kill("SIGKILL");
  });
  assert.equal(status, null);
  const state = () => inJob<JobProgress>(ended, JobFiles.progress).state;
  for (let waited = 0; state() !== "interrupted" && waited < 600; waited++) await sleep(100);
  assert.equal(state(), "interrupted");
});

test("killed with -9 at random points, again and again, and gone on with: the result of a job that nobody has touched", {
  skip: process.platform === "win32",
}, async () => {
  const resume = ["resume", JSON.stringify({ root: ended, modelDir, when: "always", endsWithParent: false })];
  const jobDir = jobFolder(ended);
  const isOver = () => existsSync(path.join(jobDir, JobFiles.result));
  let kills = 0;
  for (let random = 1; kills < 12 && !isOver(); random = (random * 16_807) % 2_147_483_647) {
    const job = startNode("finetune/main.ts", resume);
    const outcome = outcomeOf(job);
    await Promise.race([outcome, sleep(300 + (random % 3000))]);
    if (job.kill("SIGKILL")) kills++;
    await outcome;
    if (isOver()) break;
    for (const name of readdirSync(jobDir).filter((file) => file.endsWith(".json"))) inJob(ended, name); // whole
    assert.equal(activeAdapter(ended), undefined);
  }
  assert.ok(kills >= 3, `${kills} kills`);
  if (!isOver()) {
    const { status, stderr } = await finetune(ended, ["--resume"]);
    assert.equal(status, 0, stderr);
  }
  const result = inJob<FineTuneResult>(ended, JobFiles.result);
  assert.deepEqual(comparable(result), comparable({ ...reference, adapter: result.adapter }));
  assert.equal(result.adapter === null, reference.adapter === null);
  assert.equal(activeAdapter(ended)?.id, result.adapter ?? undefined);
});
