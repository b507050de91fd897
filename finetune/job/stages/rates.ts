// The stage "rates": trains the beginning of a full run with several learning rates. The best rate's run is continued, so that nothing is
// trained twice.

import { UserError } from "../../../common/errors.ts";
import { RATE_SEARCH } from "../hyperparameters.ts";
import { readCurve } from "../lossCurve.ts";
import { bestRate, nextRate, type TriedRate } from "../rateSearch.ts";
import type { RunningJob } from "../runningJob.ts";
import type { JobState } from "../state.ts";
import { runDir, trainingRun } from "./trainingRun.ts";

export async function ratesStage(job: RunningJob, signal: AbortSignal): Promise<void> {
  const { plan, sequenceTokens } = job.state.speed!;
  const { stopAfterSteps } = plan;
  const next = () => nextRate(job.state.rates, firstLossOf(job.state.rates));
  for (let rate = next(); rate !== undefined; rate = next()) {
    const done = job.state.rates.length;
    const expected = Math.max(RATE_SEARCH.likely, done + 1);
    const onStep = (step: number) => {
      job.live.part = (done + step / stopAfterSteps) / expected;
    };
    const heldOutLoss = await lossOf(job, { rate, plan, stopAfterSteps, sequenceTokens, onStep }, signal);
    job.log(`learning rate ${rate}: held-out ${heldOutLoss?.toFixed(4) ?? "is not finite"}`);
    job.save({ rates: [...job.state.rates, { rate, heldOutLoss, curve: readCurve(runDir(job, rate)) }] });
  }
  const chosenRate = bestRate(job.state.rates, firstLossOf(job.state.rates));
  if (chosenRate === undefined) throw cameApart(job.state.rates);
  job.save({ chosenRate });
}

/** Held-out loss before the first step, which is the same in each run. undefined where no log could be written. */
const firstLossOf = (tried: JobState["rates"]): number | undefined =>
  tried.flatMap(({ curve }) => curve.find(({ step }) => step === 0)?.heldOutLoss ?? [])[0];

/** null where the training diverged: that rate is too high, which says nothing about the others. */
async function lossOf(
  job: RunningJob,
  options: Parameters<typeof trainingRun>[1],
  signal: AbortSignal,
): Promise<number | null> {
  try {
    return (await trainingRun(job, options, signal)).heldOutLoss;
  } catch (error) {
    if (error instanceof UserError && error.code === "trainingDiverged") return null;
    throw error;
  }
}

/** Frees disk space: only the chosen run is continued. */
export function removeOtherRuns(job: RunningJob): void {
  for (const { rate } of job.state.rates) if (rate !== job.state.chosenRate) job.disk.removeFolder(runDir(job, rate));
}

const cameApart = (tried: readonly TriedRate[]) =>
  new UserError(
    "trainingDiverged",
    `The training came apart with each learning rate (${tried.map(({ rate }) => rate).join(", ")}).`,
    "Send the log; the model or the data may be damaged.",
  );
