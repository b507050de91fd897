// Two small graphs for a KV cache that lives on a device, where this process cannot write: one creates an empty half of a layer's cache, the
// other copies a whole cache. They contain no weights. Builds the graphs, never runs them.

import type { ModelConfig } from "../models/config.ts";
import { cacheType, type Form } from "./decoderGraph.ts";
import { DataType, OnnxGraph } from "./onnxGraph.ts";

/** Names of the graphs' inputs and outputs. `part` counts keys of layer 0, values of layer 0, keys of layer 1, … */
export const CacheGraphNames = {
  zero: "zero", // float32 [1, 1, 1, 1], for a cache of any type
  empty: "empty", // [1, kvHeads, capacity, headDim]
  from: (part: number) => `from.${part}`, // [1, kvHeads, capacity, headDim]
  to: (part: number) => `to.${part}`,
} as const;

/** Keys and values of every layer. */
export const cacheParts = ({ layers }: ModelConfig): number[] => Array.from({ length: 2 * layers }, (_, part) => part);

/** Fills half of a layer's cache of `capacity` positions with a single zero, on the device: nothing large is sent there. */
export function emptyCacheGraph({ kvHeads, headDim }: ModelConfig, form: Form, capacity: number): Uint8Array {
  const graph = new OnnxGraph();
  const type = cacheType(form);
  const dims = [1, kvHeads, capacity, headDim];
  graph.input(CacheGraphNames.zero, DataType.float32, [1, 1, 1, 1]);
  const zero = graph.node("Cast", "/cache/Cast", [CacheGraphNames.zero], { attributes: { to: type } });
  const shape = graph.constant("shape", DataType.int64, [4], BigInt64Array.from(dims, BigInt));
  graph.node("Expand", "/cache/Expand", [zero, shape], { outputs: [CacheGraphNames.empty] });
  graph.output(CacheGraphNames.empty, type, dims);
  return graph.encode();
}

/** Copies each part of a cache of `capacity` positions. */
export function copyCacheGraph(config: ModelConfig, form: Form, capacity: number): Uint8Array {
  const graph = new OnnxGraph();
  const type = cacheType(form);
  const dims = [1, config.kvHeads, capacity, config.headDim];
  for (const part of cacheParts(config)) {
    graph.input(CacheGraphNames.from(part), type, dims);
    graph.node("Identity", `/cache/${part}/Identity`, [CacheGraphNames.from(part)], {
      outputs: [CacheGraphNames.to(part)],
    });
    graph.output(CacheGraphNames.to(part), type, dims);
  }
  return graph.encode();
}
