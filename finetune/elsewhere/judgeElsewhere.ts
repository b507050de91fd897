// Prepares the judging of an adapter that was trained elsewhere, on data exported from this workspace: a job whose training is already done. From
// there the job's own judging decides, keeps or refuses, and reports.

import { cpSync, existsSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { adapterOfOtherBase, badInput } from "../../common/errors.ts";
import { AdapterFiles } from "../../server/engine/adapters/adapter.ts";
import { readAdapter, readTraining } from "../../server/engine/adapters/readAdapter.ts";
import { baseOfAdapter, openBases } from "../../server/engine/load/openAdapted.ts";
import type { AdapterDir, AdapterId } from "../../server/host/protocol/adapters.ts";
import { findAdapter } from "../../src/adapters/adapterStore.ts";
import { isAdapterId } from "../../src/adapters/storeFiles.ts";
import { exportedData } from "../../src/adapters/workspaceFolder.ts";
import { DataFiles } from "../data/prepare.ts";
import { generalCases } from "../general/general.ts";
import { guessSecondsPerAnswer } from "../job/machineSpeed.ts";
import { casesOf } from "../job/realTools.ts";
import { JobFolders, type JobState } from "../job/state.ts";
import { readJson } from "../jsonFile.ts";
import type { CorpusFacts } from "../protocol/fineTune.ts";
import { copyAdapterFile } from "../store/importAdapter.ts";

/** Fills the folder of a fresh job; its state is then that of a job whose training has ended. */
export type BeginJudging = (jobDir: string, fresh: JobState) => JobState;

const TRAINED = "trained"; // the adapter's folder among the job's runs

/**
 * @param adapter an adapter's folder, or the id of one that was imported into the workspace
 * @throws UserError where there is none, it belongs to another model, or was not trained on data exported from this workspace
 */
export async function judgingOf(
  root: string,
  adapter: AdapterDir | AdapterId,
  modelDir: string,
  dataDir?: string,
): Promise<BeginJudging> {
  const dir = folderOf(root, adapter, dataDir);
  const bases = await openBases(modelDir);
  const base = await baseOfAdapter(bases, dir);
  if (base !== bases.used) throw adapterOfOtherBase(dir, base, bases.used);
  const { rank } = await readAdapter(dir, base);
  const training = await readTraining(dir);
  const data = dataOf(root, adapter, training.datasetSha256, dataDir);
  const corpus = readJson(path.join(data, DataFiles.facts)) as CorpusFacts;
  const answers = 2 * (casesOf(data).length + (await generalCases()).length);
  const number = (key: string): number | null => (typeof training[key] === "number" ? training[key] : null);
  return (jobDir, fresh) => {
    cpSync(data, path.join(jobDir, JobFolders.data), { recursive: true });
    const trained = path.join(jobDir, JobFolders.runs, TRAINED);
    mkdirSync(trained, { recursive: true });
    for (const name of Object.values(AdapterFiles)) copyAdapterFile(dir, trained, name);
    return {
      ...fresh,
      corpus,
      speed: {
        tokensPerSecond: 0, // nothing is trained here, and nothing to remember
        sequenceTokens: 0,
        plan: { sequencesPerStep: 0, steps: 0, stopAfterSteps: 0, evaluateEverySteps: 0, passes: 0 },
        seconds: { rates: 0, training: 0, judging: answers * guessSecondsPerAnswer(base.config) },
      },
      chosenRate: number("learningRate") ?? 0,
      trained: {
        adapter: TRAINED,
        ending: "done",
        step: number("step") ?? 0,
        firstHeldOutLoss: number("firstHeldOutLoss"),
        heldOutLoss: number("heldOutLoss"),
        tokensPerSecond: null,
        rank,
      },
    };
  };
}

function folderOf(root: string, adapter: AdapterDir | AdapterId, dataDir?: string): AdapterDir {
  if (statSync(adapter, { throwIfNoEntry: false })?.isDirectory()) return path.resolve(adapter);
  if (isAdapterId(adapter)) return findAdapter(root, adapter, dataDir).dir;
  throw badInput(`There is no adapter ${adapter}.`, "Give the folder that was trained, or the id of an imported one.");
}

/** What was kept here when the adapter's data was exported. @throws UserError */
function dataOf(root: string, adapter: string, datasetSha256: unknown, dataDir?: string): string {
  const isHash = typeof datasetSha256 === "string" && /^[0-9a-f]{64}$/.test(datasetSha256);
  const data = isHash ? exportedData(root, datasetSha256, dataDir) : undefined;
  if (data !== undefined && existsSync(path.join(data, DataFiles.reportCases))) return data;
  throw badInput(
    isHash
      ? `The adapter ${adapter} was trained on data that was not exported from ${root}.`
      : `The adapter ${adapter} does not say what it was trained on.`,
    "Only an adapter of exported data can be judged: its held-out places were kept here (sotto finetune --export-data DIR).",
  );
}
