// The fine-tuning job: goes from stage to stage according to state.json, and pauses or ends when told to. If the process is ended at any point,
// the job resumes there; only the last step touches the adapter in use.

import path from "node:path";
import { Cancelled, fineTuneFailed, UserError, userErrorData } from "../../common/errors.ts";
import type { LossCurve } from "../judge/lossChart.ts";
import { type FineTuneResult, JobFiles, type JobStage } from "../protocol/fineTune.ts";
import type { Gate } from "./control.ts";
import { tellDiskFull, writeText } from "./disk.ts";
import { dropJob, endJob } from "./folder.ts";
import { readCurve } from "./lossCurve.ts";
import { ProgressWriter } from "./progress.ts";
import { factsOf, lateness, resultOf } from "./result.ts";
import type { RunningJob } from "./runningJob.ts";
import { prepareStage } from "./stages/data.ts";
import { judgingStage } from "./stages/judging.ts";
import { ratesStage } from "./stages/rates.ts";
import { speedStage } from "./stages/speed.ts";
import { trainingStage } from "./stages/training.ts";
import { inRuns, runDir } from "./stages/trainingRun.ts";
import { stageOf } from "./state.ts";

const STAGES: Record<JobStage, (job: RunningJob, signal: AbortSignal) => Promise<void>> = {
  data: prepareStage,
  speed: speedStage,
  rates: ratesStage,
  training: trainingStage,
  judging: judgingStage,
};

export interface JobSurroundings {
  gate: Gate;
  /** Releases the machine's lock, which this job holds, and takes it again. @throws UserError where another job trains */
  freeMachine: () => void;
  takeMachine: () => () => void;
  progressEveryMs?: number;
}

/**
 * Runs the job of `job` until it has ended.
 * @returns its result; undefined when the process was told to end first
 * @throws UserError when it failed; it can be resumed then
 */
export async function runJob(
  job: RunningJob,
  { gate, takeMachine, progressEveryMs, ...held }: JobSurroundings,
): Promise<FineTuneResult | undefined> {
  const progress = new ProgressWriter(job, progressEveryMs);
  let freeMachine: (() => void) | undefined = held.freeMachine;
  try {
    for (let stage = stageOf(job.state); stage !== undefined; stage = stageOf(job.state)) {
      const { permission } = gate;
      if (permission.state === "stopped") return interrupted(job, progress);
      if (permission.state === "cancelled") return cancelled(job, progress, stage);
      if (permission.state !== "running") {
        freeMachine?.(); // another job may train meanwhile
        freeMachine = undefined;
        const waitsFor = permission.state === "waiting" ? permission.waitsFor : undefined;
        progress.held(permission.state, waitsFor);
        job.log(waitsFor === undefined ? "paused" : `waiting for ${waitsFor}`);
        await gate.changed();
        continue;
      }
      freeMachine ??= await machineAgain(gate, takeMachine, progress);
      if (!freeMachine) continue;
      progress.running(stage);
      job.log(`stage: ${stage}`);
      const signal = gate.whileRunning();
      signal.addEventListener("abort", () => gate.permission.state === "paused" && progress.pausing(), { once: true });
      try {
        await job.working(() => STAGES[stage!](job, signal));
      } catch (error) {
        // a signal of the terminal or the system may reach the training process first: it is resumed, or the gate closes
        const isEnded = error instanceof Cancelled;
        if (!signal.aborted && !isEnded) throw error;
        if (!isEnded) job.log(`ended: ${(error as Error).message}`);
      }
    }
    const result = await job.working(async () => finish(job));
    progress.end("done");
    return result;
  } catch (error) {
    const told = tellDiskFull(error, job.jobDir);
    const known = told instanceof UserError ? told : fineTuneFailed((error as Error).message);
    progress.end("failed", userErrorData(known));
    throw told;
  } finally {
    freeMachine?.();
  }
}

/** Reports what was learnt, and keeps the adapter if it was accepted. Repeating it after a kill gives the same result. */
function finish(job: RunningJob): FineTuneResult {
  const { state, tools, disk, jobDir, request } = job;
  const { reason, ...learnt } = resultOf(state);
  const ms = Math.round(job.workMs);
  const told = reason + lateness(ms, request.minutes);
  const result = { ...learnt, reason: told, ms, peakRssBytes: job.peakRssBytes };
  const report = path.join(jobDir, JobFiles.report);
  writeText(report, tools.reportPage(result, state.verdict, curvesOf(job)), disk);
  if (result.accepted) result.adapter = tools.keep(inRuns(jobDir, state.trained!.adapter!), report, factsOf(state));
  endJob(jobDir, result, disk);
  return result;
}

function interrupted(job: RunningJob, progress: ProgressWriter): undefined {
  job.save({});
  progress.end("interrupted");
}

function cancelled(job: RunningJob, progress: ProgressWriter, stage: JobStage): FineTuneResult {
  const result = resultOf(job.state, `The fine-tuning was cancelled (${stage}); nothing was kept.`);
  dropJob(job.jobDir, { ...result, ms: Math.round(result.ms), peakRssBytes: job.peakRssBytes }, job.disk);
  progress.end("cancelled");
  return result;
}

const MACHINE_LOOK_MS = 5000;

/** Takes the machine's lock after a pause. Another job may be training: waits for that, or for another request. */
async function machineAgain(
  gate: Gate,
  takeMachine: () => () => void,
  progress: ProgressWriter,
): Promise<(() => void) | undefined> {
  try {
    return takeMachine();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    progress.held("waiting", "another fine-tuning to end");
    await Promise.race([gate.changed(), new Promise((resolve) => setTimeout(resolve, MACHINE_LOOK_MS))]);
    return undefined;
  }
}

/** The loss curves of all rates; the chosen rate's goes to the end of the training. */
function curvesOf(job: RunningJob): LossCurve[] {
  const { rates, chosenRate } = job.state;
  return rates.map(({ rate, curve }) => {
    const chosen = rate === chosenRate;
    return { rate, chosen, points: chosen ? readCurve(runDir(job, rate)) : curve };
  });
}
