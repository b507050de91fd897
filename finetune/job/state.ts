// A job's finished work: the content of state.json, which is replaced as a whole after each piece of work. A job that was ended at any point
// resumes from here. Pure except for reading and writing that file.

import path from "node:path";
import * as z from "zod";
import { badInput } from "../../common/errors.ts";
import { readJson } from "../jsonFile.ts";
import type { LossPoint } from "../judge/lossChart.ts";
import type { Verdict } from "../judge/verdict.ts";
import { type CorpusFacts, JobFiles, type JobStage } from "../protocol/fineTune.ts";
import { type JobDisk, writeJson } from "./disk.ts";

/** Folders in the job's folder. */
export const JobFolders = {
  data: "data", // training and judging data; complete or absent
  runs: "runs", // one for each learning rate
  judging: "judging",
  base: "base", // the model for PyTorch, where that trains; complete or absent
} as const;

const stepPlanSchema = z.object({
  sequencesPerStep: z.number(),
  steps: z.number(),
  stopAfterSteps: z.number(),
  evaluateEverySteps: z.number(),
  passes: z.number(),
});

const trainedSchema = z.object({
  adapter: z.string().nullable(), // folder name within the runs folder; null: no step lowered the held-out loss
  ending: z.enum(["done", "early"]),
  step: z.number(),
  firstHeldOutLoss: z.number().nullable(),
  heldOutLoss: z.number().nullable(),
  tokensPerSecond: z.number().nullable(),
  rank: z.number().optional(), // default: the job's own
});

/** A value that only this program writes: the only check is that it is an object. */
const ours = <T>() => z.custom<T>((value) => typeof value === "object" && value !== null);

const stateSchema = z.object({
  formatVersion: z.literal(1),
  id: z.string(), // the job's id: an adapter records which job it comes from
  model: z.string(), // changes with the model: what was learnt on another model is worthless
  startedMs: z.number(), // since 1970
  workMs: z.number(), // without pauses
  peakRssBytes: z.number(), // the highest of all processes so far
  corpus: ours<CorpusFacts>().nullable(),
  speed: z
    .object({
      tokensPerSecond: z.number(),
      sequenceTokens: z.number(),
      keep: z.enum(["selective", "recompute"]).optional(), // absent, as dropout, in jobs that were begun before there was a choice
      dropout: z.number().optional(),
      plan: stepPlanSchema,
      seconds: z.object({ rates: z.number(), training: z.number(), judging: z.number() }),
    })
    .nullable(),
  rates: z.array(z.object({ rate: z.number(), heldOutLoss: z.number().nullable(), curve: z.array(ours<LossPoint>()) })),
  chosenRate: z.number().nullable(),
  trained: trainedSchema.nullable(),
  verdict: ours<Verdict>().nullable(),
});

export type JobState = z.infer<typeof stateSchema>;

export const freshState = (id: string, model: string, startedMs: number): JobState => ({
  formatVersion: 1,
  id,
  model,
  startedMs,
  workMs: 0,
  peakRssBytes: 0,
  corpus: null,
  speed: null,
  rates: [],
  chosenRate: null,
  trained: null,
  verdict: null,
});

/** The next stage; undefined when only the result is left to be written. */
export function stageOf({ corpus, speed, chosenRate, trained, verdict }: JobState): JobStage | undefined {
  if (!corpus) return "data";
  if (!speed) return "speed";
  if (chosenRate === null) return "rates";
  if (!trained) return "training";
  return verdict || trained.adapter === null ? undefined : "judging";
}

/**
 * @returns undefined where there is no job
 * @throws UserError where the file is not of this version
 */
export function readState(jobDir: string): JobState | undefined {
  const file = path.join(jobDir, JobFiles.state);
  const json = readJson(file);
  if (json === undefined) return undefined;
  const parsed = stateSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw badInput(`The fine-tuning in ${jobDir} was begun by another version of Sotto.`, "Begin a new one.");
}

export const writeState = (jobDir: string, state: JobState, disk: JobDisk): void =>
  writeJson(path.join(jobDir, JobFiles.state), state, disk);
