// Decides whether a suggestion that passed the filters is shown for an automatic request: by a score from 0 to 1, the probability that the
// person would write it. One function, `showScore`, so that a learned filter can replace it. Pure; must not look at texts.

/** The features of the score. Order and names are those of the weight tables. */
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
  historyShift: number; // log-odds, from what was learnt of the person and the answers to the last suggestions; 0: nothing is known
}

/** The length of a suggestion at which the least score is that of the eagerness, in UTF-16 units: about the mean of right ones. */
const USUAL_UNITS = 18;

/** Beyond these shares of USUAL_UNITS a length counts no more: nobody reads a word for nothing, or ten lines. */
const LENGTHS = { least: 0.5, most: 2 };

/**
 * The least score at which a suggestion is worth reading: where p · units saved ≥ (1 − p) · cost of reading. The cost is such that a suggestion of
 * usual length has to have the score `usual`.
 */
export function worthwhileScore(usual: number, units: number): number {
  const length = Math.min(LENGTHS.most, Math.max(LENGTHS.least, units / USUAL_UNITS));
  const odds = usual / (1 - usual) / length;
  return odds / (1 + odds);
}

/** What became of the last suggestions that were shown. */
export interface ShowHistory {
  recent: readonly ("accepted" | "ignored")[]; // the newest first, at most 10
  sinceLastShownMs?: number; // absent: none was shown yet
}

/** How many suggestions a person wants: the setting `eagerness`. */
export type Eagerness = "fewer" | "usual" | "more";

/** How much each feature counts, in log-odds. */
export interface ShowWeights {
  bias: number;
  weights: Readonly<Record<ShowFeature, number>>;
}

/** The fitted show decision of a model. */
export interface ShowFit extends ShowWeights {
  /** The least score that is shown, by how many suggestions the person wants. */
  thresholds: Readonly<Record<Eagerness, number>>;
}

/** Probability that the person would write exactly the suggestion: 0 to 1, calibrated on places that were not fitted on. */
export function showScore(features: ShowFeatures, weights: ShowWeights): number {
  return 1 / (1 + Math.exp(-showLogOdds(features, weights, features.historyShift)));
}

/** The log-odds of the score, beginning with what does not depend on the suggestion. @param shift by what is known of the person */
export function showLogOdds(
  features: Readonly<Record<ShowFeature, number>>,
  { bias, weights }: ShowWeights,
  shift = 0,
): number {
  let logOdds = bias + shift;
  for (const name of SHOW_FEATURES) logOdds += weights[name] * features[name];
  return logOdds;
}

/**
 * The difference between an accepted and an ignored last suggestion, in log-odds: the weight of "previous label" in Copilot's client of
 * 2022. It is not fitted here: cases have no history.
 */
const ACCEPTED_LOG_ODDS = 0.997;

/** The share of accepted suggestions at which the shift is 0: about the share published for completion in editors. */
const USUAL_ACCEPTED_SHARE = 0.3;

/** The weight of each answer, as a share of the next newer one's. */
const DECAY = 0.8;

/** Prior weight: this many average answers are assumed before the first one, so that a single answer says little. */
const PRIOR_ANSWERS = 2;

/** Half-life of the history, in milliseconds: after this pause it counts half. */
const HALF_LIFE_MS = 30 * 60_000;

/** The log-odds by which the last answers shift a score: above 0 for a person who accepts more than usual. */
export function historyShift({ recent, sinceLastShownMs = 0 }: ShowHistory): number {
  let [accepted, total] = [PRIOR_ANSWERS * USUAL_ACCEPTED_SHARE, PRIOR_ANSWERS];
  for (const [age, answer] of recent.entries()) {
    total += DECAY ** age;
    if (answer === "accepted") accepted += DECAY ** age;
  }
  const fade = 0.5 ** (Math.max(0, sinceLastShownMs) / HALF_LIFE_MS);
  return ACCEPTED_LOG_ODDS * (accepted / total - USUAL_ACCEPTED_SHARE) * fade;
}
