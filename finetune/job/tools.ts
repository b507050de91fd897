// The parts that a job is assembled from. Tests pass their own; `realTools.ts` has the real ones. Types only.

import type { AdapterDir, AdapterId } from "../../server/host/protocol/adapters.ts";
import type { runTrainingProcess } from "../../server/train/run/trainingProcess.ts";
import type { AdapterFacts } from "../../src/adapters/storedAdapter.ts";
import type { LossCurve } from "../judge/lossChart.ts";
import type { Verdict } from "../judge/verdict.ts";
import type { CorpusFacts, FineTuneResult } from "../protocol/fineTune.ts";
import type { MachineSpeed } from "./machineSpeed.ts";
import type { Keep } from "./need.ts";
import type { DataSize } from "./steps.ts";

export interface JudgedDirs {
  judging: string;
  adapter: AdapterDir;
  data: string;
}

/** Called with the number of answers done, and their number in the whole judging. */
export type OnAnswer = (done: number, answers: number) => void;

/** Each throws UserErrors, and Cancelled (or anything) when its signal fires; what it had finished by then need not be repeated. */
export interface JobTools {
  /** Fills `dir`, which is complete or absent afterwards. */
  prepare(dir: string, signal: AbortSignal, log: (line: string) => void): Promise<CorpusFacts>;
  /** The size of the data in a filled folder. */
  sizeOf(dir: string): Promise<DataSize>;
  train: typeof runTrainingProcess;
  /** Computes a few answers of the judging. @returns seconds per answer; undefined where there are too few places */
  timeAnswers(dirs: Omit<JudgedDirs, "adapter">, signal: AbortSignal): Promise<number | undefined>;
  /** Points that the adapter costs other code: the first part of the judging. Both this and `judging` resume where they were interrupted. */
  judgeForgetting(dirs: JudgedDirs, onProgress: OnAnswer, signal: AbortSignal): Promise<number>;
  judge(dirs: JudgedDirs, onProgress: OnAnswer, signal: AbortSignal): Promise<Verdict>;
  /** Writes a copy of the adapter in `from` to `to`, at that share of its strength. */
  scale(from: string, to: string, share: number): void;
  reportPage(result: FineTuneResult, verdict: Verdict | null, curves: readonly LossCurve[]): string;
  /** Puts the adapter into use; calling it again changes nothing. @returns its id */
  keep(adapterDir: AdapterDir, reportFile: string, facts: AdapterFacts): AdapterId;
  /** What the training keeps in memory, by what is free now. */
  chooseKeep(): Promise<Keep>;
  /** The time of an answer where it cannot be measured, in seconds. */
  guessSecondsPerAnswer(): Promise<number>;
  /** Stores the measurements for the next job's plan. */
  remember(measured: MachineSpeed, keep: Keep): void;
}
