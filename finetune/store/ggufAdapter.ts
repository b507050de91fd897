// Writes an adapter's factors as a GGUF file, as llama.cpp loads it beside a base (--lora). Embedding rows have no place in it.

import { type Adapter, adaptableLayers } from "../../server/engine/adapters/adapter.ts";
import type { ModelConfig } from "../../server/engine/models/config.ts";
import { ggufName, ggufRowOrder } from "../../server/engine/models/tensors.ts";
import { type GgufEntry, type GgufTensorToWrite, writeGguf } from "./ggufFile.ts";

type Factors = Pick<Adapter, "rank" | "alpha" | "matrices">;

/** @param name for people */
export function writeGgufAdapter(
  file: string,
  { rank, alpha, matrices }: Factors,
  config: ModelConfig,
  name: string,
): void {
  const entries: GgufEntry[] = [
    { key: "general.architecture", type: "string", value: config.architecture },
    { key: "general.type", type: "string", value: "adapter" },
    { key: "general.name", type: "string", value: name },
    { key: "adapter.type", type: "string", value: "lora" },
    { key: "adapter.lora.alpha", type: "f32", value: alpha },
  ];
  const tensors = [...adaptableLayers(config)].flatMap(([layer, { outputs, inputs }]): GgufTensorToWrite[] => {
    const factors = matrices.get(layer);
    if (!factors) return [];
    const weight = `${layer}.weight`;
    const b = inOrder(factors.b, rank, ggufRowOrder(weight, config));
    return [
      { name: `${ggufName(weight)}.lora_a`, type: "f32", shape: [inputs, rank], make: () => bytesOf(factors.a) },
      { name: `${ggufName(weight)}.lora_b`, type: "f32", shape: [rank, outputs], make: () => bytesOf(b) },
    ];
  });
  writeGguf(file, entries, tensors);
}

/** The rows where GGUF has them: row i of `values` becomes row `order[i]`. */
export function inOrder(values: Float32Array, cols: number, order: Int32Array | undefined): Float32Array {
  if (!order) return values;
  const moved = new Float32Array(values.length);
  for (const [row, to] of order.entries()) moved.set(values.subarray(row * cols, (row + 1) * cols), to * cols);
  return moved;
}

export const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
