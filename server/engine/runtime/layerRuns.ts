// Reads a sequence through the graph that tells what its layers did, and residual streams through the final norm and the head. Keeps nothing when
// it is done. Judges nothing.

import { runtimeFailed } from "../../../common/errors.ts";
import type { LayersForm } from "../graph/computeForm.ts";
import { LayerNames } from "../graph/decoderGraph.ts";
import type { ModelConfig } from "../models/config.ts";
import { BindingSession, rowNames } from "./bindingDecoder.ts";
import { CHUNK_TOKENS } from "./decoder.ts";
import { onnxRuntime } from "./environment.ts";

/** What the layers did at the last rows of a sequence. */
export interface LayerValues {
  embedded: Float32Array; // [rows, hidden]
  attention: Float32Array[]; // by layer: [rows, hidden], what it added to the residual stream
  mlp: Float32Array[];
  queries: Float32Array[]; // by layer: [heads * headDim] of one row, not rotated
  keys: Float32Array[]; // by layer: [kvHeads, positions, headDim], rotated
}

interface RunOptions {
  config: ModelConfig;
  threads: number;
  exactBytes: boolean;
}

/**
 * Runs `tokens` from an empty cache, and returns what the layers did at positions from `firstRow` on.
 * @param queryRow the position whose queries are kept
 * @throws UserError runtimeFailed
 */
export async function runLayers(
  { graphPath }: LayersForm,
  tokens: readonly number[],
  { firstRow, queryRow }: { firstRow: number; queryRow: number },
  { config, threads, exactBytes }: RunOptions,
): Promise<LayerValues> {
  const capacity = tokens.length;
  const session = await failing(() => BindingSession.load(graphPath, config, { threads, exactBytes, capacity }));
  try {
    const cache = session.createBuffers();
    const run = async (from: number, to: number, outputs: readonly string[]) => {
      const names = [...rowNames(config), ...outputs];
      const results = await failing(() => session.run(cache, tokens.slice(from, to), from, [0], names));
      session.keepRows(cache.buffers, results, from);
      return (name: string) => results[name].data as Float32Array;
    };
    for (let from = 0; from < firstRow; from += CHUNK_TOKENS)
      await run(from, Math.min(firstRow, from + CHUNK_TOKENS), []);
    const layers = Array.from({ length: config.layers }, (_, layer) => layer);
    const wanted = [LayerNames.attention, LayerNames.mlp, LayerNames.queries].flatMap((name) => layers.map(name));
    const output = await run(firstRow, tokens.length, [LayerNames.embedded, ...wanted]);
    const rows = tokens.length - firstRow;
    const queriesOf = (layer: number) => {
      const all = output(LayerNames.queries(layer)); // rows may go on with keys and values
      const start = (queryRow - firstRow) * (all.length / rows);
      return all.slice(start, start + config.heads * config.headDim);
    };
    return {
      embedded: output(LayerNames.embedded),
      attention: layers.map((layer) => output(LayerNames.attention(layer))),
      mlp: layers.map((layer) => output(LayerNames.mlp(layer))),
      queries: layers.map(queriesOf),
      keys: layers.map((layer) => cache.buffers.keys(layer)),
    };
  } finally {
    session.release();
  }
}

/**
 * Gives the logits of each of `residuals`, [rows, hidden], as if it came from the last layer: [rows, vocab], valid during the call of `onLogits`.
 * @throws UserError runtimeFailed
 */
export async function runLens(
  { lensPath }: LayersForm,
  residuals: readonly Float32Array[],
  onLogits: (logits: Float32Array, index: number) => void,
  { config, threads }: Omit<RunOptions, "exactBytes">,
): Promise<void> {
  const ort = await onnxRuntime();
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 } as const;
  const session = await failing(() => ort.InferenceSession.create(lensPath, options));
  try {
    for (const [index, residual] of residuals.entries()) {
      const x = new ort.Tensor("float32", residual, [1, residual.length / config.hiddenSize, config.hiddenSize]);
      const results = await failing(() => session.run({ [LayerNames.residual]: x }));
      onLogits(results[LayerNames.lensLogits].data as Float32Array, index);
    }
  } finally {
    await session.release();
  }
}

async function failing<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw runtimeFailed((error as Error).message);
  }
}
