// The plan of a job from what was counted and measured: how long it takes, what speaks against it, and why it is refused. Pure.

import { WORKSPACE_SEQUENCE_TOKENS } from "../data/recipe.ts";
import { MIN_FILES } from "../judge/verdict.ts";
import type { CorpusFacts, FineTunePlan, PlanRefusal } from "../protocol/fineTune.ts";
import { type DataSize, leastSeconds, planSteps, type Speed, setupSeconds, stageSeconds, total } from "./steps.ts";

export interface PlanFacts {
  corpus: CorpusFacts;
  cases: number; // held-out places, at most
  generalCases: number;
  speed: Speed; // of the model that is to learn, on this machine while nobody else uses it
  resources: Resources;
  machine: Machine;
  /** Of the quick model, where another one is to learn. */
  quickSpeed?: Speed;
}

interface Resources {
  memoryBytes: number; // peak, as the job would run now
  leastMemoryBytes: number; // peak, where it saves memory
  freeMemoryBytes: number;
  machineMemoryBytes: number;
  diskBytes: number;
  freeDiskBytes: number | undefined; // undefined: unknown
}

interface Machine {
  load: number; // processes that wanted a processor during the last minute; 0 where the system does not report it
  cores: number;
}

/** Share of the sequences' length that documents fill. */
const FILLED = 0.95;
/** Until the data is made, the validation data counts as complete. */
const VALIDATION_SEQUENCES = Number.POSITIVE_INFINITY;

/** With fewer tokens, training is possible, but its adapter is seldom kept. */
const LITTLE_TOKENS = 100_000;

/**
 * Passes over the data below which the plan warns: learning less helps less with lines to come (half a pass over kysely: +18 % exact match, a
 * whole one +31 %).
 */
const FEW_PASSES = 0.9;

/** A job that would take a tenth longer than asked for is still what was asked for: the minutes are approximate. */
export const MINUTES_SLACK = 1.1;

/** The way out where this machine is too slow or too small. */
const ELSEWHERE = "train on another machine (--trainer pytorch)";

/** @param minutes the requested duration: it is kept, or the job is refused */
export function planOf(facts: PlanFacts, minutes: number): FineTunePlan {
  const { corpus, speed, resources, quickSpeed } = facts;
  const data = sizeOf(facts);
  const planned = planUnder(data, speed, minutes);
  const refusal =
    memoryRefusal(resources, quickSpeed !== undefined) ?? timeRefusal(facts, data, minutes, planned.leastMinutes);
  return {
    corpus,
    ...planned,
    memoryBytes: resources.memoryBytes,
    diskBytes: resources.diskBytes,
    tokensPerSecond: Math.round(speed.tokensPerSecond),
    ...(refusal && { refusal }),
    warnings: [
      ...corpusWarnings(corpus),
      ...(refusal ? busyWarning(facts.machine) : timeWarnings(facts, data, minutes, planned.passes)),
      ...resourceWarnings(resources),
    ],
  };
}

function sizeOf({ corpus, cases, generalCases }: PlanFacts): DataSize {
  const sequenceTokens = WORKSPACE_SEQUENCE_TOKENS;
  const sequences = Math.max(1, Math.ceil(corpus.tokens / (sequenceTokens * FILLED)));
  return {
    sequences,
    sequenceTokens,
    tokens: corpus.tokens,
    validationSequences: VALIDATION_SEQUENCES,
    cases,
    generalCases,
  };
}

/** Where the memory of the whole machine does not suffice. */
export function memoryRefusal(
  { leastMemoryBytes, machineMemoryBytes }: Pick<Resources, "leastMemoryBytes" | "machineMemoryBytes">,
  offersQuick: boolean,
): PlanRefusal | undefined {
  if (leastMemoryBytes <= machineMemoryBytes) return undefined;
  const quick = offersQuick ? "Let the quick model learn (--model quick), or" : "Instead,";
  return {
    reason: `Learning takes ${mb(leastMemoryBytes)} of memory with this model, and this machine has ${mb(machineMemoryBytes)}.`,
    action: `${quick} ${ELSEWHERE}.`,
  };
}

function timeRefusal(
  { speed, quickSpeed }: PlanFacts,
  data: DataSize,
  minutes: number,
  least: number,
): PlanRefusal | undefined {
  if (least <= MINUTES_SLACK * minutes) return undefined;
  const quickLeast = quickSpeed && planUnder(data, quickSpeed, minutes).leastMinutes;
  return tooShort(minutes, least, speed, quickLeast);
}

/** @param quickLeast the least minutes of the quick model, where another one is to learn */
export function tooShort(minutes: number, least: number, speed: Speed, quickLeast?: number): PlanRefusal {
  const enough = Math.ceil(least);
  const others = [
    ...(quickLeast === undefined ? [] : [`let the quick model learn (--model quick, from ${Math.ceil(quickLeast)})`]),
    ELSEWHERE,
  ];
  return {
    reason:
      `${minutes} minutes are too short here: the smallest job that is useful takes about ${enough}, with ` +
      `${Math.round(speed.tokensPerSecond)} tokens/s in training and ${speed.secondsPerAnswer.toFixed(1)} s for each answer in judging.`,
    action: `Give it ${enough} minutes or more (--minutes, sotto.fineTune.minutes), ${others.join(", or ")}.`,
  };
}

function corpusWarnings({ tokens, split, byGitTime }: CorpusFacts): string[] {
  const warnings: string[] = [];
  if (tokens < LITTLE_TOKENS)
    warnings.push(
      `There is little to learn from (${tokens.toLocaleString("en")} tokens): the adapter may not be kept.`,
    );
  if (split.report.files < MIN_FILES)
    warnings.push(
      `Only ${split.report.files} files are held out to judge by, and ${MIN_FILES} are needed: nothing can be kept.`,
    );
  if (!byGitTime) warnings.push("There is no git history to hold out what is newest: chance decides.");
  return warnings;
}

function timeWarnings({ speed, machine }: PlanFacts, data: DataSize, minutes: number, passes: number): string[] {
  const warnings: string[] = [];
  if (passes < FEW_PASSES)
    warnings.push(
      `In ${minutes} minutes ${percent(passes)} of the code is learnt from: more minutes give an adapter that helps more.`,
    );
  const slower = slowdown(machine);
  if (slower === undefined) return warnings;
  const slow = {
    tokensPerSecond: speed.tokensPerSecond / slower,
    secondsPerAnswer: speed.secondsPerAnswer * slower,
  };
  const effect = effectOf(planUnder(data, slow, minutes), minutes, passes);
  warnings.push(
    `This machine is busy (${loadOf(machine)}): while that lasts, everything takes at least ` +
      `${slower.toFixed(1)} times as long, and ${effect}.`,
  );
  return warnings;
}

/** Beside a refusal: the speed was measured beside other work. */
function busyWarning(machine: Machine): string[] {
  if (slowdown(machine) === undefined) return [];
  return [`This machine is busy (${loadOf(machine)}): when it is quiet, less time may be enough.`];
}

const loadOf = ({ load, cores }: Machine): string => `load ${load.toFixed(1)} on ${cores} cores`;

/** What a job of these minutes comes to at a speed. */
function planUnder(data: DataSize, speed: Speed, minutes: number) {
  const setup = setupSeconds(data, speed);
  const steps = planSteps(data, speed, 60 * minutes - setup);
  return {
    passes: steps.passes,
    minutes: minutesOf(setup + total(stageSeconds(steps, data, speed))),
    leastMinutes: minutesOf(setup + leastSeconds(data, speed)),
  };
}

/** What a slower machine does to a job, as the end of a sentence. @param passes those that the plan promises */
function effectOf(slow: ReturnType<typeof planUnder>, minutes: number, passes: number): string {
  if (slow.leastMinutes > MINUTES_SLACK * minutes)
    return `the smallest useful job takes about ${Math.ceil(slow.leastMinutes)} minutes, and one of ${minutes} ends as soon as its speed is measured`;
  if (slow.passes < passes)
    return `${minutes} minutes teach ${percent(slow.passes)} of the code, not ${percent(passes)}`;
  return `the job takes about ${Math.round(slow.minutes)} minutes`;
}

/** How much slower a job is at least beside what runs now; undefined where the machine is not busy. All of its threads compete with all others. */
function slowdown({ load, cores }: Machine): number | undefined {
  return load > cores ? (load + cores) / cores : undefined;
}

function resourceWarnings({ memoryBytes, freeMemoryBytes, diskBytes, freeDiskBytes }: Resources): string[] {
  const warnings: string[] = [];
  if (memoryBytes > freeMemoryBytes)
    warnings.push(`It needs ${mb(memoryBytes)} of memory, and ${mb(freeMemoryBytes)} are free.`);
  if (freeDiskBytes !== undefined && diskBytes > freeDiskBytes)
    warnings.push(`It needs ${mb(diskBytes)} on the disk, and ${mb(freeDiskBytes)} are free.`);
  return warnings;
}

const minutesOf = (seconds: number): number => Math.round(seconds / 6) / 10;
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const mb = (bytes: number): string => `${Math.round(bytes / 1e6).toLocaleString("en")} MB`;
