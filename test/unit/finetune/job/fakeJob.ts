// A job in small: its parts do as the real ones do with the disk (whole or absent, going on where they ended) and count what they are
// asked, and its disk can end it after any operation as a kill does. Not a test.

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Cancelled } from "../../../../common/errors.ts";
import { Gate } from "../../../../finetune/job/control.ts";
import { type JobDisk, systemDisk, writeJson, writeText } from "../../../../finetune/job/disk.ts";
import { beginJob, isUnfinished, resumeJob } from "../../../../finetune/job/folder.ts";
import { RATE_SEARCH, STRENGTHS } from "../../../../finetune/job/hyperparameters.ts";
import { runJob } from "../../../../finetune/job/job.ts";
import { RunningJob } from "../../../../finetune/job/runningJob.ts";
import type { JobTools, JudgedDirs, OnAnswer } from "../../../../finetune/job/tools.ts";
import { readJson } from "../../../../finetune/jsonFile.ts";
import type { Verdict } from "../../../../finetune/judge/verdict.ts";
import type { CorpusFacts, FineTuneRequest, FineTuneResult } from "../../../../finetune/protocol/fineTune.ts";
import { RunFiles, type TrainingReport, type TrainingRequest } from "../../../../server/train/run/request.ts";

export const MODEL = "model-1";

export const REQUEST: FineTuneRequest = {
  root: "/home/me/shop",
  modelDir: "/models/tiny",
  minutes: 30,
  when: "always",
  seed: 1,
  endsWithParent: true,
};

export const CORPUS: CorpusFacts = {
  files: 12,
  bytes: 34_000,
  tokens: 7000,
  generalShare: 0.15,
  split: {
    train: { files: 9, bytes: 30_000 },
    validation: { files: 2, bytes: 2000 },
    report: { files: 1, bytes: 2000 },
  },
  byGitTime: true,
  dropped: { licence: 1 },
  droppedFiles: [{ path: "gpl.c", reason: "licence" }],
};

const FIGURES = { loss: 1, exactMatch: 0.3, editSimilarity: 0.6 };

const COMPARISON = {
  cases: 40,
  files: 8,
  before: FIGURES,
  after: FIGURES,
  gains: {
    exactMatch: { mean: 0, interval: [0, 0] },
    editSimilarity: { mean: 0, interval: [0, 0] },
    loss: { mean: 0, interval: [0, 0] },
  },
} as Verdict["general"];

export const ACCEPTED: Verdict = {
  accepted: true,
  reason: "Kept: it is better.",
  cases: 40,
  files: 8,
  before: FIGURES,
  after: { loss: 0.8, exactMatch: 0.4, editSimilarity: 0.7 },
  interval: [0.02, 0.18],
  gains: COMPARISON.gains,
  forgetting: 0.5,
  general: COMPARISON,
  samples: [],
};

export const REFUSED: Verdict = {
  ...ACCEPTED,
  accepted: false,
  reason: "Not kept: no clear gain.",
  interval: [-0.1, 0.1],
};

/** A clear gain that costs other code too much. */
export const FORGETFUL: Verdict = {
  ...ACCEPTED,
  accepted: false,
  reason: "Not kept: it forgets.",
  forgetting: 4.2,
  gains: { ...COMPARISON.gains, exactMatch: { mean: 0.1, interval: [0.02, 0.18] } },
};

/** What a kill does to the process: nothing happens any more. */
export class Killed extends Error {}

/** A disk that ends its process after `operations` operations. */
export class MortalDisk implements JobDisk {
  done = 0;
  readonly #most: number;
  readonly #begun = new Set<number>(); // half written

  constructor(operations = Number.POSITIVE_INFINITY) {
    this.#most = operations;
  }

  get isDead(): boolean {
    return this.done >= this.#most;
  }

  #do<T>(operation: () => T): T {
    if (this.isDead) throw new Killed();
    this.done++;
    return operation();
  }

  create = (file: string) => this.#do(() => systemDisk.create(file));
  // in two halves, so that a file may be half written
  write = (fd: number, bytes: Uint8Array) =>
    this.#do(() => {
      const isFirst = !this.#begun.delete(fd);
      if (isFirst) this.#begun.add(fd);
      return systemDisk.write(fd, isFirst ? bytes.subarray(0, Math.ceil(bytes.length / 2)) : bytes);
    });
  sync = (fd: number) => this.#do(() => void fd); // as if it were: a test of the job, not of this disk
  close = (fd: number) => {
    systemDisk.close(fd); // the kernel does that for a dead process
    this.#do(() => {});
  };
  rename = (from: string, to: string) => this.#do(() => systemDisk.rename(from, to));
  remove = (file: string) => this.#do(() => systemDisk.remove(file));
  syncFolder = (dir: string) => this.#do(() => void dir);
  makeFolder = (dir: string) => this.#do(() => systemDisk.makeFolder(dir));
  removeFolder = (dir: string) => this.#do(() => systemDisk.removeFolder(dir));
}

/** What the parts were asked, over all processes of a job. */
export interface Counts {
  prepared: number;
  steps: number; // taken, repeated ones included
  answers: number;
  kept: string[];
}

export interface FakeOptions {
  disk: MortalDisk;
  counts: Counts;
  storeDir: string; // holds the adapter in use
  verdict?: Verdict;
  weakerVerdict?: Verdict; // on the adapter at less than the first strength
  sequences?: number;
  secondsPerAnswer?: number; // as it is measured
  lossOf?: (rate: number, step: number) => number;
  /** Called at each thing done, for tests that stop the job from outside. */
  onDone?: (what: "step" | "answer" | "prepared") => Promise<void> | void;
}

export const ANSWERS = 6;
/** Of them, those of the general set. */
export const GENERAL_ANSWERS = 2;
/** The middle of the grid is the best; each step helps. */
const loss = (rate: number, step: number) => 3 - step / 100 + Math.log2(rate / RATE_SEARCH.grid[1]) ** 2 / 10;

export function fakeTools({ disk, counts, storeDir, ...options }: FakeOptions): JobTools {
  const { verdict = ACCEPTED, weakerVerdict = verdict, sequences = 16, lossOf = loss, onDone = () => {} } = options;
  const { secondsPerAnswer = 0.5 } = options;
  /** Answers on until there are `wanted`. */
  async function judged(
    { judging, adapter, data }: JudgedDirs,
    wanted: number,
    onProgress: OnAnswer,
    signal: AbortSignal,
  ): Promise<Verdict> {
    for (const file of [path.join(adapter, "sotto.json"), path.join(data, "report-cases.jsonl")])
      if (!existsSync(file)) throw new Error(`${file} is missing`);
    disk.makeFolder(judging);
    const file = path.join(judging, `answers-${path.basename(adapter)}.json`);
    let { done } = (readJson(file) as { done: number } | undefined) ?? { done: 0 };
    for (onProgress(done, ANSWERS); done < wanted; onProgress(++done, ANSWERS)) {
      counts.answers++;
      await onDone("answer");
      if (signal.aborted) throw new Cancelled();
      writeJson(file, { done: done + 1 }, disk);
    }
    return adapter.endsWith(`-at-${100 * STRENGTHS[1]}`) ? weakerVerdict : verdict;
  }
  return {
    async prepare(dir, signal) {
      const draft = `${dir}.draft`;
      disk.removeFolder(draft);
      disk.makeFolder(draft);
      counts.prepared++;
      await onDone("prepared");
      if (signal.aborted) throw new Cancelled();
      writeText(path.join(draft, "report-cases.jsonl"), "{}\n", disk);
      writeJson(path.join(draft, "corpus.json"), CORPUS, disk);
      disk.rename(draft, dir);
      return CORPUS;
    },
    async sizeOf() {
      return { sequences, sequenceTokens: 512, tokens: 7000, validationSequences: 4, cases: 2, generalCases: 1 };
    },
    train: (request, events, signal) => fakeTraining(request, events, signal, { disk, counts, lossOf, onDone }),
    judgeForgetting: async (dirs, onProgress, signal) =>
      (await judged(dirs, GENERAL_ANSWERS, onProgress, signal)).forgetting,
    judge: (dirs, onProgress, signal) => judged(dirs, ANSWERS, onProgress, signal),
    scale(from, to, share) {
      disk.makeFolder(to);
      const about = readJson(path.join(from, "sotto.json")) as object;
      writeJson(path.join(to, "sotto.json"), { ...about, share }, disk);
    },
    reportPage: (result, _verdict, curves) => `<p>${result.reason}</p>${curves.length}`,
    keep(adapterDir) {
      const about = readJson(path.join(adapterDir, "sotto.json")) as { rate: number; step: number; share: number };
      const id = `adapter of ${about.rate} after ${about.step} at ${about.share}`;
      writeJson(path.join(storeDir, "active.json"), { id }, disk);
      if (!counts.kept.includes(id)) counts.kept.push(id);
      return id;
    },
    timeAnswers: async () => secondsPerAnswer,
    chooseKeep: async () => "selective",
    guessSecondsPerAnswer: async () => 1,
    remember: () => {},
  };
}

/** As the training process does: a checkpoint after each step, an adapter at each ending. */
async function fakeTraining(
  request: TrainingRequest,
  events: Parameters<JobTools["train"]>[1],
  signal: AbortSignal,
  { disk, counts, lossOf, onDone }: Required<Pick<FakeOptions, "disk" | "counts" | "lossOf" | "onDone">>,
): Promise<{ report: TrainingReport; peakRssBytes: number }> {
  const { outDir, learningRate, steps = 0, stopAfterSteps = steps, evaluateEverySteps = 1 } = request;
  disk.makeFolder(outDir);
  const file = path.join(outDir, RunFiles.checkpoint);
  if (existsSync(file) !== request.resume) throw new Error(`asked to resume: ${request.resume}`);
  const saved = request.resume ? (readJson(file) as { step: number; rate: number; steps: number }) : undefined;
  if (saved && (saved.rate !== learningRate || saved.steps !== steps)) throw new Error("the checkpoint of another run");
  let step = saved?.step ?? 0;
  const firstHeldOutLoss = lossOf(learningRate, 0);
  let ending: TrainingReport["ending"] = step >= steps ? "done" : "paused";
  while (step < Math.min(steps, stopAfterSteps)) {
    counts.steps++;
    await onDone("step");
    if (signal.aborted) {
      ending = "stopped";
      break;
    }
    step++;
    const held = step % evaluateEverySteps === 0 ? lossOf(learningRate, step) : undefined;
    events.progress?.({
      step,
      steps,
      loss: 3,
      heldOutLoss: held,
      firstHeldOutLoss,
      tokensPerSecond: 400,
      trainedTokens: step,
    });
    writeJson(file, { step, rate: learningRate, steps }, disk);
    if (step === steps) ending = "done";
  }
  const heldOutLoss = lossOf(learningRate, step);
  const adapter = step === 0 ? null : path.join(outDir, RunFiles.adapter);
  if (adapter) {
    disk.makeFolder(adapter);
    writeJson(path.join(adapter, "sotto.json"), { rate: learningRate, step }, disk);
  }
  const report: TrainingReport = {
    ending,
    step,
    steps,
    trainedTokens: step,
    loss: 3,
    firstHeldOutLoss,
    heldOutLoss,
    best: { step, heldOutLoss },
    adapter,
    checkpoint: file,
  };
  return { report, peakRssBytes: 1.3e9 };
}

export const freshCounts = (): Counts => ({ prepared: 0, steps: 0, answers: 0, kept: [] });

/** One process of the job: begins it or goes on, as dist/finetune.cjs does. */
export async function runOnce(
  dir: string,
  options: Omit<FakeOptions, "storeDir"> & {
    stop?: AbortSignal;
    request?: FineTuneRequest;
    takeMachine?: () => () => void;
  },
): Promise<FineTuneResult | undefined> {
  const jobDir = path.join(dir, "job");
  const storeDir = path.join(dir, "adapters");
  mkdirSync(storeDir, { recursive: true });
  const { disk, request: asked = REQUEST, stop = new AbortController().signal, takeMachine = () => () => {} } = options;
  const { request, state } = isUnfinished(jobDir)
    ? resumeJob(jobDir, asked, MODEL)
    : { request: asked, state: beginJob(jobDir, asked, MODEL, disk) };
  const gate = await Gate.open({ jobDir, dataDir: dir, when: request.when, stop, log: () => {}, lookMs: 2 });
  try {
    const tools = fakeTools({ ...options, storeDir });
    const job = new RunningJob({ jobDir, request, state, disk, tools, log: () => {} });
    return await runJob(job, { gate, freeMachine: takeMachine(), takeMachine, progressEveryMs: 5 });
  } finally {
    gate.close();
  }
}

/** The id of the adapter in use; undefined where there is none. @throws where the file is half written */
export function adapterInUse(dir: string): string | undefined {
  const file = path.join(dir, "adapters", "active.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).id : undefined;
}

/** What is equal in two results of the same job. */
export const comparable = ({ ms, peakRssBytes, ...rest }: FineTuneResult) => rest;
