// The stage "data": what is learnt from and judged by, cut out of the workspace.

import type { JobContext } from "../context.ts";

export async function prepareStage(job: JobContext, signal: AbortSignal): Promise<void> {
  job.disk.makeFolder(job.jobDir);
  const corpus = await job.tools.prepare(job.folder("data"), signal, job.say);
  job.save({ corpus });
}
