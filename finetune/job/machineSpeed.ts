// The speed of the last training and judging on this machine, by model, in a small file of the cache folder; and an estimate where there was
// none.

import path from "node:path";
import * as z from "zod";
import { writeWhole } from "../../common/util/writeWhole.ts";
import type { ModelConfig } from "../../server/engine/models/config.ts";
import { createGraphSession, tensorFactory } from "../../server/engine/runtime/graphSession.ts";
import { linear } from "../../server/train/autodiff/operators.ts";
import { Tape } from "../../server/train/autodiff/tape.ts";
import { WORKSPACE_SEQUENCE_TOKENS } from "../data/recipe.ts";
import { readJson } from "../jsonFile.ts";
import { type Keep, RECOMPUTE_COST, weightValues } from "./need.ts";
import type { Speed } from "./steps.ts";

const FILE = "training-speed.json";

/** Seconds per answer and weight: measured with the embedded model on two cores (the plan is made anew with the pace of the machine itself). */
const ANSWER_SECONDS_PER_WEIGHT = 0.7 / 134.5e6;

const memorySchema = z.object({
  tokensPerSecond: z.number().positive(),
  secondsPerAnswer: z.number().positive(), // seconds per answer in the judging
  peakRssBytes: z.number().positive(),
});
const fileSchema = z.record(z.string(), memorySchema);

export type MachineSpeed = z.infer<typeof memorySchema>;

/** A speed counts for jobs that train in the same way. */
const keyOf = (model: string, keep: Keep): string => `${model} ${WORKSPACE_SEQUENCE_TOKENS} ${keep}`;

/** @returns undefined where no speed is stored for this model */
export function rememberedSpeed(cacheDir: string, model: string, keep: Keep): MachineSpeed | undefined {
  return readAll(cacheDir)[keyOf(model, keep)];
}

/** Stores the speed. If the cache folder cannot be written, the speed is only forgotten. */
export function rememberSpeed(cacheDir: string, model: string, keep: Keep, speed: MachineSpeed): void {
  if (!memorySchema.safeParse(speed).success) return;
  try {
    writeWhole(path.join(cacheDir, FILE), `${JSON.stringify({ ...readAll(cacheDir), [keyOf(model, keep)]: speed })}\n`);
  } catch {
    // the next plan estimates
  }
}

function readAll(cacheDir: string): Record<string, MachineSpeed> {
  const parsed = fileSchema.safeParse(readJson(path.join(cacheDir, FILE)));
  return parsed.success ? parsed.data : {};
}

/** The share of the processor's speed in matrix products that the trainer achieves (measured with the embedded model on two cores). */
const USEFUL_SHARE = 0.9;
/** The speed of a thread beside others, relative to a thread alone. */
const THREAD_SHARE = 0.85;
/** Operations per token and weight: two for the forward pass, two for the gradient of the inputs, and the factors' own. */
const OPERATIONS_PER_WEIGHT = 5;
/** Operations per token, channel of attention and position that it attends to: two products forward, and five backward. */
const OPERATIONS_PER_POSITION = 14;
/** Positions that a token's attention is computed over, on average: half of the documents fill their sequence, and none sees what comes later. */
const ATTENDED_POSITIONS = WORKSPACE_SEQUENCE_TOKENS / 4;

/**
 * Estimates how fast such a model is trained and asked here, from 0.3 s of matrix products of the size of its layers. Answers are taken to be as
 * fast as on the machine that their time was measured on.
 */
export async function guessSpeed(config: ModelConfig, keep: Keep, threads: number): Promise<Speed> {
  const weights = weightValues(config);
  const attention = config.layers * config.heads * config.headDim * ATTENDED_POSITIONS;
  const operations = OPERATIONS_PER_WEIGHT * weights + OPERATIONS_PER_POSITION * attention;
  const perSecond = USEFUL_SHARE * THREAD_SHARE * threads * (await measureProducts());
  return {
    tokensPerSecond: perSecond / operations / (keep === "recompute" ? RECOMPUTE_COST : 1),
    secondsPerAnswer: guessSecondsPerAnswer(config),
  };
}

export const guessSecondsPerAnswer = (config: ModelConfig): number => ANSWER_SECONDS_PER_WEIGHT * weightValues(config);

const PROBE_MS = 300;
const PROBE = { rows: 128, inputs: 1024, outputs: 1024 }; // takes about a millisecond, which the system seldom interrupts

/**
 * Floating-point operations per second of a matrix product on one thread, at best: several threads would wait for each other on a busy machine.
 */
async function measureProducts(): Promise<number> {
  const { rows, inputs, outputs } = PROBE;
  const tape = new Tape();
  tape.output("y", linear(tape, tape.input("x", [rows, inputs]), tape.input("w", [outputs, inputs])));
  const session = await createGraphSession(tape.encode().bytes, { device: "cpu", threads: 1 });
  try {
    const { float32 } = await tensorFactory();
    const values = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i));
    const feeds = {
      x: float32(values(rows * inputs), [rows, inputs]),
      w: float32(values(outputs * inputs), [outputs, inputs]),
    };
    const results = { y: float32(new Float32Array(rows * outputs), [rows, outputs]) };
    let fastestMs = Number.POSITIVE_INFINITY; // the fastest counts: other programs may use the machine now, and the first run warms up
    const endMs = performance.now() + PROBE_MS;
    do {
      const startMs = performance.now();
      await session.run(feeds, results);
      fastestMs = Math.min(fastestMs, performance.now() - startMs);
    } while (performance.now() < endMs);
    return (2 * rows * inputs * outputs) / (fastestMs / 1000);
  } finally {
    await session.release();
  }
}
