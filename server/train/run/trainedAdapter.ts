// Makes an adapter from what a trainer has learnt. Copies no values and writes no file.

import { type Adapter, adaptableLayers, type LowRank } from "../../engine/adapters/adapter.ts";
import type { ModelConfig } from "../../engine/models/config.ts";
import type { TrainableParameter } from "../types.ts";
import type { Recipe } from "./checkpoint.ts";
import type { PromptFormatId } from "./dataset.ts";

/**
 * The trained parameters under an adapter's names. Layers below the trained ones have no matrices.
 * @param promptFormat of the training data; the format of another family is known by the model and not by an adapter
 */
export function trainedAdapter(
  parameters: readonly Pick<TrainableParameter, "name" | "data">[],
  {
    rank,
    alpha,
    embeddingRows: ids,
    trainedLayers,
  }: Pick<Recipe, "rank" | "alpha" | "embeddingRows" | "trainedLayers">,
  config: ModelConfig,
  promptFormat: PromptFormatId,
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
  const version = typeof promptFormat === "number" ? promptFormat : undefined;
  return { promptFormat: version, rank, alpha, matrices, embeddingRows };
}
