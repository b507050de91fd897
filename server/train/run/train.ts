// A training run: step after step until the last one, a signal, or the end of improvement, with held-out loss, log and checkpoints on the way.
// Opens no model and no data, and knows neither process nor command line.

import { checkpointUnwritable, trainingDiverged } from "../../../common/errors.ts";
import type { Trainer } from "../types.ts";
import { type BestValues, type RunState, saveCheckpoint } from "./checkpoint.ts";
import type { Dataset } from "./dataset.ts";
import type { FileOperations } from "./replaceFile.ts";
import { dropoutSeed, learningRateOfStep, sequencesOfStep } from "./schedule.ts";

export interface RunParts {
  trainer: Trainer; // at the step of `state`
  training: Dataset;
  validation: Dataset;
  /** The state to start from: a loaded checkpoint's, or `freshState`. */
  state: RunState;
  /** Whether the checkpoint of `state` is on the disk. */
  isResumed: boolean;
  checkpointFile: string;
  checkpointEveryMs: number;
  evaluateEverySteps: number;
  validationSequences: number; // the most that are evaluated, from the first on
  stopAfterSteps?: number; // pauses after this many steps
  /** Ends after this many evaluations without a better held-out loss; at the end `best` holds the values of the best step. */
  earlyStop?: { evaluations: number; best: BestValues };
  operations?: FileOperations; // for tests
}

/** One line of the log. Losses are weighted means, in nats per token. */
export interface LogEntry {
  step: number; // updates done
  loss?: number; // of the step's sequences, before its update; absent before the first step
  heldOutLoss?: number; // after the update
  learningRate?: number;
  gradientNorm?: number; // before clipping
  tokensPerSecond?: number; // not counting padding; for forward, backward and update together
  trainedTokens: number;
}

export interface RunEvents {
  record(entry: LogEntry): void;
  log(line: string): void; // a message for a person
}

export interface RunResult {
  /** "stopped": by the signal. "paused": at `stopAfterSteps`. "early": the held-out loss no longer improved. */
  ending: "done" | "stopped" | "paused" | "early";
  step: number;
  trainedTokens: number;
  loss: number | null; // of the last step
  firstHeldOutLoss: number | null; // before the training
  heldOutLoss: number | null; // the last one measured
  best: { step: number; heldOutLoss: number } | null; // set if early stopping was requested; step 0 is the model before the training
}

/**
 * Runs from `parts.state` on. When `signal` fires, the current step or evaluation is abandoned, and the run can be resumed from the state before
 * it.
 * @throws UserError trainingDiverged or checkpointUnwritable; the earlier checkpoint is then still there
 */
export async function runTraining(parts: RunParts, events: RunEvents, signal: AbortSignal): Promise<RunResult> {
  const { trainer, earlyStop, stopAfterSteps = Number.POSITIVE_INFINITY } = parts;
  const { recipe } = parts.state;
  const state = { ...parts.state };
  if (!earlyStop) Object.assign(state, { best: null, evaluationsSinceBest: 0 });
  let keptStep = parts.isResumed ? state.step : undefined;
  let savedMs = performance.now();
  let loss: number | null = null;
  let lastHeldOutLoss = state.heldOutLoss;
  let isKept = parts.isResumed; // whether the checkpoint includes everything done so far

  const finite = (value: number, what: string): number => {
    if (!Number.isFinite(value)) throw trainingDiverged(state.step + 1, what, keptStep);
    return value;
  };
  /**
   * The held-out loss; undefined when `signal` fired first. An evaluation that is not due, at a pause, decides nothing, because without the
   * pause it would not have happened.
   */
  const evaluate = async (isDue: boolean): Promise<number | undefined> => {
    const value = await heldOut(parts, signal);
    if (value === undefined) return undefined;
    lastHeldOutLoss = finite(value, "the held-out loss");
    if (!isDue) return value;
    state.heldOutLoss = value;
    state.heldOutStep = state.step;
    state.firstHeldOutLoss ??= value;
    isKept = false;
    if (!earlyStop) return value;
    if (state.best && value >= state.best.heldOutLoss) {
      state.evaluationsSinceBest++;
    } else {
      state.best = { step: state.step, heldOutLoss: value };
      state.evaluationsSinceBest = 0;
      for (const [i, { data }] of trainer.parameters.entries()) earlyStop.best[i].set(data);
    }
    return value;
  };
  const save = (isLast: boolean): void => {
    if (isKept) return;
    try {
      saveCheckpoint(parts.checkpointFile, state, trainer.parameters, earlyStop?.best, parts.operations);
      isKept = true;
      keptStep = state.step;
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      const told = checkpointUnwritable(parts.checkpointFile, state.step, String(error.code), keptStep);
      if (isLast) throw told;
      events.log(`${told.message} The training goes on.`);
    }
    savedMs = performance.now();
  };
  const tell = (step: StepFigures | undefined, heldOutLoss: number | undefined): void => {
    const done = `step ${state.step}/${recipe.steps}`;
    const held = heldOutLoss === undefined ? [] : [`held-out ${heldOutLoss.toFixed(4)}`];
    if (!step) {
      events.record({ step: state.step, heldOutLoss, trainedTokens: state.trainedTokens });
      events.log(`${done}: ${held}${state.step === 0 ? " before the training" : ""}`);
      return;
    }
    const { tokens, seconds, ...figures } = step;
    const tokensPerSecond = Math.round(tokens / seconds);
    events.record({ step: state.step, ...figures, heldOutLoss, tokensPerSecond, trainedTokens: state.trainedTokens });
    const left = `${duration((recipe.steps - state.step) * seconds)} left`;
    events.log(`${done}: ${[`loss ${step.loss.toFixed(4)}`, ...held, `${tokensPerSecond} tokens/s`, left].join(", ")}`);
  };

  const ending = await (async (): Promise<RunResult["ending"]> => {
    for (let step: StepFigures | undefined; ; ) {
      const isPause = state.step >= stopAfterSteps;
      const isDue = state.step % parts.evaluateEverySteps === 0 || state.step === recipe.steps;
      const isMissing = isDue ? state.heldOutStep !== state.step : isPause;
      const held = isMissing ? await evaluate(isDue) : undefined;
      if (step || held !== undefined) tell(step, held);
      if (isMissing && held === undefined) return "stopped";
      if (step && performance.now() - savedMs >= parts.checkpointEveryMs) save(false);
      if (state.step === recipe.steps) return "done";
      if (earlyStop && state.evaluationsSinceBest >= earlyStop.evaluations) return "early";
      if (isPause) return "paused";
      step = await takeStep(parts, state.step, finite, signal);
      if (!step) return "stopped";
      loss = step.loss;
      state.step = trainer.step;
      state.position += recipe.sequencesPerStep;
      state.trainedTokens += step.tokens;
      isKept = false;
    }
  })();
  if (state.step > 0) save(true);
  const { step, trainedTokens, firstHeldOutLoss, best } = state;
  return { ending, step, trainedTokens, loss, firstHeldOutLoss, heldOutLoss: lastHeldOutLoss, best };
}

interface StepFigures {
  loss: number;
  learningRate: number;
  gradientNorm: number;
  tokens: number;
  seconds: number;
}

/** Computes the gradients of the step's sequences and updates; undefined when `signal` fired first. The loss is the weighted mean. */
async function takeStep(
  { trainer, training, state: { recipe } }: RunParts,
  step: number,
  finite: (value: number, what: string) => number,
  signal: AbortSignal,
): Promise<StepFigures | undefined> {
  const startMs = performance.now();
  const { seed, sequencesPerStep: perStep } = recipe;
  const chosen = sequencesOfStep(step, { seed, sequences: training.sequences, perStep });
  const weight = chosen.reduce((sum, sequence) => sum + training.weightOf(sequence), 0);
  const scale = weight > 0 ? 1 / weight : 0;
  let lossSum = 0;
  for (const [i, sequence] of chosen.entries()) {
    if (await isAborted(signal)) return undefined;
    const options = { dropoutSeed: dropoutSeed(seed, step, i), scale };
    lossSum += finite((await trainer.accumulate(training.batch(sequence), options)).lossSum, "the loss");
  }
  const learningRate = learningRateOfStep(step, recipe);
  const { gradientNorm } = trainer.update({ learningRate, weightDecay: recipe.weightDecay });
  finite(gradientNorm, "the gradient");
  const tokens = chosen.reduce((sum, sequence) => sum + training.tokensOf(sequence), 0);
  const seconds = (performance.now() - startMs) / 1000;
  return { loss: lossSum * scale, learningRate, gradientNorm, tokens, seconds };
}

/** The mean loss over held-out sequences; undefined when `signal` fired first. */
async function heldOut(
  { trainer, validation, validationSequences }: RunParts,
  signal: AbortSignal,
): Promise<number | undefined> {
  let lossSum = 0;
  let weightSum = 0;
  for (let sequence = 0; sequence < Math.min(validation.sequences, validationSequences); sequence++) {
    if (await isAborted(signal)) return undefined;
    const { lossSum: loss, weightSum: weight } = await trainer.evaluate(validation.batch(sequence));
    lossSum += loss;
    weightSum += weight;
  }
  return weightSum > 0 ? lossSum / weightSum : 0;
}

/** Whether `signal` has fired. Yields to the event loop first, which the trainer's own work may block. */
async function isAborted(signal: AbortSignal): Promise<boolean> {
  await new Promise(setImmediate);
  return signal.aborted;
}

function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return `${Math.round(seconds)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
