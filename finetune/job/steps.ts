// How many steps fit into the time, and how long everything takes: pure arithmetic on the properties of machine and data.

import { HYPERPARAMETERS, RATE_SEARCH } from "./hyperparameters.ts";

/** The size of the data, known before anything is trained. */
export interface DataSize {
  sequences: number; // in one pass
  sequenceTokens: number;
  tokens: number; // of one pass, without padding
  validationSequences: number;
  answers: number; // of both models to all cases, including the general set
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
/** Loading the weights and the graphs, once for each run. */
const START_SECONDS = 8;

/**
 * As many steps as fit into `seconds` together with the search for a rate and the judging, at most HYPERPARAMETERS.mostPasses over the data.
 * Steps are smaller where there is little data, so that there are enough of them.
 */
export function planSteps(data: DataSize, speed: Speed, seconds: number): StepPlan {
  const wanted = Math.max(1, Math.round(HYPERPARAMETERS.batchTokens / data.sequenceTokens));
  const allSequences = HYPERPARAMETERS.mostPasses * data.sequences;
  const sequencesPerStep = Math.max(1, Math.min(wanted, Math.floor(allSequences / HYPERPARAMETERS.leastSteps)));
  const most = Math.max(1, Math.floor(allSequences / sequencesPerStep));
  const planOf = (steps: number) => withSteps(steps, sequencesPerStep, data);
  let low = Math.min(most, HYPERPARAMETERS.leastSteps);
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (total(stageSeconds(planOf(middle), data, speed)) <= seconds) low = middle;
    else high = middle - 1;
  }
  return planOf(low);
}

/**
 * The plan for `steps`. A short run of only a few steps would favour rates that are too high for a whole run. The short run ends with an
 * evaluation, whatever its length.
 */
function withSteps(steps: number, sequencesPerStep: number, { sequences }: DataSize): StepPlan {
  const evaluateEverySteps = Math.max(1, Math.round(steps / HYPERPARAMETERS.evaluations));
  const stopAfterSteps = Math.min(steps, Math.max(RATE_SEARCH.leastSteps, Math.round(RATE_SEARCH.share * steps)));
  return {
    sequencesPerStep,
    steps,
    stopAfterSteps,
    evaluateEverySteps,
    passes: (steps * sequencesPerStep) / sequences,
  };
}

/** How long the stages take, including one rate beyond the grid; the winner's short run counts as search and not as training. */
export function stageSeconds(plan: StepPlan, data: DataSize, speed: Speed): StageSeconds {
  const tokensPerSequence = data.tokens / data.sequences;
  const sequenceSeconds = tokensPerSequence / speed.tokensPerSecond;
  const evaluationSeconds =
    Math.min(HYPERPARAMETERS.validationSequences, data.validationSequences) * sequenceSeconds * EVALUATION_COST;
  const runSeconds = (steps: number, isFirst: boolean) =>
    START_SECONDS +
    steps * plan.sequencesPerStep * sequenceSeconds +
    (Math.ceil(steps / plan.evaluateEverySteps) + Number(isFirst)) * evaluationSeconds;
  return {
    rates: RATE_SEARCH.likely * runSeconds(plan.stopAfterSteps, true),
    training: runSeconds(plan.steps - plan.stopAfterSteps, false),
    judging: START_SECONDS + data.answers * speed.secondsPerAnswer,
  };
}

export const total = ({ rates, training, judging }: StageSeconds): number => rates + training + judging;
