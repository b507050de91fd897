// What the job is put together from. Tests give their own; `realTools.ts` has the real ones. Types only.

import type { CompletionFigures, CorpusFacts, FineTuneResult } from "../../server/protocol/fineTune.ts";
import type { runTrainingProcess } from "../../server/train/run/trainingProcess.ts";
import type { AdapterFacts } from "../../src/adapters/storedAdapter.ts";
import type { DataSize } from "./steps.ts";

/** What the judging says; more may be in it, and goes into the report as it is. */
export interface JobVerdict {
  cases: number;
  before: CompletionFigures;
  after: CompletionFigures;
  interval: [number, number]; // of the gain in exact match, 95 %
  forgetting: number; // points of exact match lost on the general set
  accepted: boolean;
  reason: string; // a sentence
}

/** One line of the training's log, for the report's curves. */
export interface CurvePoint {
  step: number;
  loss?: number;
  heldOutLoss?: number;
  learningRate?: number;
}

/** Each throws UserErrors, and Cancelled (or anything) when its signal fires; what it had done then need not be done again. */
export interface JobTools {
  /** Fills `dir`, which is whole or absent afterwards. */
  prepare(dir: string, signal: AbortSignal, say: (line: string) => void): Promise<CorpusFacts>;
  /** Of a filled folder. */
  sizeOf(dir: string): Promise<DataSize>;
  train: typeof runTrainingProcess;
  /** Goes on in `dir` where it was ended. */
  judge(
    dirs: { judging: string; adapter: string; data: string },
    onProgress: (done: number, cases: number) => void,
    signal: AbortSignal,
  ): Promise<JobVerdict>;
  reportPage(result: FineTuneResult, verdict: JobVerdict | null, curve: readonly CurvePoint[]): string;
  /** Puts the adapter into use; a second time it changes nothing. @returns its id */
  keep(adapterDir: string, reportFile: string, facts: AdapterFacts): string;
  /** Of the judging, both models together; before it was measured a guess. */
  secondsPerCase(): number;
  /** What was measured, for the next job's plan. */
  remember(measured: { tokensPerSecond: number; secondsPerCase?: number; peakRssBytes: number }): void;
}
