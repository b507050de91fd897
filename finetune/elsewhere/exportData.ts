// Exports what another machine needs to train on this workspace: data, base, recipe and the PyTorch trainer, in one folder. The places that judge
// the result stay here, under the hash of the data, so that nobody can train on them by mistake.
//
//   sotto-bundle.json       {formatVersion, base, slidingWindow, datasetSha256, recipe}
//   base/                   the model as it is used, in Hugging Face's layout
//   train/, validation/     server/train/run/dataset.ts
//   trainer/                finetune/pytorch
//   README.md               what to run

import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createParsers } from "../../common/syntax/parsers.ts";
import { openAdapted } from "../../server/engine/load/openAdapted.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import { openDataset } from "../../server/train/run/dataset.ts";
import { exportedData } from "../../src/adapters/workspaceFolder.ts";
import { DataFiles, prepareData } from "../data/prepare.ts";
import { formatOfModel } from "../data/trainable.ts";
import { HYPERPARAMETERS, RATE_SEARCH } from "../job/hyperparameters.ts";
import { dropoutFor, planSteps, validationSequencesFor } from "../job/steps.ts";
import type { CorpusFacts, FineTuneRequest } from "../protocol/fineTune.ts";
import { publish, requireEmpty } from "../store/exportFolder.ts";
import { writeModelFolder } from "../store/modelFolder.ts";
import { trainerSource } from "../torch/python.ts";

export interface ExportedData {
  dir: string;
  datasetSha256: string;
  corpus: CorpusFacts;
  steps: number;
}

/** In the exported folder: what it is. */
export const BUNDLE_FILE = "sotto-bundle.json";

/**
 * Writes the folder `dir`, which must be empty or absent. Kept examples never go into it, whatever is asked for.
 * @throws UserError where there is too little to learn from, or a folder cannot be written; Cancelled
 */
export async function exportData(
  { root, modelDir, exclude, seed, commits }: FineTuneRequest,
  dir: string,
  signal: AbortSignal,
  log: (line: string) => void,
  dataDir?: string,
): Promise<ExportedData> {
  const target = path.resolve(dir);
  requireEmpty(target);
  const base = await openAdapted(modelDir);
  let exported: ExportedData | undefined;
  await publish(target, async (draft) => {
    mkdirSync(draft);
    const tokenizer = await loadTokenizer(modelDir);
    const tools = { tokenizer, parsers: await createParsers(), format: await formatOfModel(modelDir, tokenizer) };
    const prepared = path.join(draft, "prepared");
    const corpus = await prepareData({ root, dir: prepared, exclude, seed, commits }, tools, signal, log);
    const train = await sizesOf(path.join(prepared, DataFiles.train), base.config.vocabSize);
    const validation = await sizesOf(path.join(prepared, DataFiles.validation), base.config.vocabSize);
    const recipe = recipeOf(train, validation.sequences, corpus.tokens, seed);
    for (const name of [DataFiles.train, DataFiles.validation])
      renameSync(path.join(prepared, name), path.join(draft, name));
    log("Writing the base");
    await writeModelFolder(path.join(draft, "base"), base, "f32");
    const isSource = (file: string) => !/__pycache__|egg-info/.test(path.basename(file));
    cpSync(path.dirname(trainerSource()), path.join(draft, "trainer"), { recursive: true, filter: isSource });
    const { id, weightsSha256, config } = base;
    const { slidingWindow } = config;
    const datasetSha256 = train.sha256;
    const bundle = {
      formatVersion: 1,
      base: { id, weightsSha256 },
      slidingWindow,
      datasetSha256,
      recipe,
    };
    writeFileSync(path.join(draft, BUNDLE_FILE), `${JSON.stringify(bundle, undefined, 2)}\n`, { flush: true });
    writeFileSync(path.join(draft, "README.md"), readme(recipe.steps), { flush: true });
    keepHere(prepared, exportedData(root, datasetSha256, dataDir));
    exported = { dir: target, datasetSha256, corpus, steps: recipe.steps };
  });
  return exported!;
}

async function sizesOf(dir: string, vocabSize: number) {
  const data = await openDataset(dir, vocabSize);
  data.close();
  const { sequences, sequenceTokens, sha256 } = data;
  return { sequences, sequenceTokens, sha256 };
}

/** The job's own recipe, with as many steps as it would take if time did not matter. */
function recipeOf(
  { sequences, sequenceTokens }: { sequences: number; sequenceTokens: number },
  validationSequences: number,
  tokens: number,
  seed: number,
) {
  const data = { sequences, sequenceTokens, tokens, validationSequences, cases: 0, generalCases: 0 };
  const plan = planSteps(data, { tokensPerSecond: Number.MAX_VALUE, secondsPerAnswer: 0 }, Number.POSITIVE_INFINITY);
  const { rank, alpha, patience } = HYPERPARAMETERS;
  return {
    rank,
    alpha,
    dropout: dropoutFor(plan),
    rates: [...RATE_SEARCH.grid],
    batchTokens: plan.sequencesPerStep * sequenceTokens,
    steps: plan.steps,
    stopAfterSteps: plan.stopAfterSteps,
    evaluateEverySteps: plan.evaluateEverySteps,
    earlyStop: { evaluations: patience },
    validationSequences: validationSequencesFor(sequenceTokens),
    seed,
  };
}

/** Moves the rest of the prepared data into the workspace's data folder; the same data exported again replaces it. */
function keepHere(prepared: string, here: string): void {
  if (existsSync(here)) rmSync(here, { recursive: true, force: true });
  mkdirSync(path.dirname(here), { recursive: true, mode: 0o700 });
  cpSync(prepared, here, { recursive: true });
  rmSync(prepared, { recursive: true, force: true });
}

const readme = (steps: number): string => `# Training data of a workspace, exported from Sotto

    pip install ./trainer                                        # torch, transformers, peft; or use an environment that has them
    python -m sotto_trainer . --out ../trained                   # one device: a graphics processor where there is one
    torchrun --nproc_per_node 2 -m sotto_trainer . --out ../trained

Without installing: \`PYTHONPATH=trainer/src\`. At most ${steps} steps, at each of a few learning rates only the first ones; it ends earlier where the held-out
loss no longer falls. SIGTERM or Ctrl+C ends it after a checkpoint, and the same command goes on. Nothing is sent anywhere.

Then, on the machine with the workspace: \`sotto finetune --root WORKSPACE --judge trained/adapter\`.

\`train/\` and \`validation/\` hold the workspace's code, as tokens. Share this folder, and what was trained on it, as you would share the code.
`;
