// Makes an adapter from what a trainer has learnt. Copies no values and writes no file.

import { type Adapter, adaptableLayers, type LowRank } from "../../engine/adapters/adapter.ts";
import type { ModelConfig } from "../../engine/models/config.ts";
import type { TrainableParameter } from "../types.ts";
import type { Recipe } from "./checkpoint.ts";

const PROMPT_FORMAT = 1; // the format of the only existing training data

/** The trained parameters under an adapter's names. Layers below the trained ones have no matrices. */
export function trainedAdapter(
  parameters: readonly Pick<TrainableParameter, "name" | "data">[],
  {
    rank,
    alpha,
    embeddingRows: ids,
    trainedLayers,
  }: Pick<Recipe, "rank" | "alpha" | "embeddingRows" | "trainedLayers">,
  config: ModelConfig,
): Omit<Adapter, "name" | "sha256"> {
  const values = new Map(parameters.map(({ name, data }) => [name, data]));
  const matrices = new Map<string, LowRank>();
  const firstTrained = config.layers - trainedLayers;
  for (const layer of adaptableLayers(config).keys()) {
    if (Number(/^model\.layers\.(\d+)\./.exec(layer)![1]) < firstTrained) continue;
    const name = layer.replace(/^model\./, "").replace(/\.(self_attn|mlp)\./, "."); // the trainer's name, such as layers.0.q_proj
    const a = values.get(`${name}.lora_A`);
    const b = values.get(`${name}.lora_B`);
    if (!a || !b) throw new Error(`${name} was not trained`);
    matrices.set(layer, { a, b });
  }
  const rows = values.get("embed_tokens.rows");
  const { hiddenSize } = config;
  const embeddingRows = new Map<number, Float32Array>();
  for (const [i, id] of ids.entries()) embeddingRows.set(id, rows!.subarray(i * hiddenSize, (i + 1) * hiddenSize));
  return { promptFormat: PROMPT_FORMAT, rank, alpha, matrices, embeddingRows };
}
