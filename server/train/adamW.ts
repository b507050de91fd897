// AdamW (Loshchilov and Hutter 2019) with clipping of the global gradient norm (Pascanu et al. 2013). Owns the arithmetic of one update.

import type { TrainableParameter, UpdateOptions } from "./types.ts";

const CLIP_EPSILON = 1e-6; // as in PyTorch's clip_grad_norm_

/** The Euclidean norm of all gradients together. */
export function gradientNorm(parameters: readonly TrainableParameter[]): number {
  let total = 0;
  for (const { gradient } of parameters) {
    let sum = 0;
    for (let i = 0; i < gradient.length; i++) sum += gradient[i] * gradient[i];
    total += sum;
  }
  return Math.sqrt(total);
}

/** One update of all parameters with their gradients times `gradientScale`; `step` is the update's number, from 1. */
export function adamW(
  parameters: readonly TrainableParameter[],
  step: number,
  gradientScale: number,
  { learningRate, beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8, weightDecay = 0.01 }: UpdateOptions,
): void {
  const stepSize = learningRate / (1 - beta1 ** step);
  const secondCorrection = 1 / (1 - beta2 ** step);
  for (const { data, gradient, m, v, decay } of parameters) {
    const shrink = decay ? 1 - learningRate * weightDecay : 1;
    for (let i = 0; i < data.length; i++) {
      const g = gradient[i] * gradientScale;
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      data[i] = data[i] * shrink - (stepSize * m[i]) / (Math.sqrt(v[i] * secondCorrection) + epsilon);
    }
  }
}

/** The factor on the gradients that limits their norm to `clipNorm`. */
export const clipScale = (norm: number, clipNorm: number): number => Math.min(1, clipNorm / (norm + CLIP_EPSILON));
