// The decoder in floats that also says how large the inputs of its linear layers are: what `smoothed` needs to know of a model.
// Never runs it.

import path from "node:path";
import type { StoredModel } from "../models/modelStore.ts";
import { DataFile } from "./dataFile.ts";
import { emitDecoder, exposeCacheRows, FORMS } from "./decoderGraph.ts";
import { writeFormFile } from "./formFolder.ts";
import type { Linear } from "./linear.ts";
import { DataType, OnnxGraph } from "./onnxGraph.ts";
import { smoothedInputs } from "./smoothing.ts";

export interface MeasuringGraph {
  graphPath: string; // a graph that puts out the rows added to the cache
  outputs: ReadonlyMap<string, string>; // by the linear layer's name: the output with its input's mean squares, [inputs]
}

/** Writes the graph and its weights (four bytes each) into the empty folder `dir`. */
export async function writeMeasuringGraph(model: StoredModel, dir: string): Promise<MeasuringGraph> {
  const outputs = new Map(smoothedInputs(model.config).map((name) => [name, `mean_square.${name}`]));
  const linear: Linear = (graph, place, x, weights) => {
    const output = outputs.get(weights.name);
    if (output) emitMeanSquare(graph, place, x, output, weights.inputs);
    return FORMS.fp32.linear(graph, place, x, weights);
  };
  const data = new DataFile(path.join(dir, "weights.bin"));
  try {
    const graph = new OnnxGraph(data, "weights.bin");
    await emitDecoder(graph, model, { ...FORMS.fp32, linear });
    exposeCacheRows(graph, model.config);
    const graphPath = path.join(dir, "measuring.onnx");
    await writeFormFile(graphPath, graph.encode());
    return { graphPath, outputs };
  } finally {
    data.close();
  }
}

/** The mean over time of x², [1, time, inputs] → the output `name`, [inputs]. */
function emitMeanSquare(graph: OnnxGraph, place: string, x: string, name: string, inputs: number): void {
  if (!graph.has("mean_square.axes")) {
    graph.constant("mean_square.axes", DataType.int64, [2], BigInt64Array.of(0n, 1n));
  }
  const squares = graph.node("Mul", `${place}/Square`, [x, x]);
  graph.node("ReduceMean", `${place}/MeanSquare`, [squares, "mean_square.axes"], {
    outputs: [name],
    attributes: { keepdims: 0 },
  });
  graph.output(name, DataType.float32, [inputs]);
}
