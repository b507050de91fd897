// The WebGPU device against the processor, where there is one (a software Vulkan will do); in a process of its own, as every test file.

import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../../common/errors.ts";
import { FAMILIES, type ModelConfig } from "../../../server/engine/models/config.ts";
import { streamKey } from "../../../server/train/counterRandom.ts";
import { createTensorFactory } from "../../../server/train/tensors.ts";
import { createTrainer } from "../../../server/train/trainer.ts";
import type { Trainer, TrainerOptions } from "../../../server/train/types.ts";
import { FAMILY_OPTIONS } from "../../support/families.ts";
import { tinyBatch, tinyWeights, uniform } from "../../support/tinyWeights.ts";

const lora = { rank: 3, alpha: 6, embeddingRows: [3, 5], dropout: 0.2 };
type Case = Pick<TrainerOptions, "train" | "keep"> & { config: Partial<ModelConfig> };
const QWEN2 = { queryBias: true };
const CASES: Record<string, Case> = {
  "LoRA, selective": { train: { lora }, keep: "selective", config: QWEN2 },
  "LoRA, recompute": { train: { lora: { rank: 3, alpha: 6 } }, keep: "recompute", config: QWEN2 },
  "every weight, selective": { train: "full", keep: "selective", config: QWEN2 },
  ...Object.fromEntries(
    FAMILIES.map((family): [string, Case] => [
      `LoRA of ${family}`,
      { train: { lora }, keep: "selective", config: { ...FAMILY_OPTIONS[family], headDim: 8 } },
    ]),
  ),
};

const missingDevice = await whyNoDevice();

/** False where a tensor can be moved to a WebGPU device. A graph that the device cannot run is a failure, not a reason to skip. */
async function whyNoDevice(): Promise<string | false> {
  const tensors = await createTensorFactory("webgpu");
  try {
    await tensors.frozen(new Float32Array(4), [4]);
    await tensors.release();
    return false;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return "no WebGPU device";
  }
}

for (const [title, options] of Object.entries(CASES)) {
  test(`WebGPU trains as the processor does: ${title}`, { skip: missingDevice }, async () => {
    const onGpu = await threeSteps(await open(options, "webgpu"));
    const onCpu = await threeSteps(await open(options, "cpu"));
    for (const [index, loss] of onCpu.losses.entries()) {
      assert.ok(
        Math.abs(onGpu.losses[index] - loss) < 1e-5 * loss,
        `step ${index}: ${onGpu.losses[index]}, not ${loss}`,
      );
    }
    for (const [index, { name, wanted }] of onCpu.gradients.entries()) {
      const difference = wanted.map((value, i) => value - onGpu.gradients[index].wanted[i]);
      assert.ok(Math.hypot(...difference) < 2e-4 * Math.hypot(...wanted), name);
    }
  });
}

const open = ({ config, ...options }: Case, device: "cpu" | "webgpu") =>
  createTrainer(tinyWeights({ config }), {
    ...{ sequenceTokens: 16, seed: 5, threads: 1, headChunkTokens: 4 },
    ...options,
    device,
  });

async function threeSteps(trainer: Trainer) {
  for (const [index, { name, data }] of trainer.parameters.entries()) {
    if (name.endsWith("lora_B")) data.set(uniform(data.length, 0.4, streamKey(8, index)));
  }
  const losses = [(await trainer.evaluate(tinyBatch())).lossSum];
  for (let step = 0; step < 3; step++) {
    if (step > 0) trainer.update({ learningRate: 0.01 });
    losses.push((await trainer.accumulate(tinyBatch(), { dropoutSeed: step, scale: 0.1 })).lossSum);
  }
  const gradients = trainer.parameters.map(({ name, gradient }) => ({ name, wanted: [...gradient] }));
  await trainer.dispose();
  return { losses, gradients };
}
