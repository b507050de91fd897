// The job from its beginning to its result, and ended in between: killed after each operation on the disk, paused, cancelled, stopped, failed.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Cancelled, UserError } from "../../../../common/errors.ts";
import { RATE_SEARCH, STRENGTHS } from "../../../../finetune/job/hyperparameters.ts";
import { type FineTuneResult, JobFiles, type JobProgress } from "../../../../finetune/protocol/fineTune.ts";
import {
  ACCEPTED,
  ANSWERS,
  adapterInUse,
  CORPUS,
  comparable,
  type FakeOptions,
  FORGETFUL,
  freshCounts,
  GENERAL_ANSWERS,
  Killed,
  MortalDisk,
  REFUSED,
  REQUEST,
  runOnce,
} from "./fakeJob.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-job-"));
after(() => rmSync(scratch, { recursive: true }));

let folders = 0;
/** A workspace's folder in which an adapter is in use already. */
function newFolder(): string {
  const dir = path.join(scratch, `workspace-${folders++}`);
  mkdirSync(path.join(dir, "adapters"), { recursive: true });
  writeFileSync(path.join(dir, "adapters", "active.json"), '{"id":"old"}');
  return dir;
}

const progressOf = (dir: string): JobProgress =>
  JSON.parse(readFileSync(path.join(dir, "job", JobFiles.progress), "utf8"));
const resultIn = (dir: string): FineTuneResult =>
  JSON.parse(readFileSync(path.join(dir, "job", JobFiles.result), "utf8"));
const alive = () => ({ disk: new MortalDisk(), counts: freshCounts() });

const KEPT = `adapter of ${RATE_SEARCH.grid[1]} after 24 at ${STRENGTHS[0]}`;
const KEPT_WEAKER = `adapter of ${RATE_SEARCH.grid[1]} after 24 at ${STRENGTHS[1]}`;
const REFERENCE_STEPS = 2 + 24 + 2 * RATE_SEARCH.leastSteps; // the trial, the best rate's run, two short ones

async function reference(fake: Partial<FakeOptions> = {}) {
  const dir = newFolder();
  const options = alive();
  const result = await runOnce(dir, { ...options, ...fake });
  return { dir, result: result!, ...options };
}

test("from the data to an adapter in use; the result and the report stay, and nothing else of the job", async () => {
  const { dir, result, counts } = await reference();
  assert.deepEqual(comparable(result), {
    corpus: CORPUS,
    learningRates: RATE_SEARCH.grid.map((rate) => ({ rate, heldOutLoss: rate === RATE_SEARCH.grid[1] ? 2.94 : 3.04 })),
    heldOut: { cases: 40, before: ACCEPTED.before, after: ACCEPTED.after, interval: ACCEPTED.interval },
    forgetting: 0.5,
    accepted: true,
    reason: ACCEPTED.reason,
    adapter: KEPT,
    tokensPerSecond: 400,
  });
  assert.deepEqual(counts, { prepared: 1, steps: REFERENCE_STEPS, answers: ANSWERS, kept: [KEPT] });
  assert.equal(adapterInUse(dir), KEPT);
  assert.ok(result.peakRssBytes >= 1.3e9, "the training process counts");
  assert.deepEqual(resultIn(dir), result);
  assert.deepEqual(readdirSync(path.join(dir, "job")).sort(), [
    "progress.json",
    "report-cases.jsonl",
    "report.html",
    "request.json",
    "result.json",
  ]);
  const { state, share, stage } = progressOf(dir);
  assert.deepEqual({ state, share, stage }, { state: "done", share: 1, stage: "judging" });
});

test("what is not accepted is told and discarded: the adapter from before stays in use", async () => {
  const dir = newFolder();
  const result = await runOnce(dir, { ...alive(), verdict: REFUSED });
  assert.deepEqual([result?.accepted, result?.adapter, result?.reason], [false, null, REFUSED.reason]);
  assert.equal(adapterInUse(dir), "old");
  assert.ok(existsSync(path.join(dir, "job", JobFiles.report)));
});

test("what costs other code too much is judged at the first strength that does not, and kept so where that helps", async () => {
  const dir = newFolder();
  const { disk, counts } = alive();
  const result = await runOnce(dir, { disk, counts, verdict: FORGETFUL, weakerVerdict: ACCEPTED });
  assert.equal(counts.answers, GENERAL_ANSWERS + ANSWERS, "at the first strength only the general set is asked");
  assert.equal(result!.adapter, KEPT_WEAKER);
  assert.equal(adapterInUse(dir), result!.adapter);
  assert.match(
    result!.reason,
    /^Kept: .* at 50 % of its strength; code of other projects lost 4\.2 points at 70 % of its strength\.$/,
  );

  const none = await runOnce(newFolder(), { ...alive(), verdict: FORGETFUL });
  assert.equal(none!.accepted, false);
  assert.match(none!.reason, /^Not kept: .* at 70 % .* 4\.2 points at 50 % of its strength\.$/);

  const lost = await runOnce(newFolder(), { ...alive(), verdict: FORGETFUL, weakerVerdict: REFUSED });
  assert.equal(lost!.forgetting, REFUSED.forgetting, "the figures are those of what was judged");
  assert.match(lost!.reason, /^Not kept: no clear gain\. This is at 50 % of its strength; .* 4\.2 points at 70 %/);
});

for (const [how, judged] of [
  ["", { answers: ANSWERS }],
  [
    ", kept at less than the first strength",
    { verdict: FORGETFUL, weakerVerdict: ACCEPTED, answers: GENERAL_ANSWERS + ANSWERS },
  ],
] as const)
  test(`killed after each operation on the disk and gone on with${how}: the same result, no part done twice but the one under way`, async () => {
    const sequences = 2; // little data, so that there are few points: six steps, and one for each rate's short run
    const { answers, ...verdicts } = judged;
    const whole = await reference({ sequences, ...verdicts });
    const kept = whole.result.adapter!;
    const operations = whole.disk.done;
    assert.ok(operations > 200, `${operations} points`);
    for (let point = 0; point < operations; point++) {
      const dir = newFolder();
      const counts = freshCounts();
      await assert.rejects(
        runOnce(dir, { disk: new MortalDisk(point), counts, sequences, ...verdicts }),
        Killed,
        `point ${point}`,
      );
      const inUse = adapterInUse(dir); // throws where it is half written
      assert.ok(inUse === "old" || inUse === kept, `${inUse}`);
      const isOver = existsSync(path.join(dir, "job", JobFiles.result));
      if (!isOver) {
        const result = await runOnce(dir, { disk: new MortalDisk(), counts, sequences, ...verdicts });
        assert.deepEqual(comparable(result!), comparable(whole.result), `point ${point}`);
      } else {
        assert.deepEqual(comparable(resultIn(dir)), comparable(whole.result), `point ${point}`);
      }
      assert.equal(adapterInUse(dir), kept);
      assert.deepEqual(counts.kept, [kept]);
      assert.ok(counts.prepared <= 2 && counts.answers <= answers + 1, JSON.stringify(counts));
      assert.ok(counts.steps <= whole.counts.steps + 2, `point ${point}: ${counts.steps} steps`); // the trial has two in one part
      rmSync(dir, { recursive: true });
    }
  });

test("killed again and again after a few operations each: it comes to the same result", async () => {
  const sequences = 2;
  const whole = await reference({ sequences });
  for (const few of [29, 61]) {
    const dir = newFolder();
    const counts = freshCounts();
    let processes = 0;
    for (let left = few; !existsSync(path.join(dir, "job", JobFiles.result)); left += 7) {
      processes++;
      await runOnce(dir, { disk: new MortalDisk(left), counts, sequences }).catch((error) =>
        assert.ok(error instanceof Killed),
      );
    }
    assert.ok(processes > 3, `${processes} processes`);
    assert.deepEqual(comparable(resultIn(dir)), comparable(whole.result));
    assert.equal(adapterInUse(dir), whole.result.adapter);
  }
});

test("a job after one that is over begins anew", async () => {
  const { dir } = await reference();
  const again = alive();
  const result = await runOnce(dir, { ...again, verdict: REFUSED });
  assert.equal(again.counts.steps, REFERENCE_STEPS);
  assert.deepEqual(resultIn(dir), result);
});

/** Runs a job and wishes something at the `n`th thing done. */
function wishing(dir: string, wish: string, n: number, what: "step" | "answer" | "prepared"): FakeOptions["onDone"] {
  let count = 0;
  return async (done) => {
    if (done !== what || ++count !== n) return;
    writeFileSync(path.join(dir, "job", JobFiles.control), JSON.stringify({ wish }));
    await new Promise((resolve) => setTimeout(resolve, 30)); // the job looks each 2 ms here
  };
}

for (const [what, n] of [
  ["prepared", 1],
  ["step", 2],
  ["step", 5],
  ["step", 25],
  ["answer", 3],
] as const) {
  test(`paused at ${what} ${n}: the machine is free meanwhile, and the job goes on to the same result`, async () => {
    const dir = newFolder();
    let taken = 0;
    let mostTaken = 0;
    const takeMachine = () => {
      mostTaken = Math.max(mostTaken, ++taken);
      return () => void taken--;
    };
    const options = alive();
    const onDone = wishing(dir, "pause", n, what);
    const running = runOnce(dir, { ...options, onDone, takeMachine });
    for (let waited = 0; waited < 500; waited++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (existsSync(path.join(dir, "job", JobFiles.progress)) && progressOf(dir).state === "paused") break;
    }
    assert.equal(progressOf(dir).state, "paused");
    assert.equal(taken, 0);
    const { steps } = options.counts;
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(options.counts.steps, steps, "nothing is done meanwhile");
    writeFileSync(path.join(dir, "job", JobFiles.control), '{"wish":"run"}');
    const result = await running;
    assert.deepEqual(comparable(result!), comparable((await reference()).result));
    assert.deepEqual([taken, mostTaken], [0, 1]);
    assert.ok(options.counts.steps <= REFERENCE_STEPS + 2);
  });

  test(`cancelled at ${what} ${n}: nothing is left but a result that says so, and the adapter from before is in use`, async () => {
    const dir = newFolder();
    const result = await runOnce(dir, { ...alive(), onDone: wishing(dir, "cancel", n, what) });
    assert.deepEqual([result?.accepted, result?.adapter], [false, null]);
    assert.match(result!.reason, /cancelled/);
    assert.equal(adapterInUse(dir), "old");
    assert.deepEqual(readdirSync(path.join(dir, "job")).sort(), ["progress.json", "request.json", "result.json"]);
    assert.equal(progressOf(dir).state, "cancelled");
    assert.equal((await runOnce(dir, alive()))?.adapter, KEPT, "another can begin");
  });

  test(`told to end at ${what} ${n}, as when the editor closes: it can be gone on with, and no step is lost`, async () => {
    const dir = newFolder();
    const stop = new AbortController();
    let count = 0;
    const options = alive();
    const onDone = (done: string) => void (done === what && ++count === n && stop.abort());
    assert.equal(await runOnce(dir, { ...options, stop: stop.signal, onDone }), undefined);
    assert.equal(progressOf(dir).state, "interrupted");
    assert.equal(adapterInUse(dir), "old");
    const result = await runOnce(dir, options);
    assert.deepEqual(comparable(result!), comparable((await reference()).result));
    assert.ok(options.counts.steps <= REFERENCE_STEPS + 2);
  });
}

test("a pause is told at once, while the step that was under way goes on", async () => {
  const dir = newFolder();
  let steps = 0;
  const during: JobProgress["state"][] = [];
  const running = runOnce(dir, {
    ...alive(),
    async onDone(what) {
      if (what !== "step" || ++steps !== 5) return;
      writeFileSync(path.join(dir, "job", JobFiles.control), '{"wish":"pause"}');
      await new Promise((resolve) => setTimeout(resolve, 30)); // a step that takes long: the job looks each 2 ms here
      during.push(progressOf(dir).state);
    },
  });
  for (let waited = 0; waited < 500 && steps < 5; waited++) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.deepEqual([during, progressOf(dir).state], [["pausing"], "paused"]);
  writeFileSync(path.join(dir, "job", JobFiles.control), '{"wish":"run"}');
  assert.equal((await running)?.adapter, KEPT);
});

test("minutes that not even the smallest job fits into, as the machine is measured: refused after the trial, and nothing is overrun", async () => {
  const dir = newFolder();
  const { disk, counts } = alive();
  await assert.rejects(runOnce(dir, { disk, counts, secondsPerAnswer: 600 }), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(
      error.message,
      /^30 minutes are too short here: the smallest job that is useful takes about 7\d, with/,
    );
    assert.match(error.action, /^Give it 7\d minutes or more/);
    return true;
  });
  assert.deepEqual([counts.steps, counts.answers, progressOf(dir).state], [2, 0, "failed"]);
  assert.equal(adapterInUse(dir), "old");
  assert.equal(
    (await runOnce(dir, { disk, counts }))?.adapter,
    KEPT,
    "on a machine that has become quicker it goes on",
  );
});

test("a disk that is full fails the job in a sentence; after making room it goes on from the checkpoint", async () => {
  for (const point of [30, 60, 120, 200]) {
    const dir = newFolder();
    const { disk, counts } = alive();
    const full = Object.assign(new MortalDisk(), {
      write(fd: number, bytes: Uint8Array) {
        if (full.done > point)
          throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
        full.done++;
        return disk.write(fd, bytes);
      },
    });
    await assert.rejects(runOnce(dir, { disk: full, counts }), (error: UserError) => {
      assert.ok(error instanceof UserError && error.code === "diskTooSmall");
      assert.match(error.message, /^The disk of .* is full\. What was learnt up to the last checkpoint is kept\.$/);
      return true;
    });
    const { state, error } = progressOf(dir);
    assert.deepEqual([state, error?.code], ["failed", "diskTooSmall"]);
    assert.equal(adapterInUse(dir), "old");
    const result = await runOnce(dir, { disk, counts });
    assert.deepEqual(comparable(result!), comparable((await reference()).result));
    assert.ok(counts.steps <= REFERENCE_STEPS + 2);
  }
});

test("an error in the judging, such as an adapter of another base, fails the job and touches no adapter", async () => {
  const dir = newFolder();
  const options = alive();
  const other = new UserError("adapterOfOtherBase", "The adapter belongs to another model.", "Choose that model.");
  let asked = 0;
  const onDone = (what: string) => {
    if (what === "answer" && ++asked === 2) throw other;
  };
  await assert.rejects(runOnce(dir, { ...options, onDone }), other);
  const { state, stage, error } = progressOf(dir);
  assert.deepEqual([state, stage, error?.code], ["failed", "judging", "adapterOfOtherBase"]);
  assert.equal(adapterInUse(dir), "old");
  const { steps } = options.counts;
  assert.equal((await runOnce(dir, options))?.adapter, KEPT);
  assert.equal(options.counts.steps, steps, "what was trained is not trained again");
});

test("a training process that somebody else told to end is gone on with", async () => {
  const options = alive();
  const onDone = (what: string) => {
    if (what === "step" && options.counts.steps === 7) throw new Cancelled();
  };
  const result = await runOnce(newFolder(), { ...options, onDone });
  assert.deepEqual(comparable(result!), comparable((await reference()).result));
  assert.equal(options.counts.steps, REFERENCE_STEPS + 1);
});

test("the best rate may lie beyond the grid; a rate with which the training comes apart is left out of the result", async () => {
  const dir = newFolder();
  const options = alive();
  const lossOf = (rate: number, step: number) => {
    if (rate > RATE_SEARCH.grid[2]) throw new UserError("trainingDiverged", "The training stopped.", "");
    return 3 - 40 * step * rate;
  };
  const result = await runOnce(dir, { ...options, lossOf });
  assert.deepEqual(
    result?.learningRates.map(({ rate }) => rate),
    [...RATE_SEARCH.grid],
  );
  assert.equal(result?.adapter, `adapter of ${RATE_SEARCH.grid[2]} after 24 at ${STRENGTHS[0]}`);
});

test("when the model has changed since, the job is not gone on with", async () => {
  const dir = newFolder();
  const disk = new MortalDisk(60);
  await assert.rejects(runOnce(dir, { disk, counts: freshCounts() }), Killed);
  const file = path.join(dir, "job", JobFiles.state);
  const state = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...state, model: "model-0" }));
  await assert.rejects(runOnce(dir, alive()), /The model has changed since the fine-tuning of \/home\/me\/shop began/);
});

test("while it runs, progress goes up, and says what is trained with what rate", async () => {
  const dir = newFolder();
  const seen: JobProgress[] = [];
  const onDone = async () => {
    await new Promise((resolve) => setTimeout(resolve, 6));
    if (existsSync(path.join(dir, "job", JobFiles.progress))) seen.push(progressOf(dir));
  };
  await runOnce(dir, { ...alive(), onDone });
  assert.ok(seen.length > 20);
  for (const [i, { share }] of seen.entries()) assert.ok(i === 0 || share >= seen[i - 1].share);
  const trained = seen.filter(({ stage, training }) => stage === "rates" && training);
  assert.deepEqual([...new Set(trained.map(({ training }) => training!.rate))], [...RATE_SEARCH.grid]);
  assert.ok(seen.some(({ judging }) => judging?.cases === ANSWERS));
  assert.ok(seen.every(({ leftMs }) => leftMs !== undefined && leftMs >= 0 && leftMs < (REQUEST.minutes + 1) * 60_000));
});
