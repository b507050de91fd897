// Measures how large the inputs of a model's linear layers are on given text, layer by layer: one layer's weights are in memory at a time. For
// preparing a model, not for running one.

import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Cancelled } from "../../../common/errors.ts";
import { GraphNames } from "../graph/decoderGraph.ts";
import { writeMeasuringLayer } from "../graph/measuringGraph.ts";
import type { StoredModel } from "../models/modelStore.ts";
import { EMBEDDING } from "../models/tensors.ts";
import { createGraphSession, type GraphTensor, tensorFactory } from "../runtime/graphSession.ts";
import { defaultThreads } from "../runtime/threads.ts";

export interface MeasureOptions {
  onLayer?: (layer: number) => void; // called before each layer
  signal?: AbortSignal;
}

/**
 * Root mean square of each input channel of each smoothed linear layer over all tokens of `documents`, each run from an empty cache. Writes one
 * float layer at a time to the temporary folder.
 * @throws Cancelled
 */
export async function measureInputs(
  model: StoredModel,
  documents: readonly (readonly number[])[],
  { onLayer, signal }: MeasureOptions = {},
): Promise<Map<string, Float32Array>> {
  const longest = Math.max(...documents.map(({ length }) => length));
  const short = { ...model, config: { ...model.config, contextLength: longest } }; // tables no longer than needed
  const hidden = documents.map((tokens) => embed(model, tokens)); // [time, hidden] of each document
  const measured = new Map<string, Float32Array>();
  for (let layer = 0; layer < model.config.layers; layer++) {
    if (signal?.aborted) throw new Cancelled();
    onLayer?.(layer);
    const scratch = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-measure-"));
    try {
      for (const [name, rms] of await runLayer(short, layer, hidden, scratch)) measured.set(name, rms);
    } finally {
      await fs.rm(scratch, { recursive: true });
    }
  }
  return measured;
}

function embed(model: StoredModel, tokens: readonly number[]): Float32Array {
  const { hiddenSize, embeddingScale = 1 } = model.config;
  const all = model.rows ? undefined : model.dequantise(EMBEDDING);
  const out = new Float32Array(tokens.length * hiddenSize);
  for (const [t, id] of tokens.entries()) {
    const row = all?.subarray(id * hiddenSize, (id + 1) * hiddenSize) ?? model.rows!(EMBEDDING, id, 1);
    for (let i = 0; i < hiddenSize; i++) out[t * hiddenSize + i] = row[i] * embeddingScale;
  }
  return out;
}

/** Runs each document of `hidden` through the layer, in place. @returns the root mean squares over all documents */
async function runLayer(
  model: StoredModel,
  layer: number,
  hidden: Float32Array[],
  scratch: string,
): Promise<Map<string, Float32Array>> {
  const { hiddenSize, kvHeads, headDim } = model.config;
  const { graphPath, outputs } = await writeMeasuringLayer(model, layer, scratch);
  const session = await createGraphSession(graphPath, { device: "cpu", threads: defaultThreads() });
  const { float32, int32 } = await tensorFactory();
  const sums = new Map<string, Float64Array>();
  let tokens = 0;
  try {
    for (const [index, x] of hidden.entries()) {
      const time = x.length / hiddenSize;
      const past = () => float32(new Float32Array(kvHeads * time * headDim), [1, kvHeads, time, headDim]);
      const inputs: Record<string, GraphTensor> = {
        [GraphNames.hidden]: float32(x, [1, time, hiddenSize]),
        [GraphNames.lastPosition]: int32(Int32Array.of(time - 1), [1]),
        [GraphNames.totalLength]: int32(Int32Array.of(time), []),
        [GraphNames.pastKey(layer)]: past(),
        [GraphNames.pastValue(layer)]: past(),
      };
      const wanted = [GraphNames.hiddenOut, ...outputs.values()].map((name) => [name, null]);
      const results = await session.run(inputs, Object.fromEntries(wanted));
      hidden[index] = Float32Array.from(results[GraphNames.hiddenOut].data as Float32Array);
      for (const [name, output] of outputs) {
        const meanSquares = results[output].data as Float32Array;
        const sum = sums.get(name) ?? new Float64Array(meanSquares.length);
        for (let i = 0; i < sum.length; i++) sum[i] += meanSquares[i] * time;
        sums.set(name, sum);
      }
      tokens += time;
    }
  } finally {
    await session.release();
  }
  return new Map([...sums].map(([name, sum]) => [name, Float32Array.from(sum, (total) => Math.sqrt(total / tokens))]));
}
