// The stage "judging": the model with and without what was learnt, on places that nothing was learnt from. Where the adapter helps but costs
// too much of other code, it is judged once more at a part of its strength.

import { onlyForgets, points, type Verdict } from "../../judge/verdict.ts";
import type { JobContext } from "../context.ts";
import { WEAKER_SHARE } from "../recipe.ts";
import { inRuns } from "./trainingRun.ts";

export async function judgingStage(job: JobContext, signal: AbortSignal): Promise<void> {
  const trained = job.state.trained!;
  const adapter = trained.adapter!;
  const whole = await verdictOn(job, adapter, signal);
  if (!onlyForgets(whole)) return job.save({ verdict: whole });
  job.say(`${whole.reason} Judging it at ${100 * WEAKER_SHARE} % of its strength`);
  const weaker = `${adapter}-weaker`;
  job.tools.weaken(inRuns(job.jobDir, adapter), inRuns(job.jobDir, weaker), WEAKER_SHARE);
  const part = await verdictOn(job, weaker, signal);
  if (part.accepted)
    job.save({ verdict: { ...part, reason: withWhole(part, whole) }, trained: { ...trained, adapter: weaker } });
  else job.save({ verdict: { ...whole, reason: withPart(whole, part) } });
}

async function verdictOn(job: JobContext, adapter: string, signal: AbortSignal): Promise<Verdict> {
  let first: { done: number; atMs: number } | undefined;
  let secondsPerAnswer: number | undefined;
  const verdict = await job.tools.judge(
    { judging: job.folder("judging"), adapter: inRuns(job.jobDir, adapter), data: job.folder("data") },
    (done, answers) => {
      const atMs = performance.now();
      first ??= { done, atMs };
      if (done > first.done) secondsPerAnswer = (atMs - first.atMs) / 1000 / (done - first.done);
      job.live.judging = { done, cases: answers };
      job.live.part = answers > 0 ? done / answers : 0;
    },
    signal,
  );
  const { tokensPerSecond } = job.state.speed!;
  job.tools.remember({ tokensPerSecond, secondsPerAnswer, peakRssBytes: job.peakRssBytes });
  return verdict;
}

const strength = `${100 * WEAKER_SHARE} % of its strength`;

const withWhole = ({ reason }: Verdict, { forgetting }: Verdict): string =>
  `${reason} This is at ${strength}; at all of it, code of other projects lost ${points(forgetting)}.`;

const withPart = ({ reason }: Verdict, part: Verdict): string =>
  `${reason} At ${strength}: ${part.reason.replace(/^Not kept: /, "")}`;
