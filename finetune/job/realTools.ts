// The job's parts in the product: the data, the training process, the judge, the store of adapters.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { createParsers } from "../../common/syntax/parsers.ts";
import { defaultDataDir } from "../../common/util/dataDir.ts";
import { freeMemoryBytes } from "../../common/util/freeMemory.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import { runTrainingProcess } from "../../server/train/run/trainingProcess.ts";
import { readKeptExamples } from "../data/keptExamples.ts";
import { DataFiles, prepareData } from "../data/prepare.ts";
import { formatOfModel } from "../data/trainable.ts";
import { generalCases } from "../general/general.ts";
import { parseHeldOutCases } from "../heldOutCase.ts";
import { judge, judgeForgetting, timeAnswers } from "../judge/judge.ts";
import { reportPage } from "../judge/reportPage.ts";
import type { FineTuneRequest } from "../protocol/fineTune.ts";
import { scaleAdapter } from "../store/scaleAdapter.ts";
import { singleProcess, torchTrainer } from "../torch/torchTrainer.ts";
import { HYPERPARAMETERS } from "./hyperparameters.ts";
import { keepOnce } from "./keepOnce.ts";
import { guessSecondsPerAnswer, rememberSpeed } from "./machineSpeed.ts";
import { keepFor, readModelConfig } from "./need.ts";
import { JobFolders } from "./state.ts";
import type { DataSize } from "./steps.ts";
import type { JobTools, JudgedDirs } from "./tools.ts";

/** @param places the job's folder, and the cache folder, where this machine's speed is stored under the key `speed` */
export function realTools(
  request: FineTuneRequest,
  places: { jobDir: string; cacheDir: string; speed: string },
): JobTools {
  const { root, modelDir, exclude, seed, threads, python, examples, commits } = request;
  const baseDir = path.join(places.jobDir, JobFolders.base);
  const judgeOptions = ({ judging, adapter, data }: JudgedDirs) => {
    return { dir: judging, modelDir, adapterDir: adapter, cases: casesOf(data), kept: keptCasesOf(data), threads };
  };
  return {
    async prepare(dir, signal, log) {
      const tokenizer = await loadTokenizer(modelDir);
      const tools = { tokenizer, parsers: await createParsers(), format: await formatOfModel(modelDir, tokenizer) };
      const kept = examples ? readKeptExamples(defaultDataDir()) : undefined;
      return prepareData({ root, dir, exclude, seed, kept, commits }, tools, signal, log);
    },
    sizeOf,
    train: python === undefined ? runTrainingProcess : torchTrainer(singleProcess(python), baseDir),
    timeAnswers: ({ judging, data }, signal) =>
      timeAnswers({ dir: judging, modelDir, cases: casesOf(data), threads }, signal),
    judgeForgetting: (dirs, onProgress, signal) => judgeForgetting(judgeOptions(dirs), onProgress, signal),
    judge: (dirs, onProgress, signal) => judge(judgeOptions(dirs), onProgress, signal),
    scale: scaleAdapter,
    reportPage: (result, verdict, curves) =>
      reportPage({
        workspace: path.basename(root),
        result,
        verdict,
        curves,
        settings: [
          ["rank", HYPERPARAMETERS.rank],
          ["alpha", HYPERPARAMETERS.alpha],
          ["tokens of a step", HYPERPARAMETERS.batchTokens],
          ["model", path.basename(modelDir)],
          ["seed", seed],
          ...(python === undefined ? [] : ([["trainer", "PyTorch"]] as const)),
        ],
      }),
    keep: (adapterDir, report, facts) => keepOnce(root, adapterDir, report, facts),
    chooseKeep: async () => keepFor(await readModelConfig(modelDir), freeMemoryBytes()),
    guessSecondsPerAnswer: async () => guessSecondsPerAnswer(await readModelConfig(modelDir)),
    remember: (measured, keep) => rememberSpeed(places.cacheDir, places.speed, keep, measured),
  };
}

/** The held-out places of prepared data. @throws UserError */
export function casesOf(dataDir: string) {
  const file = path.join(dataDir, DataFiles.reportCases);
  return parseHeldOutCases(readFileSync(file, "utf8"), file);
}

/** The held-out kept examples of prepared data. @throws UserError */
function keptCasesOf(dataDir: string) {
  const file = path.join(dataDir, DataFiles.keptCases);
  return existsSync(file) ? parseHeldOutCases(readFileSync(file, "utf8"), file) : [];
}

async function sizeOf(dir: string): Promise<DataSize> {
  const about = (name: string) => JSON.parse(readFileSync(path.join(dir, name), "utf8"));
  const train = about(path.join(DataFiles.train, "dataset.json"));
  const validation = about(path.join(DataFiles.validation, "dataset.json"));
  const { tokens } = about(DataFiles.facts);
  return {
    sequences: train.sequences,
    sequenceTokens: train.sequenceTokens,
    tokens,
    validationSequences: validation.sequences,
    cases: casesOf(dir).length + keptCasesOf(dir).length,
    generalCases: (await generalCases()).length,
  };
}
