// What a job would learn from and how long it would take, for the user's consent, or why there can be none. Trains nothing and writes nothing.

import os from "node:os";
import { createParsers } from "../../common/syntax/parsers.ts";
import { defaultDataDir } from "../../common/util/dataDir.ts";
import { freeBytes } from "../../common/util/freeBytes.ts";
import { freeMemoryBytes } from "../../common/util/freeMemory.ts";
import type { ModelConfig } from "../../server/engine/models/config.ts";
import { isTierThere, tierDir } from "../../server/engine/models/tiers.ts";
import { defaultThreads } from "../../server/engine/runtime/threads.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import { readKeptExamples } from "../data/keptExamples.ts";
import { surveyWorkspace } from "../data/prepare.ts";
import { REPORT_CASES } from "../data/recipe.ts";
import { formatOfModel } from "../data/trainable.ts";
import { generalCases } from "../general/general.ts";
import type { FineTunePlan, FineTuneRequest } from "../protocol/fineTune.ts";
import { findPython } from "../torch/python.ts";
import { guessSpeed, type MachineSpeed, rememberedSpeed } from "./machineSpeed.ts";
import { diskNeed, keepFor, leastMemory, machineMemoryBytes, memoryNeed, readModelConfig } from "./need.ts";
import { type PlanFacts, planOf } from "./planOf.ts";
import { modelKey, speedKey } from "./startJob.ts";
import type { Speed } from "./steps.ts";

/** @throws UserError where there is too little to learn from, or no such model; Cancelled */
export async function planJob(
  request: FineTuneRequest,
  places: { jobDir: string; cacheDir: string },
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<FineTunePlan> {
  const { root, modelDir, exclude, seed, threads = defaultThreads(), examples, commits } = request;
  if (request.python !== undefined) await findPython(request.python);
  const config = await readModelConfig(modelDir);
  const tokenizer = await loadTokenizer(modelDir);
  const tools = { tokenizer, parsers: await createParsers(), format: await formatOfModel(modelDir, tokenizer) };
  const kept = examples ? readKeptExamples(defaultDataDir()) : undefined;
  const corpus = await surveyWorkspace({ root, exclude, seed, kept, commits }, tools, signal, log);
  const free = freeMemoryBytes();
  const keep = keepFor(config, free);
  const remembered = rememberedSpeed(places.cacheDir, speedKey(modelKey(modelDir), request), keep);
  const facts: PlanFacts = {
    corpus,
    cases: REPORT_CASES + (corpus.kept?.heldOut ?? 0),
    generalCases: (await generalCases()).length,
    speed: speedToPlanBy(remembered, await guessSpeed(config, keep, threads)),
    resources: {
      memoryBytes: memoryOf(memoryNeed(config, keep), remembered),
      leastMemoryBytes: leastMemory(config),
      freeMemoryBytes: free,
      machineMemoryBytes: machineMemoryBytes(),
      diskBytes: await diskNeed(request),
      freeDiskBytes: freeBytes(places.jobDir),
    },
    machine: { load: os.loadavg()[0], cores: os.availableParallelism() },
    quickSpeed: modelDir === tierDir("quick") ? undefined : await speedOfQuick(places.cacheDir, threads, free),
  };
  const plan = planOf(facts, request.minutes);
  return { ...plan, warnings: [...plan.warnings, ...torchWarnings(request), ...tierWarnings(modelDir)] };
}

/** The estimates are those of Sotto's own trainer; PyTorch's peak was measured with the quick model, 2 sequences of 1,024 tokens at a time, on a processor. */
const torchWarnings = ({ python }: FineTuneRequest): string[] =>
  python === undefined
    ? []
    : [
        "PyTorch takes about twice this memory where the device multiplies bfloat16 (2.9 GB with the quick model), else four times (5.6 GB); its speed is not known before it runs.",
      ];

/** An adapter belongs to one model: where both of Sotto's models write, the user is warned before anything is trained. */
export function tierWarnings(modelDir: string): string[] {
  if (!isTierThere("strong")) return [];
  if (modelDir === tierDir("quick"))
    return ["It is the quick model that learns: what the strong one writes (with sotto.model: auto) stays as it is."];
  if (modelDir === tierDir("strong"))
    return ["It is the strong model that learns: what the quick one writes while you type stays as it is."];
  return [];
}

/**
 * The last measured speed, unless the processor now looks twice as fast: then other programs used it at that time. Pure.
 * @param guessed what the processor can do now
 */
export function speedToPlanBy(remembered: Speed | undefined, guessed: Speed): Speed {
  return remembered && remembered.tokensPerSecond >= guessed.tokensPerSecond / 2 ? remembered : guessed;
}

async function speedOfQuick(cacheDir: string, threads: number, free: number): Promise<Speed> {
  const dir = tierDir("quick");
  const config: ModelConfig = await readModelConfig(dir);
  const keep = keepFor(config, free);
  return speedToPlanBy(rememberedSpeed(cacheDir, modelKey(dir), keep), await guessSpeed(config, keep, threads));
}

/** The peak memory of the last job is more accurate than the estimate, if it trained the same. */
const memoryOf = (need: number, remembered: MachineSpeed | undefined): number => remembered?.peakRssBytes ?? need;
