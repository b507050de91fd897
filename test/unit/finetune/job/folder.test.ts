import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { systemDisk } from "../../../../finetune/job/disk.ts";
import {
  beginJob,
  dropJob,
  endJob,
  isUnfinished,
  isWorthGoingOn,
  readResult,
  resumeJob,
} from "../../../../finetune/job/folder.ts";
import { resultOf } from "../../../../finetune/job/result.ts";
import { stageOf, writeState } from "../../../../finetune/job/state.ts";
import { ACCEPTED, CORPUS, REQUEST } from "./fakeJob.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-job-folder-"));
after(() => rmSync(scratch, { recursive: true }));

let folders = 0;
const newFolder = () => path.join(scratch, `job-${folders++}`);
const begin = (dir: string) => beginJob(dir, REQUEST, "model-1", systemDisk);

test("a job that begins removes what was there, but not the lock", () => {
  const dir = newFolder();
  mkdirSync(path.join(dir, "runs", "rate-1"), { recursive: true });
  for (const name of ["job.lock", "job.lock-journal", "result.json", "control.json"])
    writeFileSync(path.join(dir, name), "{}");
  begin(dir);
  assert.deepEqual(readdirSync(dir).sort(), ["job.lock", "job.lock-journal", "request.json", "state.json"]);
  assert.ok(isUnfinished(dir));
});

test("what it learns from stays as it was asked for; how it runs is as it is asked for now", () => {
  const dir = newFolder();
  const state = begin(dir);
  const now = { root: REQUEST.root, when: "idle" as const, endsWithParent: false, minutes: REQUEST.minutes + 20 };
  const resumed = resumeJob(dir, now, "model-1");
  assert.deepEqual(resumed, { request: { ...REQUEST, ...now }, state });
  const plan = { sequencesPerStep: 4, steps: 24, stopAfterSteps: 6, evaluateEverySteps: 3, passes: 0.2 };
  const seconds = { rates: 1, training: 1, judging: 1 };
  writeState(dir, { ...state, speed: { tokensPerSecond: 100, sequenceTokens: 1024, plan, seconds } }, systemDisk);
  const { minutes } = REQUEST; // the steps are planned by them
  const going = resumeJob(dir, now, "model-1");
  assert.deepEqual(going.request, { ...REQUEST, ...now, minutes });
  assert.throws(() => resumeJob(newFolder(), now, "model-1"), /There is no unfinished fine-tuning of \/home\/me\/shop/);
});

test("going on is worth it once something is done, for the same model and version", () => {
  const dir = newFolder();
  assert.ok(!isWorthGoingOn(dir, "model-1"));
  const state = begin(dir);
  assert.ok(!isWorthGoingOn(dir, "model-1"), "nothing is done");
  writeState(dir, { ...state, corpus: CORPUS }, systemDisk);
  assert.ok(isWorthGoingOn(dir, "model-1"));
  assert.ok(!isWorthGoingOn(dir, "model-2"));
  writeFileSync(path.join(dir, "state.json"), '{"formatVersion":2}');
  assert.ok(!isWorthGoingOn(dir, "model-1"));
  assert.throws(() => resumeJob(dir, REQUEST, "model-1"), /begun by another version of Sotto/);
});

test("when it is over there is no job, but its result and its held-out places; of a cancelled one only the result", () => {
  for (const [end, kept] of [
    [endJob, ["report-cases.jsonl", "report.html", "request.json", "result.json"]],
    [dropJob, ["request.json", "result.json"]],
  ] as const) {
    const dir = newFolder();
    const state = begin(dir);
    mkdirSync(path.join(dir, "data", "train"), { recursive: true });
    writeFileSync(path.join(dir, "data", "report-cases.jsonl"), "");
    writeFileSync(path.join(dir, "report.html"), "");
    const result = resultOf(state, "It ended.");
    end(dir, result, systemDisk);
    assert.deepEqual(readdirSync(dir).sort(), kept);
    assert.deepEqual(readResult(dir), result);
    assert.ok(!isUnfinished(dir));
  }
});

test("the stage follows from what is done", () => {
  const done = begin(newFolder());
  assert.equal(stageOf(done), "data");
  const corpus = { ...done, corpus: CORPUS };
  assert.equal(stageOf(corpus), "speed");
  const speed = { ...corpus, speed: {} as never };
  assert.equal(stageOf(speed), "rates");
  const chosen = { ...speed, chosenRate: 4e-4 };
  assert.equal(stageOf(chosen), "training");
  const figures = { ending: "early", step: 0, firstHeldOutLoss: 2, heldOutLoss: 2, tokensPerSecond: 1 } as const;
  assert.equal(stageOf({ ...chosen, trained: { ...figures, adapter: null } }), undefined, "there is nothing to judge");
  const trained = { ...chosen, trained: { ...figures, adapter: "rate-4/adapter" } };
  assert.equal(stageOf(trained), "judging");
  assert.equal(stageOf({ ...trained, verdict: ACCEPTED }), undefined);
});

test("where no step lowered the held-out loss the result says so", () => {
  const { accepted, adapter, reason, heldOut } = resultOf({ ...begin(newFolder()), verdict: null });
  assert.deepEqual({ accepted, adapter, heldOut }, { accepted: false, adapter: null, heldOut: null });
  assert.match(reason, /did not lower the loss/);
});
