// The hyperparameters of a fine-tuning, in one table. docs/log says how they were found.

import { TRAINING_DEFAULTS } from "../../server/train/run/request.ts";

export const HYPERPARAMETERS = {
  rank: TRAINING_DEFAULTS.rank,
  alpha: 2 * TRAINING_DEFAULTS.rank,
  dropout: 0, // as long as nothing is seen twice
  repeatedDropout: 0.1, // where the data are passed over more than once
  precision: TRAINING_DEFAULTS.precision,
  batchTokens: 4096, // tokens per step, about: whole sequences
  mostPasses: 3, // most passes over the data
  leastSteps: 24, // even where there is little time: fewer steps show nothing
  evaluations: 12, // evaluations of the held-out loss in the whole run
  patience: 3, // evaluations without a better held-out loss after which the training ends
} as const;

/**
 * The strengths of an adapter to try: the first one that costs other code little enough is judged, and kept. Full strength is not among them: at
 * 70 % the same factors cost other code less, and were right no less often on lines to come (four pairs pooled: +1.5 points, −0.3 to +3.3; a
 * lower loss).
 */
export const STRENGTHS = [0.7, 0.5] as const;

export const RATE_SEARCH = {
  grid: [1e-3, 2e-3, 4e-3], // successive rates differ by `factor`
  factor: 2,
  most: 5, // most rates in all, including those beyond the edges of the grid
  likely: 4, // rates assumed when the steps are planned: the grid, and one beyond its edge
  share: 0.08, // share of the steps that each rate gets
  leastSteps: 6, // fewest steps of a short run
  nearTie: 0.1, // gains that differ by a smaller share count as equal: a short run favours high rates, which forget more
} as const;

/** A short run that measures how fast this machine trains, and is then discarded. */
export const SPEED_RUN = { sequences: 1, steps: 2 } as const; // the first step warms up
