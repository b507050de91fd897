// The stage "judging": finds the strength at which the adapter costs other code little enough, then judges the model with and without it on
// held-out places.

import type { AdapterId } from "../../../server/host/protocol/adapters.ts";
import { forgetsTooMuch, MOST_FORGETTING, points } from "../../judge/verdict.ts";
import { STRENGTHS } from "../hyperparameters.ts";
import type { RunningJob } from "../runningJob.ts";
import type { JudgedDirs } from "../tools.ts";
import { inRuns } from "./trainingRun.ts";

/** The adapter at a share of its strength, and the points that it costs other code. */
interface TriedStrength {
  share: number;
  adapter: AdapterId; // in the job's folder
  forgetting: number;
}

export async function judgingStage(job: RunningJob, signal: AbortSignal): Promise<void> {
  const trained = job.state.trained!;
  const tried: TriedStrength[] = [];
  for (const share of STRENGTHS) {
    const adapter = atStrength(job, trained.adapter!, share);
    const forgetting = await job.tools.judgeForgetting(dirsOf(job, adapter), tellerOf(job), signal);
    tried.push({ share, adapter, forgetting });
    if (!forgetsTooMuch(forgetting)) break;
    job.log(`at ${percent(share)} code of other projects loses ${points(forgetting)}: ${MOST_FORGETTING} are the most`);
  }
  const chosen = tried.find(({ forgetting }) => !forgetsTooMuch(forgetting)) ?? tried[0];
  const verdict = await job.tools.judge(dirsOf(job, chosen.adapter), tellerOf(job), signal);
  job.save({
    verdict: { ...verdict, reason: withStrength(verdict.reason, chosen, tried) },
    trained: { ...trained, adapter: chosen.adapter },
  });
}

/** @returns the name of its folder in the job's folder; the folder is complete */
function atStrength(job: RunningJob, adapter: AdapterId, share: number): string {
  const weaker = `${adapter}-at-${100 * share}`;
  job.tools.scale(inRuns(job.jobDir, adapter), inRuns(job.jobDir, weaker), share);
  return weaker;
}

const dirsOf = (job: RunningJob, adapter: AdapterId): JudgedDirs => ({
  judging: job.folder("judging"),
  adapter: inRuns(job.jobDir, adapter),
  data: job.folder("data"),
});

/** A callback that reports progress and measures the time of an answer. */
function tellerOf(job: RunningJob): (done: number, answers: number) => void {
  let first: { done: number; atMs: number } | undefined;
  return (done, answers) => {
    job.live.judging = { done, cases: answers };
    job.live.part = Math.max(job.live.part, answers > 0 ? done / answers : 0); // another strength starts again: never show less progress
    first ??= { done, atMs: performance.now() };
    const given = done - first.done;
    if (given === 0 || given % REMEMBER_EVERY !== 0) return;
    const secondsPerAnswer = (performance.now() - first.atMs) / 1000 / given;
    const { tokensPerSecond, keep } = job.state.speed!;
    if (keep) job.tools.remember({ tokensPerSecond, secondsPerAnswer, peakRssBytes: job.peakRssBytes }, keep);
  };
}

/** After how many answers their pace is stored. */
const REMEMBER_EVERY = 50;

const percent = (share: number): string => `${100 * share} % of its strength`;

/** The reason; where other strengths were tried, with the chosen strength and what the others cost. */
function withStrength(reason: string, chosen: TriedStrength, tried: readonly TriedStrength[]): string {
  const others = tried.filter((other) => other !== chosen);
  if (others.length === 0) return reason;
  const lost = others.map(({ share, forgetting }) => `${points(forgetting)} at ${percent(share)}`).join(", ");
  return `${reason} This is at ${percent(chosen.share)}; code of other projects lost ${lost}.`;
}
