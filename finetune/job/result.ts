// A job's result, in words and figures: pure.

import type { AdapterFacts } from "../../src/adapters/storedAdapter.ts";
import type { FineTuneResult } from "../protocol/fineTune.ts";
import { HYPERPARAMETERS } from "./hyperparameters.ts";
import type { JobState } from "./state.ts";

const NO_CORPUS: FineTuneResult["corpus"] = {
  files: 0,
  bytes: 0,
  tokens: 0,
  generalShare: 0,
  split: { train: { files: 0, bytes: 0 }, validation: { files: 0, bytes: 0 }, report: { files: 0, bytes: 0 } },
  byGitTime: false,
  dropped: {},
  droppedFiles: [],
};

/** The result without an adapter. `ending` is the reason why there is none, if the judging does not give one. */
export function resultOf(state: JobState, ending?: string): FineTuneResult {
  const { verdict, corpus, rates, trained, speed } = state;
  return {
    corpus: corpus ?? NO_CORPUS,
    learningRates: rates.flatMap(({ rate, heldOutLoss }) => (heldOutLoss === null ? [] : [{ rate, heldOutLoss }])),
    heldOut: verdict && {
      cases: verdict.cases,
      before: verdict.before,
      after: verdict.after,
      interval: verdict.interval,
    },
    forgetting: verdict?.forgetting ?? null,
    accepted: ending === undefined && verdict?.accepted === true,
    reason: ending ?? verdict?.reason ?? NOTHING_LEARNT,
    adapter: null,
    tokensPerSecond: trained?.tokensPerSecond ?? (speed?.tokensPerSecond || null),
    ms: state.workMs,
    peakRssBytes: state.peakRssBytes,
  };
}

/** How far above the minutes that were asked for a job ends before that is worth a word. */
const LATE = 1.2;

/** A sentence where a job took much longer than was asked for; "" where it did not. Its plan holds for the machine as it was at the start. */
export function lateness(ms: number, askedMinutes: number): string {
  const minutes = ms / 60_000;
  if (minutes <= LATE * askedMinutes) return "";
  return ` It took ${Math.round(minutes)} minutes instead of ${Math.round(askedMinutes)}, since this machine became busier than it was at the start.`;
}

const NOTHING_LEARNT = "The training did not lower the loss on held-out files, so there was nothing to keep.";

/** The facts that the adapter's folder records about it. */
export function factsOf({ verdict, corpus, chosenRate, trained }: JobState): AdapterFacts {
  return {
    gain: verdict && verdict.after.exactMatch - verdict.before.exactMatch,
    interval: verdict?.interval ?? null,
    forgetting: verdict?.forgetting ?? null,
    tokens: corpus?.tokens ?? null,
    rate: chosenRate,
    rank: trained?.rank ?? HYPERPARAMETERS.rank,
    cases: verdict?.cases ?? null,
    ...(corpus?.kept?.learnt && { keptExamples: corpus.kept.learnt }),
  };
}
