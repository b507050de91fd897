// The stage "judging": the model with and without what was learnt, on places that nothing was learnt from.

import type { JobContext } from "../context.ts";
import { inRuns } from "./trainingRun.ts";

export async function judgingStage(job: JobContext, signal: AbortSignal): Promise<void> {
  let first: { done: number; atMs: number } | undefined;
  let secondsPerAnswer: number | undefined;
  const verdict = await job.tools.judge(
    {
      judging: job.folder("judging"),
      adapter: inRuns(job.jobDir, job.state.trained!.adapter!),
      data: job.folder("data"),
    },
    (done, answers) => {
      const atMs = performance.now();
      first ??= { done, atMs };
      if (done > first.done) secondsPerAnswer = (atMs - first.atMs) / 1000 / (done - first.done);
      job.live.judging = { done, cases: answers };
      job.live.part = answers > 0 ? done / answers : 0;
    },
    signal,
  );
  job.save({ verdict });
  const { tokensPerSecond } = job.state.speed!;
  job.tools.remember({ tokensPerSecond, secondsPerAnswer, peakRssBytes: job.peakRssBytes });
}
