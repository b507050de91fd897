// The fitted weights of the mixture; written by lab/fit/fitMemory.ts.

import type { MixtureWeights } from "./mixture.ts";

export const MIXTURE: MixtureWeights = {
  sources: [
    { bias: 1.627, length: -0.266, distinct: 2.694, power: 0.761 },
    { bias: 2.062, length: -0.744, distinct: 1.862, power: 0.638 },
    { bias: 2.785, length: -1.105, distinct: 1.685, power: 0.769 },
  ],
  entropy: 0.115,
  certainty: 0.952,
};
