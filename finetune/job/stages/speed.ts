// The stage "speed": two small real steps and a few answers measure how fast this machine trains and judges now, which determines the number of
// steps.

import path from "node:path";
import { RATE_SEARCH, SPEED_RUN } from "../hyperparameters.ts";
import { GUESSED_SECONDS_PER_ANSWER } from "../machineSpeed.ts";
import type { RunningJob } from "../runningJob.ts";
import { planSteps, stageSeconds } from "../steps.ts";
import { trainingRun } from "./trainingRun.ts";

export async function speedStage(job: RunningJob, signal: AbortSignal): Promise<void> {
  const data = await job.tools.sizeOf(job.folder("data"));
  const outDir = path.join(job.folder("runs"), "speed");
  job.disk.removeFolder(outDir); // left by an interrupted trial: its first step would be missing
  const { steps, sequences } = SPEED_RUN;
  const sequencesPerStep = Math.min(sequences, data.sequences);
  const trial = { sequencesPerStep, steps, stopAfterSteps: steps, evaluateEverySteps: steps, passes: 0 };
  await trainingRun(
    job,
    {
      rate: RATE_SEARCH.grid[0],
      plan: trial,
      sequenceTokens: data.sequenceTokens,
      outDir,
      validationSequences: 1, // what this run learns is discarded
      onStep: (step) => {
        job.live.part = step / steps;
      },
    },
    signal,
  );
  const tokensPerSecond = job.live.training?.tokensPerSecond;
  if (!tokensPerSecond) throw new Error("the trial told no speed");
  const dirs = { judging: job.folder("judging"), data: job.folder("data") };
  const secondsPerAnswer = (await job.tools.timeAnswers(dirs, signal)) ?? GUESSED_SECONDS_PER_ANSWER;
  const speed = { tokensPerSecond, secondsPerAnswer };
  const plan = planSteps(data, speed, 60 * job.request.minutes - job.workMs / 1000);
  job.tools.remember({ ...speed, peakRssBytes: job.peakRssBytes });
  job.log(
    `${tokensPerSecond} tokens/s, ${secondsPerAnswer.toFixed(2)} s an answer: ${plan.steps} steps of ${plan.sequencesPerStep} sequences, ${plan.passes.toFixed(1)} passes over the data`,
  );
  job.save({
    speed: { tokensPerSecond, plan, seconds: stageSeconds(plan, data, speed), sequenceTokens: data.sequenceTokens },
  });
  job.disk.removeFolder(outDir);
}
