// The stage "data": cuts the training and judging data out of the workspace.

import path from "node:path";
import { DataFiles } from "../../data/prepare.ts";
import { readJson } from "../../jsonFile.ts";
import type { CorpusFacts } from "../../protocol/fineTune.ts";
import type { RunningJob } from "../runningJob.ts";

export async function prepareStage(job: RunningJob, signal: AbortSignal): Promise<void> {
  const dir = job.folder("data"); // complete or absent
  const made = readJson(path.join(dir, DataFiles.facts)) as CorpusFacts | undefined;
  const corpus = made ?? (await job.tools.prepare(dir, signal, job.log));
  job.save({ corpus });
}
