// Decides whether a suggestion that passed the filters is worth showing: not where the model itself holds it for improbable.
// One pure function, so that a learned score can take its place.

/**
 * Natural logarithms of the least probability of a line, and of a token on the average. Chosen on development cases (one line,
 * greedy; 283 completions, 54 of them right): they hide 141 of the 229 wrong ones and 1 of the right ones.
 */
const LEAST_LINE_LOG_PROB = -3;
const LEAST_MEAN_LOG_PROB = -0.6;

/** @param logProbs of the tokens that were generated for `text`, those of its end among them */
export function worthShowing(text: string, logProbs: readonly number[]): boolean {
  if (logProbs.length === 0) return true;
  const lines = text.split("\n").filter((line) => line.trim() !== "").length;
  const logProb = logProbs.reduce((sum, value) => sum + value, 0);
  return logProb >= LEAST_LINE_LOG_PROB * Math.max(1, lines) && logProb >= LEAST_MEAN_LOG_PROB * logProbs.length;
}
