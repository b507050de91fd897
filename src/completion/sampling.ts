// How a completion is drawn from the model's distribution. Owns the constants; the temperature is a person's setting.

import type { Sampling } from "../../server/host/protocol/messages.ts";

/** Number of most likely tokens to sample from above temperature 0: in code, one word out of the long tail spoils a whole line. */
const TOP_K = 40;
const TOP_P = 0.95;

/** Without a seed: the host derives one from the prompt, so that the same place gets the same text. */
export const samplingAt = (temperature: number): Sampling =>
  temperature === 0 ? { temperature } : { temperature, topK: TOP_K, topP: TOP_P };
