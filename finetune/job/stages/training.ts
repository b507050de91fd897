// The stage "training": continues the run of the best learning rate until its last step, or until the held-out loss no longer improves.

import type { RunningJob } from "../runningJob.ts";
import { removeOtherRuns } from "./rates.ts";
import { relativeToRuns, trainingRun } from "./trainingRun.ts";

export async function trainingStage(job: RunningJob, signal: AbortSignal): Promise<void> {
  removeOtherRuns(job);
  const { plan, sequenceTokens } = job.state.speed!;
  const rest = Math.max(1, plan.steps - plan.stopAfterSteps);
  const report = await trainingRun(
    job,
    {
      rate: job.state.chosenRate!,
      plan,
      sequenceTokens,
      onStep: (step) => {
        job.live.part = Math.max(0, step - plan.stopAfterSteps) / rest;
      },
    },
    signal,
  );
  const { ending, step, firstHeldOutLoss, heldOutLoss, best } = report;
  job.save({
    trained: {
      adapter: report.adapter === null ? null : relativeToRuns(job, report.adapter),
      ending: ending === "early" ? "early" : "done",
      step: best?.step ?? step,
      firstHeldOutLoss,
      heldOutLoss: best?.heldOutLoss ?? heldOutLoss,
      tokensPerSecond: job.live.training?.tokensPerSecond ?? null,
    },
  });
}
