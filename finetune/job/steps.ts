// How many steps fit into the time, and how long everything takes: pure arithmetic on the properties of machine and data.

import { VALIDATION_TOKENS } from "../data/recipe.ts";
import { HYPERPARAMETERS, RATE_SEARCH, SPEED_RUN, STRENGTHS } from "./hyperparameters.ts";

/** The size of the data, known before anything is trained. */
export interface DataSize {
  sequences: number; // in one pass
  sequenceTokens: number;
  tokens: number; // of one pass, without padding
  validationSequences: number;
  cases: number; // held-out places of the workspace
  generalCases: number; // of the general set
}

export interface Speed {
  tokensPerSecond: number; // in training
  secondsPerAnswer: number; // in judging
}

/** The plan of every run of the training; the first `stopAfterSteps` of `steps` are the short run. */
export interface StepPlan {
  sequencesPerStep: number;
  steps: number;
  stopAfterSteps: number;
  evaluateEverySteps: number;
  passes: number;
}

/** Seconds of each stage, for the time left. */
export interface StageSeconds {
  rates: number;
  training: number;
  judging: number;
}

/** The cost of evaluating a sequence, in training steps on it: a forward pass is about a third of a step's work. */
const EVALUATION_COST = 1 / 3;
/** Steps between two evaluations, at least: an evaluation costs as much as a step. */
const LEAST_BETWEEN = 3;
/** Loading the weights and the graphs, once for each run. */
const START_SECONDS = 8;
/** Reading the workspace and its history, and cutting examples. */
export const DATA_SECONDS = 30;
/** Answers that are timed before a plan of the steps is made; judging does not ask them again. */
const TIMED_ANSWERS = 13;

/**
 * As many steps as fit into `seconds` together with the search for a rate and the judging, at most HYPERPARAMETERS.mostPasses over the data.
 * Where not even the fewest useful steps fit, it has those: see `leastSeconds`. Steps are smaller where there is little data, so that there are
 * enough of them.
 */
export function planSteps(data: DataSize, speed: Speed, seconds: number): StepPlan {
  const { least, most, planOf } = rangeOf(data);
  let low = least;
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (total(stageSeconds(planOf(middle), data, speed)) <= seconds) low = middle;
    else high = middle - 1;
  }
  return planOf(low);
}

/** The seconds of the smallest job that can show anything, without preparing and measuring. */
export function leastSeconds(data: DataSize, speed: Speed): number {
  const { least, planOf } = rangeOf(data);
  return total(stageSeconds(planOf(least), data, speed));
}

function rangeOf(data: DataSize): { least: number; most: number; planOf: (steps: number) => StepPlan } {
  const wanted = Math.max(1, Math.round(HYPERPARAMETERS.batchTokens / data.sequenceTokens));
  const allSequences = HYPERPARAMETERS.mostPasses * data.sequences;
  const sequencesPerStep = Math.max(1, Math.min(wanted, Math.floor(allSequences / HYPERPARAMETERS.leastSteps)));
  const most = Math.max(1, Math.floor(allSequences / sequencesPerStep));
  const least = Math.min(most, HYPERPARAMETERS.leastSteps);
  return { least, most, planOf: (steps) => withSteps(steps, sequencesPerStep, data) };
}

/**
 * The plan for `steps`. A short run of only a few steps would favour rates that are too high for a whole run. The short run ends with an
 * evaluation, whatever its length.
 */
function withSteps(steps: number, sequencesPerStep: number, { sequences }: DataSize): StepPlan {
  const evaluateEverySteps = Math.max(LEAST_BETWEEN, Math.round(steps / HYPERPARAMETERS.evaluations));
  const stopAfterSteps = Math.min(steps, Math.max(RATE_SEARCH.leastSteps, Math.round(RATE_SEARCH.share * steps)));
  return {
    sequencesPerStep,
    steps,
    stopAfterSteps,
    evaluateEverySteps,
    passes: (steps * sequencesPerStep) / sequences,
  };
}

/** Where something is seen twice, dropout keeps it from being learnt by heart. */
export const dropoutFor = ({ passes }: StepPlan): number =>
  passes > 1 ? HYPERPARAMETERS.repeatedDropout : HYPERPARAMETERS.dropout;

/** How many sequences of the validation data an evaluation takes. */
export const validationSequencesFor = (sequenceTokens: number): number =>
  Math.max(1, Math.round(VALIDATION_TOKENS / sequenceTokens));

/** How long the stages take, including one rate beyond the grid; the winner's short run counts as search and not as training. */
export function stageSeconds(plan: StepPlan, data: DataSize, speed: Speed): StageSeconds {
  const sequenceSeconds = secondsOfSequence(data, speed);
  const evaluated = Math.min(validationSequencesFor(data.sequenceTokens), data.validationSequences);
  const evaluationSeconds = evaluated * sequenceSeconds * EVALUATION_COST;
  const runSeconds = (steps: number, isFirst: boolean) =>
    START_SECONDS +
    steps * plan.sequencesPerStep * sequenceSeconds +
    (Math.ceil(steps / plan.evaluateEverySteps) + Number(isFirst)) * evaluationSeconds;
  return {
    rates: RATE_SEARCH.likely * runSeconds(plan.stopAfterSteps, true),
    training: runSeconds(plan.steps - plan.stopAfterSteps, false),
    judging: judgingSeconds(data, speed),
  };
}

/** The model without the adapter, and with it at each strength that may have to be tried on the general set; the held-out places are asked once. */
function judgingSeconds({ cases, generalCases }: DataSize, { secondsPerAnswer }: Speed): number {
  const loads = 1 + STRENGTHS.length;
  const answers = 2 * cases + (1 + STRENGTHS.length) * generalCases;
  return loads * START_SECONDS + answers * secondsPerAnswer;
}

/** What comes before the steps are planned: preparing the data, a run of two small steps, and some timed answers. */
export function setupSeconds(data: DataSize, speed: Speed): number {
  const { sequences, steps } = SPEED_RUN;
  const trained = sequences * steps + 2 * EVALUATION_COST;
  const trial = 2 * START_SECONDS + trained * secondsOfSequence(data, speed) + TIMED_ANSWERS * speed.secondsPerAnswer;
  return DATA_SECONDS + trial;
}

const secondsOfSequence = (data: DataSize, speed: Speed): number =>
  data.tokens / data.sequences / speed.tokensPerSecond;

export const total = ({ rates, training, judging }: StageSeconds): number => rates + training + judging;
