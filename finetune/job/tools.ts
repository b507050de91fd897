// What the job is put together from. Tests give their own; `realTools.ts` has the real ones. Types only.

import type { AdapterDir, AdapterId } from "../../server/host/protocol/adapters.ts";
import type { runTrainingProcess } from "../../server/train/run/trainingProcess.ts";
import type { AdapterFacts } from "../../src/adapters/storedAdapter.ts";
import type { LossCurve } from "../judge/lossChart.ts";
import type { Verdict } from "../judge/verdict.ts";
import type { CorpusFacts, FineTuneResult } from "../protocol/fineTune.ts";
import type { DataSize } from "./steps.ts";

export interface JudgedDirs {
  judging: string;
  adapter: AdapterDir;
  data: string;
}

/** Told how many answers of the whole judging there are. */
export type OnAnswer = (done: number, answers: number) => void;

/** Each throws UserErrors, and Cancelled (or anything) when its signal fires; what it had done then need not be done again. */
export interface JobTools {
  /** Fills `dir`, which is whole or absent afterwards. */
  prepare(dir: string, signal: AbortSignal, log: (line: string) => void): Promise<CorpusFacts>;
  /** Of a filled folder. */
  sizeOf(dir: string): Promise<DataSize>;
  train: typeof runTrainingProcess;
  /** Gives a few answers of the judging. @returns seconds for one; undefined where there are too few places */
  timeAnswers(dirs: Omit<JudgedDirs, "adapter">, signal: AbortSignal): Promise<number | undefined>;
  /** Points that the adapter costs other code: what of the judging comes first. Both go on in `judging` where they were ended. */
  judgeForgetting(dirs: JudgedDirs, onProgress: OnAnswer, signal: AbortSignal): Promise<number>;
  judge(dirs: JudgedDirs, onProgress: OnAnswer, signal: AbortSignal): Promise<Verdict>;
  /** Writes a copy of the adapter in `from` to `to`, at that share of its strength. */
  scale(from: string, to: string, share: number): void;
  reportPage(result: FineTuneResult, verdict: Verdict | null, curves: readonly LossCurve[]): string;
  /** Puts the adapter into use; a second time it changes nothing. @returns its id */
  keep(adapterDir: AdapterDir, reportFile: string, facts: AdapterFacts): AdapterId;
  /** What was measured, for the next job's plan. */
  remember(measured: { tokensPerSecond: number; secondsPerAnswer: number; peakRssBytes: number }): void;
}
