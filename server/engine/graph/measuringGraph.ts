// A decoder layer in floats that also outputs the size of its linear layers' inputs, which `smoothed` needs to know of a model. Builds the
// graph, never runs it.

import path from "node:path";
import type { StoredModel } from "../models/modelStore.ts";
import { DataFile } from "./dataFile.ts";
import { emitSingleLayer, FORMS } from "./decoderGraph.ts";
import { writeFormFile } from "./formFolder.ts";
import type { Linear } from "./linear.ts";
import { DataType, OnnxGraph } from "./onnxGraph.ts";
import { smoothedInputs } from "./smoothing.ts";

export interface MeasuringLayer {
  graphPath: string;
  outputs: ReadonlyMap<string, string>; // by the linear layer's name: the name of the output with the mean squares of its input, [inputs]
}

/** Writes the graph of layer `layer` and its weights (four bytes each) into the empty folder `dir`. */
export async function writeMeasuringLayer(model: StoredModel, layer: number, dir: string): Promise<MeasuringLayer> {
  const prefix = `model.layers.${layer}.`;
  const inputs = smoothedInputs(model.config).filter((name) => name.startsWith(prefix));
  const outputs = new Map(inputs.map((name) => [name, `mean_square.${name}`]));
  const linear: Linear = (graph, place, x, weights) => {
    const output = outputs.get(weights.name);
    if (output) emitMeanSquare(graph, place, x, output, weights.inputs);
    return FORMS.fp32.linear(graph, place, x, weights);
  };
  const data = new DataFile(path.join(dir, "weights.bin"));
  try {
    const graph = new OnnxGraph(data, "weights.bin");
    emitSingleLayer(graph, model, linear, layer);
    const graphPath = path.join(dir, "layer.onnx");
    await writeFormFile(graphPath, graph.encode());
    return { graphPath, outputs };
  } finally {
    data.close();
  }
}

/** Outputs the mean over time of x²: [1, time, inputs] → the output `name`, [inputs]. */
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
