// Measures how large the inputs of a model's linear layers are on given text. For preparing a model, not for running one.

import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { writeMeasuringGraph } from "../graph/measuringGraph.ts";
import type { StoredModel } from "../models/modelStore.ts";
import { BindingSession } from "./bindingDecoder.ts";
import { defaultThreads } from "./threads.ts";

/**
 * Root mean square of each input channel of each smoothed linear layer over all tokens of `documents`, each at most
 * `MOST_TOKENS` long and run from an empty cache. Writes the model in floats to the temporary folder meanwhile.
 */
export async function measureInputs(
  model: StoredModel,
  documents: readonly (readonly number[])[],
): Promise<Map<string, Float32Array>> {
  const scratch = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-measure-"));
  try {
    const { graphPath, outputs } = await writeMeasuringGraph(model, scratch);
    const session = await BindingSession.load(graphPath, model.config, {
      threads: defaultThreads(),
      capacity: MOST_TOKENS,
    });
    const cache = session.createBuffers();
    const sums = new Map<string, Float64Array>();
    let tokens = 0;
    for (const document of documents) {
      const results = await session.run(cache, document, 0, [0], [...outputs.values()]);
      for (const [name, output] of outputs) {
        const meanSquares = results[output].data as Float32Array;
        const sum = sums.get(name) ?? new Float64Array(meanSquares.length);
        for (let i = 0; i < sum.length; i++) sum[i] += meanSquares[i] * document.length;
        sums.set(name, sum);
      }
      tokens += document.length;
    }
    session.release();
    return new Map(
      [...sums].map(([name, sum]) => [name, Float32Array.from(sum, (total) => Math.sqrt(total / tokens))]),
    );
  } finally {
    await fs.rm(scratch, { recursive: true });
  }
}

const MOST_TOKENS = 1024;
