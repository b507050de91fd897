// The speed of the last training and judging on this machine, by model, in a small file of the cache folder; and an estimate where there was
// none.

import path from "node:path";
import * as z from "zod";
import { writeWhole } from "../../common/util/writeWhole.ts";
import type { ModelConfig } from "../../server/engine/models/config.ts";
import { tensorShapes } from "../../server/engine/models/tensors.ts";
import { createGraphSession, tensorFactory } from "../../server/engine/runtime/graphSession.ts";
import { defaultThreads } from "../../server/engine/runtime/threads.ts";
import { linear } from "../../server/train/autodiff/operators.ts";
import { Tape } from "../../server/train/autodiff/tape.ts";
import { readJson } from "./disk.ts";

const FILE = "training-speed.json";

/** For the embedded model on two cores, including its first prompts. */
export const GUESSED_SECONDS_PER_ANSWER = 1;

const memorySchema = z.object({
  tokensPerSecond: z.number().positive(),
  secondsPerAnswer: z.number().positive(), // seconds per answer in the judging
  peakRssBytes: z.number().positive(),
});
const fileSchema = z.record(z.string(), memorySchema);

export type MachineSpeed = z.infer<typeof memorySchema>;

/** @returns undefined where no speed is stored for a model with these weights */
export function rememberedSpeed(cacheDir: string, weightsSha256: string): MachineSpeed | undefined {
  return readAll(cacheDir)[weightsSha256];
}

/** Stores the speed. If the cache folder cannot be written, the speed is only forgotten. */
export function rememberSpeed(cacheDir: string, weightsSha256: string, speed: MachineSpeed): void {
  if (!memorySchema.safeParse(speed).success) return;
  try {
    writeWhole(path.join(cacheDir, FILE), `${JSON.stringify({ ...readAll(cacheDir), [weightsSha256]: speed })}\n`);
  } catch {
    // the next plan estimates
  }
}

function readAll(cacheDir: string): Record<string, MachineSpeed> {
  const parsed = fileSchema.safeParse(readJson(path.join(cacheDir, FILE)));
  return parsed.success ? parsed.data : {};
}

/** The share of the processor's speed in matrix products that the trainer achieves (measured with the embedded model on two cores). */
const USEFUL_SHARE = 0.6;
/** The speed of a thread beside others, relative to a thread alone. */
const THREAD_SHARE = 0.85;
/** Operations per token and weight: two for the forward pass, two for the gradient of the inputs, and the factors' own. */
const OPERATIONS_PER_WEIGHT = 5;

/** Estimates how many tokens per second a training of such a model makes here, from 0.3 s of matrix products of the size of its layers. */
export async function guessTokensPerSecond(config: ModelConfig, threads = defaultThreads()): Promise<number> {
  const weights = tensorShapes(config).reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  return (USEFUL_SHARE * THREAD_SHARE * threads * (await measureProducts())) / (OPERATIONS_PER_WEIGHT * weights);
}

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
