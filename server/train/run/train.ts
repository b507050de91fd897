// A training run: step after step until the last one or a signal, with held-out loss, log and checkpoints on the way.
// Opens no model and no data, and knows neither process nor command line.

import { checkpointUnwritable, trainingDiverged } from "../../protocol/errors.ts";
import type { Trainer } from "../types.ts";
import { type RunState, saveCheckpoint } from "./checkpoint.ts";
import type { Dataset } from "./dataset.ts";
import type { FileOperations } from "./replaceFile.ts";
import { dropoutSeed, learningRateOfStep, sequencesOfStep } from "./schedule.ts";

export interface RunParts {
  trainer: Trainer; // at the step of `state`
  training: Dataset;
  validation: Dataset;
  /** Where the run begins: a loaded checkpoint's state, or `freshState`. */
  state: RunState;
  /** Whether the checkpoint of `state` is on the disk. */
  isResumed: boolean;
  checkpointFile: string;
  checkpointEveryMs: number;
  evaluateEverySteps: number;
  validationSequences: number; // at most as many of the first ones are evaluated
  operations?: FileOperations; // for tests
}

/** One line of the log. Losses are means over the weights, in nats a token. */
export interface LogEntry {
  step: number; // updates done
  loss?: number; // of the step's sequences, before its update; absent before the first step
  heldOutLoss?: number; // after the update
  learningRate?: number;
  gradientNorm?: number; // before clipping
  tokensPerSecond?: number; // without padding, forward, backward and update
  trainedTokens: number;
}

export interface RunEvents {
  log(entry: LogEntry): void;
  say(line: string): void; // for a person
}

export interface RunResult {
  ending: "done" | "stopped";
  step: number;
  trainedTokens: number;
  loss: number | null; // of the last step
  firstHeldOutLoss: number | null; // before the training
  heldOutLoss: number | null; // the last one
}

/**
 * Runs from `parts.state` on. When `signal` fires, the step under way is given up, and the run can be resumed from the one before.
 * @throws UserError trainingDiverged or checkpointUnwritable; the checkpoint from before is then still there
 */
export async function runTraining(parts: RunParts, events: RunEvents, signal: AbortSignal): Promise<RunResult> {
  const { trainer, evaluateEverySteps } = parts;
  const { recipe } = parts.state;
  const state = { ...parts.state };
  let keptStep = parts.isResumed ? state.step : undefined;
  let savedMs = performance.now();
  let loss: number | null = null;

  const finite = (value: number, what: string): number => {
    if (!Number.isFinite(value)) throw trainingDiverged(state.step + 1, what, keptStep);
    return value;
  };
  const evaluate = async (): Promise<number | undefined> => {
    const value = await heldOut(parts, signal);
    if (value !== undefined) state.heldOutLoss = finite(value, "the held-out loss");
    return value;
  };
  const save = (isLast: boolean): void => {
    if (keptStep === state.step) return;
    try {
      saveCheckpoint(parts.checkpointFile, state, trainer.parameters, parts.operations);
      keptStep = state.step;
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      const told = checkpointUnwritable(parts.checkpointFile, state.step, String(error.code), keptStep);
      if (isLast) throw told;
      events.say(`${told.message} The training goes on.`);
    }
    savedMs = performance.now();
  };

  const ending = await (async (): Promise<RunResult["ending"]> => {
    if (state.firstHeldOutLoss === null) {
      const value = await evaluate();
      if (value === undefined) return "stopped";
      state.firstHeldOutLoss = value;
      events.log({ step: state.step, heldOutLoss: value, trainedTokens: state.trainedTokens });
      events.say(`step ${state.step}/${recipe.steps}: held-out ${value.toFixed(4)} before the training`);
    }
    while (state.step < recipe.steps) {
      const startMs = performance.now();
      const step = await takeStep(parts, state.step, finite, signal);
      if (!step) return "stopped";
      loss = step.loss;
      state.step = trainer.step;
      state.position += recipe.sequencesPerStep;
      state.trainedTokens += step.tokens;
      const seconds = (performance.now() - startMs) / 1000;
      const isDue = state.step % evaluateEverySteps === 0 || state.step === recipe.steps;
      const held = isDue ? await evaluate() : undefined;
      const { tokens, ...figures } = step;
      const tokensPerSecond = Math.round(tokens / seconds);
      events.log({
        step: state.step,
        ...figures,
        heldOutLoss: held,
        tokensPerSecond,
        trainedTokens: state.trainedTokens,
      });
      const left = duration((recipe.steps - state.step) * seconds);
      events.say(
        `step ${state.step}/${recipe.steps}: loss ${step.loss.toFixed(4)}${held === undefined ? "" : `, held-out ${held.toFixed(4)}`}, ${tokensPerSecond} tokens/s, ${left} left`,
      );
      if (performance.now() - savedMs >= parts.checkpointEveryMs) save(false);
    }
    return "done";
  })();
  if (state.step > 0) save(true);
  const { step, trainedTokens, firstHeldOutLoss, heldOutLoss } = state;
  return { ending, step, trainedTokens, loss, firstHeldOutLoss, heldOutLoss };
}

/** Gradients of the step's sequences, and the update; undefined when `signal` fired first. The loss is the mean over their weights. */
async function takeStep(
  { trainer, training, state: { recipe } }: RunParts,
  step: number,
  finite: (value: number, what: string) => number,
  signal: AbortSignal,
) {
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
  return { loss: lossSum * scale, learningRate, gradientNorm, tokens };
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

/** Lets a signal in first: the trainer's own work may block the event loop. */
async function isAborted(signal: AbortSignal): Promise<boolean> {
  await new Promise(setImmediate);
  return signal.aborted;
}

function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return `${Math.round(seconds)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
