// Limits on a model's shape, whatever file it comes from.

import { modelUnsupported } from "../../../common/errors.ts";
import { BLOCK_SIZE } from "./blocks.ts";
import type { ModelConfig } from "./config.ts";

/** More than ten times the layers of the deepest models. A list of tensors is made from the number of layers before a weights file is opened. */
const MAX_LAYERS = 2048;

/**
 * @param error makes the error for an impossible shape, from the reason
 * @throws UserError modelUnsupported for a possible shape that the graph's layouts do not fit
 */
export function checkShape(config: ModelConfig, error: (reason: string) => Error): ModelConfig {
  if (config.layers > MAX_LAYERS) throw error(`${config.layers} layers are more than any model has`);
  if (config.heads % config.kvHeads !== 0)
    throw error(`${config.heads} attention heads cannot share ${config.kvHeads} key and value heads`);
  if (!Number.isInteger(config.headDim) || config.headDim % 2 !== 0)
    throw error(`the head size ${config.headDim} is impossible`);
  for (const size of [config.hiddenSize, config.ffnSize, config.heads * config.headDim])
    if (size % BLOCK_SIZE !== 0) throw modelUnsupported(`its width ${size} is no multiple of ${BLOCK_SIZE}`);
  return config;
}
