// What a person is told about a fine-tuning: before it, while it works, and at its end.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FineTuneResult, JobProgress } from "../../../../finetune/protocol/fineTune.ts";
import {
  ending,
  jobStatus,
  leftOutPage,
  planDialog,
  progressLine,
  refusalDialog,
  rests,
  works,
} from "../../../../src/editor/fineTune/fineTuneText.ts";
import type { FineTuneJob } from "../../../../src/protocol/fineTune.ts";
import { sampleCorpus as corpus, samplePlan as plan } from "../../../support/fineTuneSamples.ts";

const progress: JobProgress = {
  pid: 1,
  updatedMs: 0,
  state: "running",
  stage: "training",
  share: 0.43,
  leftMs: 17.6 * 60_000,
  training: {
    rate: 0.0003,
    step: 120,
    steps: 1_400,
    loss: 1.6,
    heldOutLoss: 1.7123,
    firstHeldOutLoss: 1.92,
    tokensPerSecond: 274.4,
  },
};
const result: FineTuneResult = {
  corpus,
  learningRates: [],
  heldOut: {
    cases: 400,
    before: { loss: 0.6, exactMatch: 0.31, editSimilarity: 0.6 },
    after: { loss: 0.5, exactMatch: 0.385, editSimilarity: 0.66 },
    interval: [0.041, 0.109],
  },
  forgetting: 0.4,
  accepted: true,
  reason: "It is better.",
  adapter: "shop-1",
  tokensPerSecond: 274,
  ms: 1,
  peakRssBytes: 1,
};
const job = (change: Partial<JobProgress>, more: Partial<FineTuneJob> = {}): FineTuneJob => ({
  root: "/work/shop",
  progress: { ...progress, ...change },
  canGoOn: false,
  ...more,
});

test("the one question names data, what is left out, time, memory, disk, and when it works", () => {
  const { question, detail } = planDialog("shop", plan, { when: "mains", afterClose: "resume" });
  assert.equal(question, "Fine-tune Sotto on “shop”?");
  for (const part of [
    "214 files: 1.1 MB, 402,000 tokens a pass, of which 15 % is general code",
    "34 files are held back to judge by, those that were committed last.",
    "Left out: 106 files. Ignored (80), generated (21), holds a secret (3), 1 more reason.",
    "about 38 minutes of work (the smallest useful job: 21 minutes), up to 1.4 GB of memory, and 350 MB of disk",
    "Works on mains power only",
    "When you close the window it stops, and goes on when the folder is opened again.",
  ])
    assert.ok(detail.includes(part), `${part}\n${detail}`);
});

test("the question says how many kept suggestions are learnt from, where any are asked for", () => {
  const settings = { when: "mains", afterClose: "resume" } as const;
  assert.ok(!planDialog("shop", plan, settings).detail.includes("kept suggestions"));
  const kept = { learnt: 76, heldOut: 18, tokens: 29_782, dropped: { otherText: 11, repeated: 2 } };
  const { detail } = planDialog("shop", { ...plan, corpus: { ...corpus, kept } }, settings);
  assert.ok(
    detail.includes(
      "Of your kept suggestions (sotto.keepExamples), 76 are learnt from, 18 are held back to judge by, and 13 are left out.",
    ),
    detail,
  );
});

test("the question says what is otherwise so: no git, nothing left out, a warning, other settings", () => {
  const other = {
    ...plan,
    corpus: { ...corpus, byGitTime: false, dropped: {} },
    warnings: ["There is little to learn from."],
  };
  const { detail } = planDialog("shop", other, { when: "idle", afterClose: "continue" });
  assert.ok(detail.startsWith("There is little to learn from.\n\n"));
  for (const part of [
    "chosen by chance, as there is no git history",
    "No file is left out.",
    "while nobody types",
    "the window it goes on.",
  ])
    assert.ok(detail.includes(part), `${part}\n${detail}`);
});

test("where there can be no job, the reason and what to do are told, with the minutes that would do where those are short", () => {
  assert.equal(refusalDialog("shop", plan, 40), undefined);
  const refusal = { reason: "10 minutes are too short here.", action: "Give it 22 minutes or more." };
  assert.deepEqual(refusalDialog("shop", { ...plan, refusal }, 10), {
    question: "Sotto cannot be fine-tuned on “shop” like this.",
    detail: "10 minutes are too short here. Give it 22 minutes or more.",
    enough: 22,
  });
  assert.equal(refusalDialog("shop", { ...plan, refusal }, 40)?.enough, undefined, "it is not the time");
});

test("the page of what was left out has each reason, the most frequent first, and says where it does not name all", () => {
  assert.equal(
    leftOutPage("shop", corpus),
    [
      "# Left out of the fine-tuning on shop",
      "",
      "214 files are learnt from.",
      ...["", "## Ignored: 80", "", "- dist/a.js", "- … and 79 more"],
      ...["", "## Generated: 21", "", "- … and 21 more"],
      ...["", "## Holds a secret: 3", "", "- src/keys.ts", "- … and 2 more"],
      ...["", "## Too large: 2", "", "- … and 2 more", ""],
    ].join("\n"),
  );
});

test("progress in one line, for each state and stage", () => {
  const cases: [Partial<JobProgress>, string][] = [
    [{}, "Training, step 120 of 1,400, held-out loss 1.920 → 1.712, 274 tokens/s, 18 minutes left"],
    [
      { stage: "rates", training: { rate: 0.001, step: 3, steps: 30 } },
      "Trying learning rates, 0.001, step 3 of 30, 18 minutes left",
    ],
    [{ stage: "data", training: undefined, leftMs: undefined }, "Preparing the data"],
    [{ stage: "speed", leftMs: 0 }, "Measuring the speed of this machine, less than a minute left"],
    [
      { stage: "judging", judging: { done: 7, cases: 400 }, leftMs: 120 * 60_000 },
      "Judging what was learnt, 7 of 400 lines, 2.0 hours left",
    ],
    [{ state: "paused" }, "Paused, 43 % done"],
    [{ state: "waiting", waitsFor: "mains power" }, "Waiting for mains power, 43 % done"],
    [{ state: "waiting" }, "Waiting for its turn, 43 % done"],
    [{ state: "interrupted" }, "Interrupted, 43 % done"],
  ];
  for (const [change, line] of cases) assert.equal(progressLine({ ...progress, ...change }), line);
});

test("the status item tells of a job that works or rests, and of no other", () => {
  assert.deepEqual(jobStatus(job({}), "shop")?.short, "$(mortar-board) 43 %");
  assert.match(jobStatus(job({}), "shop")!.sentence, /^Fine-tuning on shop: training, step 120 .* left\.$/);
  assert.equal(jobStatus(job({ state: "waiting" }), "shop")?.short, "$(clock) 43 %");
  assert.equal(jobStatus(job({ state: "paused" }), "shop")?.short, "$(debug-pause) 43 %");
  assert.equal(jobStatus(job({ state: "interrupted" }, { canGoOn: true }), "shop")?.short, "$(debug-pause) 43 %");
  for (const state of ["done", "cancelled", "failed", "interrupted"] as const)
    assert.equal(jobStatus(job({ state }), "shop"), undefined, state);
});

test("a job works or rests or neither", () => {
  const both = (one: FineTuneJob) => [works(one), rests(one)];
  assert.deepEqual(both(job({})), [true, false]);
  assert.deepEqual(both(job({ state: "paused" })), [false, true]);
  assert.deepEqual(both(job({ state: "failed" }, { canGoOn: true })), [false, true]);
  assert.deepEqual(both(job({ state: "done" })), [false, false]);
});

test("at the end: what it brought, or why it was discarded, or what went wrong and what to do", () => {
  assert.deepEqual(ending(job({ state: "done" }, { result, report: "/r.html" }), "shop"), {
    text:
      "Sotto has learnt from shop: +7.5 points of exact match (+4.1 to +10.9) on 400 lines that it had not seen, " +
      "general code −0.4 points. Its adapter is in use.",
    severity: "information",
    offers: ["report", "adapters"],
  });
  const discarded = { ...result, accepted: false, reason: "The gain is not significant.", adapter: null };
  assert.deepEqual(ending(job({ state: "done" }, { result: discarded }), "shop"), {
    text: "What Sotto learnt from shop was discarded, and completions are as before. The gain is not significant.",
    severity: "information",
    offers: [],
  });
  const error = { code: "badInput" as const, message: "The disk is full.", action: "Make room there." };
  assert.deepEqual(ending(job({ state: "failed", error }, { canGoOn: true }), "shop"), {
    text: "Fine-tuning on shop: The disk is full. Make room there.",
    severity: "error",
    offers: ["goOn", "discard", "log"],
  });
  assert.deepEqual(ending(job({ state: "failed", error }), "shop")?.offers, ["log"]);
  assert.match(
    ending(job({ state: "interrupted" }, { canGoOn: true }), "shop")!.text,
    /interrupted with 43 % done\. Nothing/,
  );
  assert.equal(ending(job({ state: "cancelled" }), "shop")?.text, "The fine-tuning on shop was cancelled.");
  for (const state of ["running", "waiting", "paused"] as const)
    assert.equal(ending(job({ state }), "shop"), undefined);
  assert.equal(ending(job({ state: "done" }), "shop"), undefined); // its result cannot be read
});
