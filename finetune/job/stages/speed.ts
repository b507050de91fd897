// The stage "speed": two small real steps and a few answers measure how fast this machine trains and judges now, which determines the number of
// steps. Where not even the smallest useful job fits into the minutes, it ends here: they were agreed to.

import path from "node:path";
import { badInput } from "../../../common/errors.ts";
import { RATE_SEARCH, SPEED_RUN } from "../hyperparameters.ts";
import { MINUTES_SLACK, tooShort } from "../planOf.ts";
import type { RunningJob } from "../runningJob.ts";
import { dropoutFor, leastSeconds, planSteps, stageSeconds } from "../steps.ts";
import { trainingRun } from "./trainingRun.ts";

export async function speedStage(job: RunningJob, signal: AbortSignal): Promise<void> {
  const data = await job.tools.sizeOf(job.folder("data"));
  const outDir = path.join(job.folder("runs"), "speed");
  job.disk.removeFolder(outDir); // left by an interrupted trial: its first step would be missing
  const { steps, sequences } = SPEED_RUN;
  const sequencesPerStep = Math.min(sequences, data.sequences);
  const keep = await job.tools.chooseKeep();
  const trial = { sequencesPerStep, steps, stopAfterSteps: steps, evaluateEverySteps: steps, passes: 0 };
  await trainingRun(
    job,
    {
      rate: RATE_SEARCH.grid[0],
      plan: trial,
      sequenceTokens: data.sequenceTokens,
      outDir,
      keep,
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
  const secondsPerAnswer = (await job.tools.timeAnswers(dirs, signal)) ?? (await job.tools.guessSecondsPerAnswer());
  const speed = { tokensPerSecond, secondsPerAnswer };
  const { minutes } = job.request;
  const workSeconds = job.workMs / 1000;
  job.tools.remember({ ...speed, peakRssBytes: job.peakRssBytes }, keep);
  const least = (workSeconds + leastSeconds(data, speed)) / 60;
  if (least > MINUTES_SLACK * minutes) {
    const { reason, action } = tooShort(minutes, least, speed);
    throw badInput(reason, action);
  }
  const plan = planSteps(data, speed, 60 * minutes - workSeconds);
  job.log(
    `${tokensPerSecond} tokens/s, ${secondsPerAnswer.toFixed(2)} s an answer: ${plan.steps} steps of ${plan.sequencesPerStep} sequences, ${plan.passes.toFixed(1)} passes over the data`,
  );
  const { sequenceTokens } = data;
  const seconds = stageSeconds(plan, data, speed);
  job.save({ speed: { tokensPerSecond, plan, seconds, sequenceTokens, keep, dropout: dropoutFor(plan) } });
  job.disk.removeFolder(outDir);
}
