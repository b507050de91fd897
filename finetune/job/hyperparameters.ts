// The hyperparameters of a fine-tuning, in one table. How they were found is in docs/log.

import { TRAINING_DEFAULTS } from "../../server/train/run/request.ts";

export const HYPERPARAMETERS = {
  rank: TRAINING_DEFAULTS.rank,
  alpha: 2 * TRAINING_DEFAULTS.rank,
  dropout: 0,
  batchTokens: 4096, // of a step
  mostPasses: 3, // over the data
  leastSteps: 24, // where there is hardly any time: fewer show nothing
  evaluations: 12, // of the held-out loss, in the whole run
  validationSequences: 24, // an evaluation then takes as long as a step
  patience: 3, // evaluations without a better held-out loss, then the training ends
} as const;

/**
 * Of an adapter: the first that costs other code little enough is judged, and kept. None at all of its strength: at 70 % the same factors
 * cost other code less, and were right no less often on lines to come (four pairs pooled: +1.5 points, −0.3 to +3.3; a lower loss).
 */
export const STRENGTHS = [0.7, 0.5] as const;

export const RATE_SEARCH = {
  grid: [1e-3, 2e-3, 4e-3], // rising by `factor`
  factor: 2,
  most: 5, // rates in all, with those beyond the edges of the grid
  likely: 4, // as many are counted with when the steps are planned: the grid, and one beyond its edge
  share: 0.08, // of the steps that each rate gets
  leastSteps: 6, // of a short run
  nearTie: 0.1, // gains that differ by a smaller share count as equal: a short run favours high rates, and they forget more
} as const;

/** A short run that shows how fast this machine trains, and is thrown away. */
export const SPEED_RUN = { sequences: 2, steps: 2 } as const; // the first step warms up
