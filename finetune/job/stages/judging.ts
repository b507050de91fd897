// The stage "judging": the model with and without what was learnt, on places that nothing was learnt from.

import type { JobContext } from "../context.ts";
import { inRuns } from "./trainingRun.ts";

export async function judgingStage(job: JobContext, signal: AbortSignal): Promise<void> {
  let first: { done: number; atMs: number } | undefined;
  let secondsPerCase: number | undefined;
  const verdict = await job.tools.judge(
    {
      judging: job.folder("judging"),
      adapter: inRuns(job.jobDir, job.state.trained!.adapter!),
      data: job.folder("data"),
    },
    (done, cases) => {
      const atMs = performance.now();
      first ??= { done, atMs };
      if (done > first.done) secondsPerCase = (atMs - first.atMs) / 1000 / (done - first.done);
      job.live.judging = { done, cases };
      job.live.part = cases > 0 ? done / cases : 0;
    },
    signal,
  );
  job.save({ verdict });
  const { tokensPerSecond } = job.state.speed!;
  job.tools.remember({ tokensPerSecond, secondsPerCase, peakRssBytes: job.peakRssBytes });
}
