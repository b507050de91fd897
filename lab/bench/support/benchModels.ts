// The models that benches run: the weights of a tier, for those that cannot do without them, and random weights that the engine loads like stored
// ones, for shapes whose weights are not at hand: what such a model says is noise; the work does not depend on it.

import { createHash } from "node:crypto";
import { BLOCK_SIZE, dequantiseQ8_0 } from "../../../server/engine/models/blocks.ts";
import type { ModelConfig } from "../../../server/engine/models/config.ts";
import type { StoredModel, StoredTensor, TensorBlocks } from "../../../server/engine/models/modelStore.ts";
import { EMBEDDING, tensorShapes } from "../../../server/engine/models/tensors.ts";
import { isTierThere, tierDir } from "../../../server/engine/models/tiers.ts";
import type { Tier } from "../../../server/host/protocol/tiers.ts";
import { randomWeights, WEIGHT_BOUND } from "./trainShapes.ts";

/** The folder of its model. @throws Error where that is not there, or not whole */
export function requireTier(tier: Tier): string {
  if (isTierThere(tier)) return tierDir(tier);
  throw new Error(
    `${tierDir(tier)} holds no whole model: the ${tier} tier cannot be measured (SOTTO_STRONG_DIR names another folder for strong)`,
  );
}

const WEIGHTS_VERSION = 1; // raised whenever the weights of a shape change
const EMBEDDING_SCALE = 2 ** -12; // of whole numbers up to 127

export function randomModel(id: string, config: ModelConfig): StoredModel {
  const weights = randomWeights(config);
  const tensors = new Map<string, StoredTensor>(
    tensorShapes(config).map((shape) => [
      shape.name,
      { ...shape, encoding: shape.name === EMBEDDING ? "q8_0" : "f32" },
    ]),
  );
  const embedding = (): TensorBlocks => {
    const values = weights.dequantise(EMBEDDING);
    const q = new Int8Array(values.length);
    for (let i = 0; i < q.length; i++) q[i] = Math.round((values[i] / WEIGHT_BOUND) * 127);
    return { q, scale: new Float32Array(q.length / BLOCK_SIZE).fill(EMBEDDING_SCALE) };
  };
  const blocks = (name: string): TensorBlocks => {
    if (name !== EMBEDDING) throw new Error(`${name} is not stored in blocks`);
    return embedding();
  };
  return {
    id,
    name: id,
    dir: "",
    config,
    weightsSha256: createHash("sha256")
      .update(JSON.stringify(["random", WEIGHTS_VERSION, config]))
      .digest("hex"),
    tensors,
    blocks,
    dequantise(name) {
      if (name !== EMBEDDING) return weights.dequantise(name);
      const { q, scale } = embedding();
      return dequantiseQ8_0(q as Int8Array, scale);
    },
  };
}
