// Takes a job from its request to its result, as the process does: locks, free disk space, a new job or the unfinished one, and the run.

import { createHash } from "node:crypto";
import path from "node:path";
import { badInput, modelMissing } from "../../common/errors.ts";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { readCappedSync } from "../../common/util/cappedRead.ts";
import { defaultDataDir } from "../../common/util/dataDir.ts";
import { freeBytes } from "../../common/util/freeBytes.ts";
import { realRoot } from "../../common/util/realRoot.ts";
import { MANIFEST_FILE } from "../../server/engine/models/manifest.ts";
import { singleModelDir, tierDir } from "../../server/engine/models/tiers.ts";
import { jobFolder } from "../../src/adapters/workspaceFolder.ts";
import type { FineTuneRequest, FineTuneResult } from "../protocol/fineTune.ts";
import { findPython } from "../torch/python.ts";
import { Gate } from "./control.ts";
import { checkRoom, systemDisk, tellDiskFull } from "./disk.ts";
import { beginJob, isWorthGoingOn, resumeJob } from "./folder.ts";
import { runJob } from "./job.ts";
import { lockJob, lockMachine } from "./lock.ts";
import { diskNeed, leastMemory, machineMemoryBytes, readModelConfig } from "./need.ts";
import { memoryRefusal } from "./planOf.ts";
import { realTools } from "./realTools.ts";
import { RunningJob } from "./runningJob.ts";

/**
 * "run": resumes an unfinished job that has done some work for this model, or starts a new one; "resume": only resumes; "restart": always starts
 * a new one.
 */
export type Beginning = "run" | "resume" | "restart";

/** The request with absolute folders, and a model. */
export const completed = (request: FineTuneRequest): FineTuneRequest => ({
  ...request,
  root: realRoot(request.root),
  modelDir: singleModelDir(request.modelDir),
});

/** @throws UserError where the machine's memory does not suffice for the model */
export function checkMemory(leastMemoryBytes: number, machineMemoryBytes: number, offersQuick: boolean): void {
  const refusal = memoryRefusal({ leastMemoryBytes, machineMemoryBytes }, offersQuick);
  if (refusal) throw badInput(refusal.reason, refusal.action);
}

const MAX_MANIFEST_BYTES = 10_000_000;

/** A key that changes when anything in the model's folder does. @throws UserError where there is no model */
export function modelKey(modelDir: string): string {
  const file = path.join(modelDir, MANIFEST_FILE);
  const read = readCappedSync(file, MAX_MANIFEST_BYTES);
  if ("unread" in read) throw modelMissing(file);
  return createHash("sha256").update(read.bytes).digest("hex");
}

/** The key of this machine's speed: PyTorch may use a device that Sotto's own trainer does not. */
export const speedKey = (model: string, { python }: Pick<FineTuneRequest, "python">): string =>
  python === undefined ? model : `${model} pytorch`;

/**
 * @param fill for a new job, as `beginJob` takes it
 * @returns the result; undefined where `stop` came first, and the job can be resumed
 * @throws UserError
 */
export async function startJob(
  asked: FineTuneRequest,
  beginning: Beginning,
  stop: AbortSignal,
  log: (line: string) => void,
  fill?: Parameters<typeof beginJob>[4],
): Promise<FineTuneResult | undefined> {
  const dataDir = defaultDataDir();
  const now = completed(asked);
  const jobDir = jobFolder(now.root, dataDir);
  const takeMachine = () => lockMachine(dataDir, now.root);
  const free = lockJob(jobDir, now.root);
  let freeMachine = () => {};
  try {
    freeMachine = takeMachine();
    const model = modelKey(now.modelDir);
    const goesOn = beginning === "resume" || (beginning === "run" && isWorthGoingOn(jobDir, model));
    if (!goesOn) {
      if (now.python !== undefined) await findPython(now.python);
      const config = await readModelConfig(now.modelDir);
      checkMemory(leastMemory(config), machineMemoryBytes(), now.modelDir !== tierDir("quick"));
      checkRoom(jobDir, await diskNeed(now), freeBytes(jobDir));
    }
    const { request, state } = goesOn
      ? resumeJob(jobDir, now, model)
      : { request: now, state: beginJob(jobDir, now, model, systemDisk, fill) };
    const gate = await Gate.open({ jobDir, dataDir, when: request.when, stop, log });
    try {
      const tools = realTools(request, { jobDir, cacheDir: defaultCacheDir(), speed: speedKey(model, request) });
      const job = new RunningJob({ jobDir, request, state, disk: systemDisk, tools, log });
      return await runJob(job, { gate, freeMachine, takeMachine });
    } finally {
      gate.close();
    }
  } catch (error) {
    throw tellDiskFull(error, jobDir);
  } finally {
    freeMachine();
    free();
  }
}
