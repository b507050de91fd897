// The fitted weights of the mixture; written by lab/fit/fitMemory.ts.

import type { MixtureWeights } from "./mixture.ts";

export const MIXTURE: MixtureWeights = {
  sources: [
    { bias: 2.641, length: -0.021, distinct: 1.348, power: 0.621 },
    { bias: 2.507, length: -0.247, distinct: 1.339, power: 0.492 },
    { bias: 3.486, length: -0.417, distinct: 1.011, power: 0.585 },
  ],
  entropy: -0.143,
  certainty: 0.667,
};
