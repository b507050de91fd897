// Decides whether a suggestion that passed the filters is worth showing where nobody asked for it: by a score from 0 to 1, the probability
// that it is what would be written. One function, `showScore`, so that a learned filter can take its place. Pure; must not look at texts.

/** What speaks for a suggestion and against it. Order and names are those of the tables of weights. */
export const SHOW_FEATURES = [
  "lineDoubt", // the root of the negative log probability of a line that is shown, all its tokens together: the first doubts weigh most
  "endLogProb", // natural logarithm of the probability of the token after what is shown, in most cases the line's end; 0: it has none
  "unknownNames", // the share of its names that stand neither near the cursor nor in the pieces of the prompt
  "onlyPunctuation", // 1 where it holds no letter or digit
  "opensBlock", // 1 where it opens a bracket that the text below closes
  "inComment", // 1 where the cursor stands in a comment: nobody foresees prose
  "insideWord", // 1 where the cursor stands after a letter or digit
] as const;

export type ShowFeature = (typeof SHOW_FEATURES)[number];

export interface ShowFeatures extends Readonly<Record<ShowFeature, number>> {
  historyShift: number; // log-odds, from what the person did with the last suggestions; 0: nothing is known
}

/** What became of the last suggestions that were shown. */
export interface ShowHistory {
  recent: readonly ("accepted" | "ignored")[]; // the newest first, at most 10
  sinceLastShownMs?: number; // absent: none was shown yet
}

/** How much each feature counts, in log-odds. */
export interface ShowWeights {
  bias: number;
  weights: Readonly<Record<ShowFeature, number>>;
}

/** How the suggestions of a model are decided about. */
export interface ShowFit extends ShowWeights {
  threshold: number; // the least score that is shown
}

/** How probable it is that the suggestion is exactly what would be written: 0 to 1, calibrated on places that were not fitted on. */
export function showScore(features: ShowFeatures, { bias, weights }: ShowWeights): number {
  let logOdds = bias + features.historyShift;
  for (const name of SHOW_FEATURES) logOdds += weights[name] * features[name];
  return 1 / (1 + Math.exp(-logOdds));
}

/**
 * Between an accepted and an ignored last suggestion lie so many log-odds: the weight that Copilot's client of 2022 carries for it
 * ("previous label"). It is not fitted here: cases have no history.
 */
const ACCEPTED_LOG_ODDS = 0.997;

/** The share of accepted suggestions at which nothing is shifted: about what is published for completion in editors. */
const USUAL_ACCEPTED_SHARE = 0.3;

/** How much each answer counts, as a share of the next newer one. */
const DECAY = 0.8;

/** Answers that weigh nothing yet: as many usual ones are taken to stand before the first, so that a single answer says little. */
const PRIOR_ANSWERS = 2;

/** After this pause the history counts half, in milliseconds. */
const HALF_LIFE_MS = 30 * 60_000;

/** The log-odds by which the last answers shift a score: above 0 for somebody who accepts more than usual. */
export function historyShift({ recent, sinceLastShownMs = 0 }: ShowHistory): number {
  let [accepted, total] = [PRIOR_ANSWERS * USUAL_ACCEPTED_SHARE, PRIOR_ANSWERS];
  for (const [age, answer] of recent.entries()) {
    total += DECAY ** age;
    if (answer === "accepted") accepted += DECAY ** age;
  }
  const fade = 0.5 ** (Math.max(0, sinceLastShownMs) / HALF_LIFE_MS);
  return ACCEPTED_LOG_ODDS * (accepted / total - USUAL_ACCEPTED_SHARE) * fade;
}
