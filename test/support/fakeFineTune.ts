// A fake of dist/finetune.cjs for tests without training: follows the contract of finetune/protocol/fineTune.ts (lock, control, progress,
// result), and learns nothing. $SOTTO_FAKE_FINETUNE names a JSON file, `FakeJob`, that describes the job's course. Not a test.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { badInput, UserError, userErrorData } from "../../common/errors.ts";
import { LOCK_WAIT_MS, tryLock } from "../../common/util/fileLock.ts";
import { writeWhole } from "../../common/util/writeWhole.ts";
import { reportPage } from "../../finetune/judge/reportPage.ts";
import {
  type CorpusFacts,
  type FineTunePlan,
  type FineTuneRequest,
  type FineTuneResult,
  type JobControl,
  JobFiles,
  type JobProgress,
} from "../../finetune/protocol/fineTune.ts";
import { jobFolder } from "../../src/adapters/workspaceFolder.ts";
import { sampleCorpus, samplePlan } from "./fineTuneSamples.ts";
import { sampleReport } from "./sampleReport.ts";

export interface FakeJob {
  planMs?: number;
  steps: number;
  stepMs: number;
  ending: "accepted" | "discarded" | "failed" | "silent";
  plan?: "tooLittle";
}

const corpus: CorpusFacts = {
  ...sampleCorpus,
  tokens: 402_000,
  dropped: { ignored: 80, generated: 21, "holds a secret": 3, "too large": 2, "a copy of another file": 12 },
  droppedFiles: [
    { path: "dist/bundle.js", reason: "ignored" },
    { path: "src/schema.gen.ts", reason: "generated" },
    { path: "config/keys.ts", reason: "holds a secret" },
  ],
};

const plan: FineTunePlan = { ...samplePlan, corpus, minutes: 38 };

function resultOf(accepted: boolean): FineTuneResult {
  const before = { loss: 0.62, exactMatch: 0.31, editSimilarity: 0.6 };
  return {
    corpus,
    learningRates: [{ rate: 0.0003, heldOutLoss: 1.71 }],
    heldOut: {
      cases: 400,
      before,
      after: { loss: 0.51, exactMatch: accepted ? 0.385 : 0.315, editSimilarity: 0.66 },
      interval: accepted ? [0.041, 0.109] : [-0.02, 0.03],
    },
    forgetting: 0.4,
    accepted,
    reason: accepted ? "It is better." : "The gain in exact match is not significant.",
    adapter: accepted ? "sample-1" : null,
    tokensPerSecond: 274,
    ms: 2_280_000,
    peakRssBytes: 1_380_000_000,
  };
}

const [command, json] = process.argv.slice(2);
const request = JSON.parse(json) as FineTuneRequest;
const fake = JSON.parse(readFileSync(process.env.SOTTO_FAKE_FINETUNE!, "utf8")) as FakeJob;
const answer = (document: object) => process.stdout.write(`${JSON.stringify(document)}\n`);

let orphaned = false;
process.once("disconnect", () => {
  orphaned = true;
});

process.channel?.unref(); // the listener would keep a process without work alive

try {
  process.stderr.write(`fake ${command}\n`);
  if (command === "plan") answer({ value: await planned() });
  else if (command === "run" || command === "resume") await job(command === "resume");
  else if (command === "export") answer({ value: { id: "sample-1" } });
  else if (command === "import") answer({ value: { id: "sample-1", warnings: ["It knows no format."] } });
  else throw badInput(`The fake knows no ${command}.`, "Ask for something else.");
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  answer({ error: userErrorData(error) });
  process.exit(1); // whatever is still open
}

async function planned(): Promise<FineTunePlan> {
  await sleep(fake.planMs ?? 0);
  if (fake.plan === "tooLittle") throw badInput("There is too little to learn from.", "Write some more code.");
  return plan;
}

async function job(resumed: boolean): Promise<void> {
  const dir = jobFolder(request.root);
  mkdirSync(dir, { recursive: true });
  const unlock = tryLock(path.join(dir, JobFiles.lock), LOCK_WAIT_MS);
  if (!unlock) throw badInput("Fine-tuning of this folder is running.", "Wait, or cancel it there.");
  const stateFile = path.join(dir, JobFiles.state);
  if (!resumed) {
    for (const name of [JobFiles.result, JobFiles.report, JobFiles.control])
      rmSync(path.join(dir, name), { force: true });
    writeWhole(path.join(dir, JobFiles.request), json);
  }
  const say = (state: JobProgress["state"], step: number, more: Partial<JobProgress> = {}) =>
    writeWhole(path.join(dir, JobFiles.progress), JSON.stringify({ ...progressAt(state, step), ...more }));
  for (let step = resumed ? JSON.parse(readFileSync(stateFile, "utf8")).step : 0; step <= fake.steps; ) {
    const wish = readWish(dir);
    if (wish === "cancel") {
      rmSync(stateFile);
      say("cancelled", step);
      break;
    }
    writeWhole(stateFile, JSON.stringify({ step }));
    if (orphaned && request.endsWithParent) {
      say("interrupted", step);
      break;
    }
    say(wish === "pause" ? "paused" : "running", step);
    if (wish !== "pause") step++;
    if (step > fake.steps / 2 && fake.ending === "silent") process.exit(9);
    if (step > fake.steps / 2 && fake.ending === "failed") {
      const error = badInput("The disk is full.", "Make room there, and resume.");
      say("failed", step, { error: userErrorData(error) });
      throw error;
    }
    if (step > fake.steps) finish(dir);
    await sleep(fake.stepMs);
  }
  unlock();
  answer({ value: null });
  process.exit(0); // whatever is still open
}

function finish(dir: string): void {
  const accepted = fake.ending === "accepted";
  const script = `<script>document.querySelector("h1").textContent = "a script has run";</script>`;
  const page = reportPage(sampleReport({ accepted })).replace("</body>", `${script}</body>`);
  writeFileSync(path.join(dir, JobFiles.report), page);
  rmSync(path.join(dir, JobFiles.state));
  writeWhole(path.join(dir, JobFiles.result), JSON.stringify(resultOf(accepted)));
  writeWhole(path.join(dir, JobFiles.progress), JSON.stringify(progressAt("done", fake.steps)));
}

function progressAt(state: JobProgress["state"], step: number): JobProgress {
  const share = step / fake.steps;
  return {
    pid: process.pid,
    updatedMs: Date.now(),
    state,
    stage: share < 0.1 ? "data" : share < 0.9 ? "training" : "judging",
    share,
    leftMs: (fake.steps - step) * fake.stepMs,
    training: {
      rate: 0.0003,
      step,
      steps: fake.steps,
      loss: 1.6,
      heldOutLoss: 1.92 - 0.2 * share,
      firstHeldOutLoss: 1.92,
      tokensPerSecond: 274,
    },
    ...(share >= 0.9 && { judging: { done: Math.round(share * 400), cases: 400 } }),
  };
}

function readWish(dir: string): JobControl["wish"] {
  try {
    return (JSON.parse(readFileSync(path.join(dir, JobFiles.control), "utf8")) as JobControl).wish;
  } catch {
    return "run";
  }
}
