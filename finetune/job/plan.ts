// What a job would learn from and how long it would take, for the user's consent. Trains nothing and writes nothing.

import os from "node:os";
import { createParsers } from "../../common/syntax/parsers.ts";
import { freeBytes } from "../../common/util/freeBytes.ts";
import { isTierThere, tierDir } from "../../server/engine/models/tiers.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import { surveyWorkspace } from "../data/prepare.ts";
import { MIN_FILES } from "../judge/verdict.ts";
import type { CorpusFacts, FineTunePlan, FineTuneRequest } from "../protocol/fineTune.ts";
import { findPython } from "../torch/python.ts";
import { HYPERPARAMETERS } from "./hyperparameters.ts";
import {
  GUESSED_SECONDS_PER_ANSWER,
  guessTokensPerSecond,
  type MachineSpeed,
  rememberedSpeed,
} from "./machineSpeed.ts";
import { diskNeed, memoryNeed, readModelConfig } from "./need.ts";
import { modelKey, speedKey } from "./startJob.ts";
import { type DataSize, planSteps, type Speed, stageSeconds, total } from "./steps.ts";

/** Approximate values of what is unknown before the data is made. */
const USUAL = { sequenceTokens: 512, filled: 0.95, validationSequences: 24, answers: 2 * (240 + 360) };

/** With fewer tokens, training is possible, but its adapter is seldom kept. */
const LITTLE_TOKENS = 100_000;

/** @throws UserError where there is too little to learn from, or no such model; Cancelled */
export async function planJob(
  request: FineTuneRequest,
  places: { jobDir: string; cacheDir: string },
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<FineTunePlan> {
  const { root, modelDir, exclude, seed, threads } = request;
  if (request.python !== undefined) await findPython(request.python);
  const config = await readModelConfig(modelDir);
  const tools = { tokenizer: await loadTokenizer(modelDir), parsers: await createParsers() };
  const corpus = await surveyWorkspace({ root, exclude, seed }, tools, signal, log);
  const remembered = rememberedSpeed(places.cacheDir, speedKey(modelKey(modelDir), request));
  const speed = speedToPlanBy(remembered, await guessTokensPerSecond(config, threads));
  const plan = planOf(corpus, request.minutes, speed, {
    memoryBytes: memoryOf(memoryNeed(config), remembered),
    diskBytes: await diskNeed(request),
    freeMemoryBytes: os.freemem(),
    freeDiskBytes: freeBytes(places.jobDir),
  });
  return { ...plan, warnings: [...plan.warnings, ...tierWarnings(modelDir)] };
}

/** An adapter belongs to one model: where both of Sotto's models write, the user is warned before anything is trained. */
export function tierWarnings(modelDir: string): string[] {
  const isOneOfTwo = modelDir === tierDir("quick") && isTierThere("strong");
  return isOneOfTwo
    ? ["It is the quick model that learns: what the strong one writes (with sotto.model: auto) stays as it is."]
    : [];
}

/**
 * The last measured speed, unless the processor now looks twice as fast: then other programs used it at that time. Pure.
 * @param guessed tokens per second
 */
export function speedToPlanBy(remembered: Speed | undefined, guessed: number): Speed {
  if (remembered && remembered.tokensPerSecond >= guessed / 2) return remembered;
  return { tokensPerSecond: guessed, secondsPerAnswer: GUESSED_SECONDS_PER_ANSWER };
}

/** The peak memory of the last job is more accurate than the estimate, if it trained the same. */
const memoryOf = (need: number, remembered: MachineSpeed | undefined): number => remembered?.peakRssBytes ?? need;

/**
 * Passes over the data below which the plan warns: learning less helps less with lines to come (half a pass over kysely: +18 % exact match, a
 * whole one +31 %).
 */
const FEW_PASSES = 0.9;

export interface Resources {
  memoryBytes: number;
  diskBytes: number;
  freeMemoryBytes: number;
  freeDiskBytes: number | undefined;
}

/** Pure. @param minutes the requested duration */
export function planOf(
  corpus: CorpusFacts,
  minutes: number,
  speed: Speed,
  { memoryBytes, diskBytes, freeMemoryBytes, freeDiskBytes }: Resources,
): FineTunePlan {
  const { sequenceTokens, filled, validationSequences, answers } = USUAL;
  const sequences = Math.max(1, Math.ceil(corpus.tokens / (sequenceTokens * filled)));
  const data: DataSize = { sequences, sequenceTokens, tokens: corpus.tokens, validationSequences, answers };
  const plan = planSteps(data, speed, 60 * minutes);
  const needed = total(stageSeconds(plan, data, speed)) / 60;
  const warnings: string[] = [];
  if (corpus.tokens < LITTLE_TOKENS)
    warnings.push(
      `There is little to learn from (${corpus.tokens.toLocaleString("en")} tokens): the adapter may not be kept.`,
    );
  if (corpus.split.report.files < MIN_FILES)
    warnings.push(
      `Only ${corpus.split.report.files} files are held out to judge by, and ${MIN_FILES} are needed: nothing can be kept.`,
    );
  if (!corpus.byGitTime) warnings.push("There is no git history to hold out what is newest: chance decides.");
  if (needed > 1.1 * minutes)
    warnings.push(
      `${minutes} minutes are too short here: at least ${HYPERPARAMETERS.leastSteps} steps and the judging take about ${Math.round(needed)}.`,
    );
  else if (plan.passes < FEW_PASSES)
    warnings.push(
      `In ${minutes} minutes ${Math.round(100 * plan.passes)} % of the code is learnt from: more minutes give an adapter that helps more.`,
    );
  if (memoryBytes > freeMemoryBytes)
    warnings.push(`It needs ${mb(memoryBytes)} of memory, and ${mb(freeMemoryBytes)} are free.`);
  if (freeDiskBytes !== undefined && diskBytes > freeDiskBytes)
    warnings.push(`It needs ${mb(diskBytes)} on the disk, and ${mb(freeDiskBytes)} are free.`);
  return { corpus, minutes: Math.round(needed * 10) / 10, memoryBytes, diskBytes, passes: plan.passes, warnings };
}

const mb = (bytes: number): string => `${Math.round(bytes / 1e6).toLocaleString("en")} MB`;
