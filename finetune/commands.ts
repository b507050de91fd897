// The commands of the fine-tuning process. Each command takes one JSON value and returns one.

import { readFileSync } from "node:fs";
import path from "node:path";
import { badInput } from "../common/errors.ts";
import { defaultCacheDir } from "../common/util/cacheDir.ts";
import type { AdapterDir, AdapterId } from "../server/host/protocol/adapters.ts";
import { findAdapter } from "../src/adapters/adapterStore.ts";
import { jobFolder } from "../src/adapters/workspaceFolder.ts";
import { DataFiles } from "./data/prepare.ts";
import { exportData } from "./elsewhere/exportData.ts";
import { judgingOf } from "./elsewhere/judgeElsewhere.ts";
import { parseHeldOutCases } from "./heldOutCase.ts";
import { planJob } from "./job/plan.ts";
import { completed, startJob } from "./job/startJob.ts";
import { compareAdapters } from "./judge/compare.ts";
import type { FineTuneRequest } from "./protocol/fineTune.ts";
import { exportAdapter } from "./store/exportAdapter.ts";
import { importAdapter } from "./store/importAdapter.ts";

type Log = (line: string) => void;

/** The parameters of all commands; each command uses those that it needs. */
interface Params extends FineTuneRequest {
  restart?: boolean; // run: discards an unfinished job
  id: AdapterId; // export: the adapter
  dir: string; // export, import: the folder
  first: AdapterId; // compare: two adapters
  second: AdapterId;
  adapter: AdapterDir | AdapterId; // judge: the adapter
}

const COMMANDS: Record<string, (params: Params, signal: AbortSignal, log: Log) => Promise<unknown>> = {
  plan: (params, signal, log) => {
    const request = completed(params);
    return planJob(request, { jobDir: jobFolder(request.root), cacheDir: defaultCacheDir() }, signal, log);
  },
  run: (params, signal, log) => {
    const { restart, ...request } = params;
    return startJob(request, restart ? "restart" : "run", signal, log);
  },
  resume: (params, signal, log) => startJob(params, "resume", signal, log),
  exportData: (params, signal, log) => exportData(completed(params), params.dir, signal, log),
  judge: async (params, signal, log) => {
    const { adapter, dir: _, ...request } = params;
    const { root, modelDir } = completed(request);
    const fill = await judgingOf(root, adapter, modelDir);
    return startJob(request, "restart", signal, log, fill);
  },
  export: (params) => {
    const { root, modelDir } = completed(params);
    return exportAdapter(root, params.id, params.dir, modelDir);
  },
  import: (params) => {
    const { root, modelDir } = completed(params);
    return importAdapter(root, params.dir, modelDir);
  },
  compare: (params, signal, log) => {
    const { root, modelDir, threads } = completed(params);
    const jobDir = jobFolder(root);
    return compareAdapters(
      {
        dir: path.join(jobDir, "compared"),
        modelDir,
        firstDir: findAdapter(root, params.first).dir,
        secondDir: findAdapter(root, params.second).dir,
        cases: lastCases(path.join(jobDir, DataFiles.reportCases)),
        threads,
      },
      (done, answers) => log(`${done} of ${answers} answers`),
      signal,
    );
  },
};

/** @throws UserError, Cancelled; Error for an unknown command */
export async function runCommand(name: string, params: object, signal: AbortSignal, log: Log): Promise<unknown> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new Error(`there is no command "${name}"`);
  return command(params as Params, signal, log);
}

/** The held-out places of the workspace's last job. @throws UserError where there was none */
function lastCases(file: string) {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw badInput("There are no held-out places to compare by: no fine-tuning has ended here.", "Fine-tune first.");
  }
  return parseHeldOutCases(text, file);
}
