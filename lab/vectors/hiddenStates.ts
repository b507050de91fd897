// The embedded model's own hidden states as text vectors: the mean over a text's tokens, in the middle of the model and at its end.
// Writes the model's graph with two more outputs to a temporary folder.

import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { DataFile } from "../../server/engine/graph/dataFile.ts";
import { emitDecoder, exposeCacheRows, FORMS } from "../../server/engine/graph/decoderGraph.ts";
import { writeFormFile } from "../../server/engine/graph/formFolder.ts";
import { DataType, OnnxGraph } from "../../server/engine/graph/onnxGraph.ts";
import { smoothed } from "../../server/engine/graph/smoothing.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { openModel, type StoredModel } from "../../server/engine/models/modelStore.ts";
import { BindingSession } from "../../server/engine/runtime/bindingDecoder.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import { chunkText, type Embedder, normalise } from "./embedder.ts";
import type { Chunk, Place } from "./places.ts";

const MAX_TOKENS = 512;

const STATES = ["middle", "last"] as const;
type StateName = (typeof STATES)[number];
type States = Record<StateName, Float32Array>;

export interface Embedded {
  queries: Map<string, States>;
  chunks: Map<Chunk, States>;
  queryMs: number; // mean of all, one thread
  chunkMs: number;
}

/** Runs the model over the queries and candidates of the places. Takes about half a second for each. */
export async function embedWithModel(places: readonly Place[]): Promise<Embedded> {
  const dir = embeddedModelDir();
  const [model, tokenizer] = await Promise.all([openModel(dir), loadTokenizer(dir)]);
  const start = tokenizer.specialId("<file_sep>")!; // what a prompt begins with
  const scratch = await mkdtemp(path.join(os.tmpdir(), "sotto-hidden-"));
  try {
    const graphPath = await writeGraph(model, scratch);
    const session = await BindingSession.load(graphPath, model.config, { threads: 1, capacity: MAX_TOKENS });
    const cache = session.createBuffers();
    const statesOf = async (text: string): Promise<States> => {
      const tokens = [start, ...tokenizer.encode(text)].slice(0, MAX_TOKENS);
      const { middle, last } = await session.run(cache, tokens, 0, [0], STATES);
      return {
        middle: Float32Array.from(middle.data as Float32Array),
        last: Float32Array.from(last.data as Float32Array),
      };
    };
    const queries = await allOf(new Set(places.map(({ query }) => query)), statesOf);
    const chunks = await allOf(
      new Set(places.flatMap(({ candidates }) => candidates.map(({ chunk }) => chunk))),
      (chunk) => statesOf(chunkText(chunk)),
    );
    session.release();
    return { queries: queries.states, chunks: chunks.states, queryMs: queries.ms, chunkMs: chunks.ms };
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function allOf<T>(
  keys: ReadonlySet<T>,
  statesOf: (key: T) => Promise<States>,
): Promise<{ states: Map<T, States>; ms: number }> {
  const states = new Map<T, States>();
  const startMs = performance.now();
  for (const key of keys) states.set(key, await statesOf(key));
  return { states, ms: (performance.now() - startMs) / keys.size };
}

/** Each dimension is measured from its mean over the chunks, in deviations: a few that are huge in every text would decide alone. */
export function hiddenEmbedders({ queries, chunks, queryMs, chunkMs }: Embedded): Embedder[] {
  return STATES.map((name) => {
    const all = [...chunks.values()].map((states) => states[name]);
    const dims = all[0].length;
    const mean = new Float32Array(dims);
    const variance = new Float32Array(dims);
    for (const state of all) for (let d = 0; d < dims; d++) mean[d] += state[d] / all.length;
    for (const state of all) for (let d = 0; d < dims; d++) variance[d] += (state[d] - mean[d]) ** 2 / all.length;
    const standardised = (states: States) =>
      normalise(states[name].map((value, d) => (value - mean[d]) / (Math.sqrt(variance[d]) || 1)));
    return {
      name: `(b) hidden states, ${name} layer`,
      bytesPerChunk: dims,
      query: (text) => standardised(queries.get(text)!),
      chunk: (chunk) => standardised(chunks.get(chunk)!),
      queryMs,
      chunkMs,
    };
  });
}

async function writeGraph(model: StoredModel, dir: string): Promise<string> {
  const { layers, hiddenSize } = model.config;
  const data = new DataFile(path.join(dir, "weights.bin"));
  try {
    const graph = new OnnxGraph(data, "weights.bin");
    await emitDecoder(graph, smoothed(model), FORMS.row8);
    exposeCacheRows(graph, model.config);
    graph.constant("states.from", DataType.int64, [1], BigInt64Array.of(1n)); // the first token's state is huge and says nothing
    graph.constant("states.to", DataType.int64, [1], BigInt64Array.of(1_000_000n));
    graph.constant("states.time", DataType.int64, [1], BigInt64Array.of(1n));
    graph.constant("states.axes", DataType.int64, [2], BigInt64Array.of(0n, 1n));
    const mean = (name: string, values: string) => {
      const cut = graph.node("Slice", `/states/${name}/Slice`, [values, "states.from", "states.to", "states.time"]);
      graph.node("ReduceMean", `/states/${name}/ReduceMean`, [cut, "states.axes"], {
        outputs: [name],
        attributes: { keepdims: 0 },
      });
      graph.output(name, DataType.float32, [hiddenSize]);
    };
    // Smoothing moves weights of a norm into the layer behind it, so the sums are taken, not the normed values.
    mean("middle", `/model/layers.${layers / 2}/input_layernorm/residual`);
    mean("last", "/model/norm/output_0");
    const graphPath = path.join(dir, "states.onnx");
    await writeFormFile(graphPath, graph.encode());
    return graphPath;
  } finally {
    data.close();
  }
}
