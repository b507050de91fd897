// Trains one shape in a fresh process, so that its peak memory is its own, and ends with one JSON line. Started by train.ts:
// trainOnce.ts CASE SEQUENCE_TOKENS SAMPLES [THREADS]

import { adaptableLayers } from "../../../server/engine/adapters/adapter.ts";
import type { ModelConfig } from "../../../server/engine/models/config.ts";
import { createGraphSession, tensorFactory } from "../../../server/engine/runtime/graphSession.ts";
import { defaultThreads } from "../../../server/engine/runtime/threads.ts";
import { product } from "../../../server/train/autodiff/operators.ts";
import { Tape } from "../../../server/train/autodiff/tape.ts";
import { createTrainer } from "../../../server/train/trainer.ts";
import type { WeightSource } from "../../../server/train/types.ts";
import { SHAPES, TRAIN_CASES } from "./trainShapes.ts";

const RANK = 16;
const DOCUMENTS = 4; // of a sequence: fine-tuning data have 2 to 5
const PRODUCTS = 8; // before and after each step; the fastest is the limit

const [title, sequenceTokens, samples, threadsText] = process.argv.slice(2);
const { shape, trainedLayers, attentionParts, precision } = TRAIN_CASES[title];
const time = Number(sequenceTokens);
const threads = threadsText === undefined ? defaultThreads() : Number(threadsText);
const source: WeightSource = await SHAPES[shape]();
const { config } = source;
const layers = trainedLayers ?? config.layers;
const embeddingRows = layers < config.layers ? [] : [0, 5, 7, 8, 9];
const trainer = await createTrainer(source, {
  train: { lora: { rank: RANK, alpha: 2 * RANK, embeddingRows, layers } },
  attentionParts,
  precision,
  sequenceTokens: time,
  seed: 1,
  threads,
});
const loadedRssBytes = process.memoryUsage().rss;
const batch = {
  tokens: Int32Array.from({ length: time }, (_, t) => (t * 7919 + 13 * t * t) % config.vocabSize),
  weights: new Float32Array(time).fill(1),
  documents: Uint8Array.from({ length: time }, (_, t) => Math.floor((t * DOCUMENTS) / time)),
};
const limit = await matrixLimit(time, config.hiddenSize, config.ffnSize);
const step = async () => {
  await trainer.accumulate(batch, { dropoutSeed: 0, scale: 1 / time });
  trainer.update({ learningRate: 1e-5 });
};
await step(); // warm

const measured: { stepMs: number; cpuMs: number; limitGflops: number }[] = [];
for (let i = 0; i < Number(samples); i++) {
  const before = await limit();
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  await step();
  const stepMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(startCpu);
  measured.push({ stepMs, cpuMs: (user + system) / 1000, limitGflops: Math.max(before, await limit()) });
}
const flop = usefulFlop(config, time);
const gflops = ({ stepMs }: { stepMs: number }) => flop / stepMs / 1e6;
process.stdout.write(
  `${JSON.stringify({
    tokensPerSecond: round(median(measured.map(({ stepMs }) => (time * 1000) / stepMs))),
    cpuMs: round(median(measured.map(({ cpuMs }) => cpuMs))), // of a step; with one thread it says something on a busy machine too
    gflops: round(median(measured.map(gflops))),
    limitGflops: round(median(measured.map(({ limitGflops }) => limitGflops))),
    ratio: round(median(measured.map((sample) => gflops(sample) / sample.limitGflops)), 3),
    ratios: measured.map((sample) => round(gflops(sample) / sample.limitGflops, 3)),
    loadedRssBytes,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    threads,
  })}\n`,
);
await trainer.dispose();

/**
 * What a step computes and nothing less would do: forward of all and backward of the trained layers' frozen matrices (2 + 2 for each
 * weight and token), the same and their own gradients (2 more) of the low-rank ones, and attention over the squares of the documents.
 * What is computed again in the backward pass does not count.
 */
function usefulFlop(config: ModelConfig, timeTokens: number): number {
  const { hiddenSize, heads, headDim, vocabSize } = config;
  const matrices = [...adaptableLayers({ ...config, layers: 1 }).values()];
  const layer = matrices.reduce((sum, { outputs, inputs }) => sum + outputs * inputs, 0);
  const lowRank = matrices.reduce((sum, { outputs, inputs }) => sum + RANK * (outputs + inputs), 0);
  const attention = 4 * (timeTokens / DOCUMENTS) * heads * headDim; // forward; twice that backward
  const forward = 2 * vocabSize * hiddenSize + config.layers * (2 * layer + attention);
  const backward = 2 * vocabSize * hiddenSize + layers * (2 * layer + 2 * attention + 6 * lowRank);
  return timeTokens * (forward + backward);
}

/** Measures a plain product of the model's size, [rows, depth] by [depth, columns], in GFLOP/s. */
async function matrixLimit(rows: number, depth: number, columns: number): Promise<() => Promise<number>> {
  const tape = new Tape();
  tape.output("y", product(tape, tape.input("a", [rows, depth]), tape.input("b", [depth, columns])));
  const session = await createGraphSession(tape.encode().bytes, { device: "cpu", threads });
  const { float32 } = await tensorFactory();
  const filled = (...dims: [number, number]) => float32(new Float32Array(dims[0] * dims[1]).fill(0.1), dims);
  const [a, b, y] = [filled(rows, depth), filled(depth, columns), filled(rows, columns)];
  return async () => {
    let fastestMs = Infinity;
    for (let i = 0; i < PRODUCTS; i++) {
      const startMs = performance.now();
      await session.run({ a, b }, { y });
      fastestMs = Math.min(fastestMs, performance.now() - startMs);
    }
    return (2 * rows * depth * columns) / fastestMs / 1e6;
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function round(value: number, digits = 0): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
