// `sotto train`: trains an adapter in a separate process, which runs at the lowest priority and writes checkpoints.

import path from "node:path";
import {
  TRAINING_DEFAULTS as DEFAULTS,
  type TrainingReport,
  type TrainingRequest,
} from "../../server/train/run/request.ts";
import { runTrainingProcess } from "../../server/train/run/trainingProcess.ts";
import { defineCommand, positiveNumber, required, UsageError, wholeNumber } from "../command.ts";
import { findModelDir } from "../model.ts";

export const train = defineCommand({
  name: "train",
  options: {
    data: { type: "string", argument: "DIR", help: "the training data (dataset.json and three files)" },
    validation: { type: "string", argument: "DIR", help: "held-out data of the same form" },
    out: { type: "string", argument: "DIR", help: "gets the checkpoint, log.jsonl and the folder adapter" },
    resume: { type: "boolean", help: "go on from the checkpoint in --out, with the same options" },
    start: { type: "string", argument: "DIR", help: "begin with this adapter's values (its rank and alpha count)" },
    rank: { type: "string", argument: "N", help: `of the low-rank matrices (default: ${DEFAULTS.rank})` },
    alpha: { type: "string", argument: "X", help: "their product counts alpha / rank times (default: twice the rank)" },
    dropout: { type: "string", argument: "X", help: "on their input, below 1 (default: none)" },
    "learning-rate": { type: "string", argument: "X", help: `the highest (default: ${DEFAULTS.learningRate})` },
    steps: { type: "string", argument: "N", help: "updates (default: one pass over the data)" },
    "batch-tokens": { type: "string", argument: "N", help: `of a step (default: ${DEFAULTS.batchTokens})` },
    sequence: { type: "string", argument: "N", help: "tokens of a sequence (default: those of the data)" },
    "evaluate-every": { type: "string", argument: "N", help: "steps between held-out losses (default: 20 in the run)" },
    "validation-sequences": {
      type: "string",
      argument: "N",
      help: `sequences for a held-out loss, the first ones (default: ${DEFAULTS.validationSequences})`,
    },
    precision: {
      type: "string",
      argument: "fp32|int8",
      help: `of the products with frozen weights (default: ${DEFAULTS.precision}; on WebGPU always)`,
    },
    device: { type: "string", argument: "cpu|webgpu", help: "where it trains (default: cpu)" },
  },
  async run({ options, global, io, signal }) {
    if (global.model.adapter !== undefined) throw new UsageError("train takes --start DIR, not --adapter");
    const count = (name: "rank" | "steps" | "batch-tokens" | "sequence" | "evaluate-every" | "validation-sequences") =>
      wholeNumber(options[name], name, 1);
    const rank = count("rank") ?? DEFAULTS.rank;
    const folder = (name: "data" | "validation" | "out") => path.resolve(required(options[name], name));
    const request: TrainingRequest = {
      dataDir: folder("data"),
      validationDir: folder("validation"),
      outDir: folder("out"),
      modelDir: path.resolve(await findModelDir(global.model.id)),
      resume: options.resume ?? false,
      startDir: options.start && path.resolve(options.start),
      rank,
      alpha: positiveNumber(options.alpha, "alpha") ?? 2 * rank,
      dropout: checkDropout(options.dropout),
      learningRate: positiveNumber(options["learning-rate"], "learning-rate") ?? DEFAULTS.learningRate,
      steps: count("steps"),
      batchTokens: count("batch-tokens") ?? DEFAULTS.batchTokens,
      sequenceTokens: count("sequence"),
      evaluateEverySteps: count("evaluate-every"),
      validationSequences: count("validation-sequences") ?? DEFAULTS.validationSequences,
      seed: global.seed ?? DEFAULTS.seed,
      precision: checkPrecision(options.precision ?? DEFAULTS.precision),
      device: checkDevice(options.device ?? "cpu"),
      threads: global.model.threads,
    };
    const { report } = await runTrainingProcess(request, { log: io.log }, signal);
    io.result(report, readable(report));
  },
});

function checkDropout(value: string | undefined): number {
  const dropout = value === undefined || Number(value) === 0 ? DEFAULTS.dropout : positiveNumber(value, "dropout")!;
  if (dropout >= 1) throw new UsageError(`--dropout takes a number below 1, not "${value}"`);
  return dropout;
}

function checkDevice(device: string): TrainingRequest["device"] {
  if (device === "cpu" || device === "webgpu") return device;
  throw new UsageError(`--device takes cpu or webgpu, not ${device}`);
}

function checkPrecision(precision: string): TrainingRequest["precision"] {
  if (precision === "int8" || precision === "fp32") return precision;
  throw new UsageError(`--precision takes fp32 or int8, not ${precision}`);
}

function readable({
  ending,
  step,
  steps,
  firstHeldOutLoss,
  heldOutLoss,
  trainedTokens,
  adapter,
}: TrainingReport): string {
  const losses = [firstHeldOutLoss, heldOutLoss].map((loss) => loss?.toFixed(4) ?? "unknown");
  return [
    ending === "done" ? `done: ${steps} steps` : `stopped after step ${step} of ${steps}; --resume goes on`,
    `held-out loss ${losses[0]} before, ${losses[1]} at the last measurement; ${trainedTokens} tokens`,
    adapter === null ? "no adapter: nothing was learnt yet" : adapter,
  ].join("\n");
}
