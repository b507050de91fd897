// The agent's side of fine-tuning against a process that keeps to the contract and learns nothing (test/support/fakeFineTune.ts).
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, afterEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { packageRoot } from "../../../../common/util/packageRoot.ts";
import { type FineTuneRequest, JobFiles, type JobProgress } from "../../../../finetune/protocol/fineTune.ts";
import { type FineTuneSettings, FineTuning } from "../../../../src/actions/fineTune/fineTuning.ts";
import { readProgress, writeControl } from "../../../../src/actions/fineTune/jobFolder.ts";
import { TypingMark } from "../../../../src/actions/fineTune/typingMark.ts";
import { jobFolder } from "../../../../src/adapters/workspaceFolder.ts";
import type { FineTuneJob } from "../../../../src/protocol/fineTune.ts";
import type { FakeJob } from "../../../support/fakeFineTune.ts";

const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-finetuning-"));
const script = path.join(packageRoot(import.meta.dirname), "test", "support", "fakeFineTune.ts");
const fakeFile = path.join(folder, "fake.json");
process.env.SOTTO_DATA_DIR = path.join(folder, "data");
process.env.SOTTO_FAKE_FINETUNE = fakeFile;
const alive = setInterval(() => {}, 1_000); // jobs and their watchers keep no process alive
after(() => clearInterval(alive));
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const settings: FineTuneSettings = {
  trusted: true,
  when: "always",
  minutes: 40,
  afterClose: "resume",
  python: "",
  examples: false,
  commits: "off",
  exclude: ["*.gen.ts"],
  threads: 0,
  modelDir: "",
};
const windows: FineTuning[] = [];
const jobs = new Set<number>();
afterEach(() => {
  for (const window of windows.splice(0)) window.dispose();
  for (const pid of jobs) kill(pid);
  jobs.clear();
});

/** A window; it remembers every state of the jobs that it was told. */
function openWindow(change: Partial<FineTuneSettings> = {}) {
  const told: FineTuneJob[] = [];
  const log: string[] = [];
  const fineTuning = new FineTuning({
    file: script,
    log: (line) => log.push(line),
    settings: () => ({ ...settings, ...change }),
    onChange: (all) => {
      told.push(...all);
      for (const { progress } of all) jobs.add(progress.pid);
    },
    lookMs: 30,
  });
  windows.push(fineTuning);
  return { fineTuning, told, log };
}

let roots = 0;
function newRoot(fake: Partial<FakeJob> = {}): { root: string; dir: string } {
  goes(fake);
  const root = path.join(folder, `workspace-${roots++}`);
  return { root, dir: jobFolder(root) };
}

function goes(fake: Partial<FakeJob>): void {
  writeFileSync(fakeFile, JSON.stringify({ steps: 20, stepMs: 20, ending: "accepted", ...fake } satisfies FakeJob));
}

async function until(what: string, probe: () => boolean): Promise<void> {
  for (const deadlineMs = Date.now() + 20_000; !probe(); await sleep(10)) {
    if (Date.now() > deadlineMs) throw new Error(`timed out: ${what}`);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has ended
  }
}

const stateOf = ({ fineTuning }: ReturnType<typeof openWindow>, root: string) =>
  fineTuning.jobs().find((job) => job.root === root)?.progress.state;

test("a plan is counted; what there is too little of is said; nobody who has gone waits for it", async () => {
  const { root } = newRoot();
  const { fineTuning } = openWindow();
  const signal = new AbortController().signal;
  assert.equal((await fineTuning.plan(root, signal)).corpus.files, 214);
  goes({ plan: "tooLittle" });
  await assert.rejects(fineTuning.plan(root, signal), { name: "UserError", action: "Write some more code." });
  goes({ planMs: 60_000 });
  const gone = new AbortController();
  const plan = fineTuning.plan(root, gone.signal);
  setTimeout(() => gone.abort(), 300);
  await assert.rejects(plan, { name: "Cancelled" });
});

test("nothing is started in a workspace that is not trusted, and it says why", async () => {
  const { root, dir } = newRoot();
  const { fineTuning } = openWindow({ trusted: false });
  const refused = { name: "UserError", message: /not trusted/ };
  assert.throws(() => fineTuning.plan(root, new AbortController().signal), refused);
  await assert.rejects(fineTuning.start(root), refused);
  assert.equal(existsSync(dir), false);
});

test("started, followed to its end, with its result and report", async () => {
  const { root, dir } = newRoot();
  const window = openWindow();
  assert.equal(await window.fineTuning.start(root), "started");
  const request = JSON.parse(readFileSync(path.join(dir, JobFiles.request), "utf8")) as FineTuneRequest;
  const { when, minutes, exclude } = settings;
  assert.deepEqual(request, {
    root,
    modelDir: "",
    minutes,
    when,
    seed: 1,
    exclude,
    endsWithParent: true,
    restart: true,
  });
  await until("done", () => stateOf(window, root) === "done");
  const shares = window.told.map(({ progress }) => progress.share);
  assert.ok(shares.length > 4, `${shares.length} states`);
  assert.deepEqual(
    shares,
    [...shares].sort((a, b) => a - b),
  );
  const [job] = window.fineTuning.jobs();
  assert.equal(job.result?.accepted, true);
  assert.equal(job.report, path.join(dir, JobFiles.report));
  assert.deepEqual(window.log, []);
});

test("paused and resumed; then cancelled", async () => {
  const { root } = newRoot({ steps: 1_000 });
  const window = openWindow();
  await window.fineTuning.start(root);
  await window.fineTuning.control(root, "pause");
  await until("paused", () => stateOf(window, root) === "paused");
  const { step } = window.fineTuning.jobs()[0].progress.training!;
  await window.fineTuning.control(root, "run");
  await until("at work again", () => stateOf(window, root) === "running");
  await until("further", () => window.fineTuning.jobs()[0].progress.training!.step > step);
  await window.fineTuning.control(root, "cancel");
  await until("cancelled", () => stateOf(window, root) === "cancelled");
});

test("a pause is shown at once, although the job is in the middle of a step", async () => {
  const { root } = newRoot({ steps: 1_000, stepMs: 1_500 });
  const window = openWindow();
  await window.fineTuning.start(root);
  await window.fineTuning.control(root, "pause");
  assert.equal(stateOf(window, root), "pausing");
  await until("paused", () => stateOf(window, root) === "paused");
  await window.fineTuning.control(root, "cancel");
  await until("cancelled", () => stateOf(window, root) === "cancelled");
});

test("what a person wants otherwise than the settings say is in the request: the model, and the minutes", async () => {
  const { root, dir } = newRoot();
  const window = openWindow();
  await window.fineTuning.start(root, true, { tier: "strong", minutes: 130 });
  const { modelDir, minutes } = JSON.parse(readFileSync(path.join(dir, JobFiles.request), "utf8")) as FineTuneRequest;
  assert.deepEqual([modelDir, minutes], ["strong", 130]);
});

test("a second window shows the first one's job instead of starting another", async () => {
  const { root } = newRoot({ steps: 1_000 });
  const [first, second] = [openWindow(), openWindow()];
  second.fineTuning.open([root]);
  await first.fineTuning.start(root);
  const { pid } = first.fineTuning.jobs()[0].progress;
  assert.deepEqual(second.fineTuning.jobs(), []); // nothing looks while there is no job
  second.fineTuning.look();
  assert.equal(stateOf(second, root), "running");
  assert.equal(await second.fineTuning.start(root), "underWay");
  await second.fineTuning.control(root, "pause");
  await until("paused for the first one too", () => stateOf(first, root) === "paused");
  assert.equal(await second.fineTuning.start(root), "underWay");
  await until("at work again", () => stateOf(first, root) === "running");
  assert.equal(second.fineTuning.jobs()[0].progress.pid, pid);
});

test("two windows that start at once: one job runs, and both follow it", async () => {
  const { root } = newRoot({ steps: 1_000 });
  const both = [openWindow(), openWindow()];
  const answers = await Promise.all(both.map(({ fineTuning }) => fineTuning.start(root)));
  assert.ok(answers.includes("started"), answers.join());
  await until("both see the same", () => {
    const [one, other] = both.map(({ fineTuning }) => fineTuning.jobs()[0]?.progress);
    return one?.state === "running" && one.pid === other?.pid;
  });
});

test("a job that fails says so with its action, once; the start itself has gone well", async () => {
  const { root } = newRoot({ ending: "failed" });
  const window = openWindow();
  assert.equal(await window.fineTuning.start(root), "started");
  await until("failed", () => stateOf(window, root) === "failed");
  assert.equal(window.fineTuning.jobs()[0].progress.error?.action, "Make room there, and resume.");
});

test("a process that ends without a word is interrupted; its last words are in the log; it goes on where it was when asked", async () => {
  const { root, dir } = newRoot({ ending: "silent" });
  const window = openWindow();
  await window.fineTuning.start(root);
  await until("in the log", () => window.log.length > 0);
  assert.match(window.log[0], /^finetune run: its process ended with status 9\nfake run$/);
  // Its words are fresh for some seconds: as if they had passed.
  writeProgress(dir, { updatedMs: Date.now() - 60_000 });
  window.fineTuning.look();
  assert.equal(stateOf(window, root), "interrupted");
  openWindow().fineTuning.open([root]); // nor does another window go on by itself with what may end so again
  goes({});
  assert.equal(await window.fineTuning.start(root), "started");
  assert.ok(window.fineTuning.jobs()[0].progress.training!.step > 8);
  await until("done", () => stateOf(window, root) === "done");
});

test("a start that comes to nothing is one error", async () => {
  const { root } = newRoot();
  rmSync(fakeFile);
  const window = openWindow();
  await assert.rejects(window.fineTuning.start(root), { name: "UserError", message: /ended with status 1\./ });
  assert.equal(window.log.length, 1);
  assert.match(window.log[0], /ENOENT/);
});

test("a job that has stopped goes on when the folder is opened again, where that is set", async () => {
  const { root, dir } = newRoot({ steps: 400 });
  await startedByAnother(root, dir, true);
  await until("it has stopped with its parent", () => readProgress(dir)?.state === "interrupted");
  const later = openWindow({ afterClose: "continue" });
  later.fineTuning.open([root]);
  assert.equal(stateOf(later, root), "interrupted");
  const step = later.fineTuning.jobs()[0].progress.training!.step;
  const again = openWindow();
  again.fineTuning.open([root]);
  assert.equal(stateOf(again, root), "running"); // as soon as it is asked for
  await until("it goes on", () => readProgress(dir)!.training!.step > step);
  assert.ok(again.told.length > 0);
  for (const { progress } of again.told) assert.equal(progress.state, "running"); // nobody is told that it had stopped
});

test("a window that is open already takes over when the one that started it closes", async () => {
  const { root, dir } = newRoot({ steps: 400 });
  await startedByAnother(root, dir, true, () => {
    const { fineTuning } = openWindow();
    fineTuning.open([root]);
    assert.equal(fineTuning.jobs()[0].progress.state, "running");
  });
  const { pid } = readProgress(dir)!;
  await until(
    "another process goes on",
    () => readProgress(dir)!.pid !== pid && readProgress(dir)!.state === "running",
  );
});

test("a job without a window goes on where that is set", async () => {
  const { root, dir } = newRoot({ steps: 60 });
  await startedByAnother(root, dir, false);
  await until("it comes to its end", () => readProgress(dir)?.state === "done");
});

test("what nobody goes on with is removed but for its result when it is cancelled", async () => {
  const { root, dir } = newRoot({ steps: 1_000 });
  await startedByAnother(root, dir, true);
  await until("it has stopped", () => readProgress(dir)?.state === "interrupted");
  writeFileSync(path.join(dir, JobFiles.result), "{}");
  const window = openWindow({ afterClose: "continue" });
  window.fineTuning.open([root]);
  await window.fineTuning.control(root, "cancel");
  assert.deepEqual(window.fineTuning.jobs(), []);
  assert.equal(existsSync(path.join(dir, JobFiles.request)), false);
  assert.equal(existsSync(path.join(dir, JobFiles.result)), true);
  await assert.rejects(window.fineTuning.control(root, "pause"), { name: "UserError" });
});

test("files that are not what they should be count as no job", () => {
  const { root, dir } = newRoot();
  const window = openWindow();
  writeControl(dir, "run"); // makes the folder
  for (const text of [
    "",
    "null",
    "{",
    "[]",
    '{"state":"running"}',
    '{"pid":1,"updatedMs":1,"share":0,"state":"x","stage":"data"}',
  ]) {
    writeFileSync(path.join(dir, JobFiles.progress), text);
    window.fineTuning.open([root]);
    assert.deepEqual(window.fineTuning.jobs(), [], text);
  }
});

test("typing touches one file, at most every 10 s", () => {
  const dataDir = path.join(folder, "typing");
  const mark = new TypingMark(dataDir);
  const file = path.join(dataDir, "typing");
  assert.equal(mark.typed(1_000_000), true);
  utimesSync(file, 1, 1);
  assert.equal(mark.typed(1_009_000), false);
  assert.equal(statSync(file).mtimeMs, 1_000);
  assert.equal(mark.typed(1_010_000), true);
  assert.equal(statSync(file).mtimeMs, 1_010_000);
});

function writeProgress(dir: string, change: Partial<JobProgress>): void {
  writeFileSync(path.join(dir, JobFiles.progress), JSON.stringify({ ...readProgress(dir), ...change }));
}

/** A job of a window that is closed (its agent killed) once the job is at work. */
async function startedByAnother(
  root: string,
  dir: string,
  endsWithParent: boolean,
  meanwhile: () => void = () => {},
): Promise<void> {
  const source = `
    import { startCall } from ${JSON.stringify(path.join(packageRoot(import.meta.dirname), "src/actions/fineTune/script.ts"))};
    const params = JSON.parse(process.argv[1]);
    startCall({ file: ${JSON.stringify(script)}, log: () => {} }, "run", params, params.endsWithParent);
    setInterval(() => {}, 1_000);`;
  const request = JSON.stringify({ root, modelDir: "", minutes: 40, when: "always", seed: 1, endsWithParent });
  const agent = spawn(process.execPath, ["--input-type=module-typescript", "-e", source, request], { stdio: "ignore" });
  await until("the job is at work", () => (readProgress(dir)?.training?.step ?? 0) > 2);
  jobs.add(readProgress(dir)!.pid);
  meanwhile();
  agent.kill("SIGKILL");
}
