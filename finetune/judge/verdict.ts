// Decides whether a workspace's adapter is kept: only if it demonstrably helps there, and costs little elsewhere. Pure.

import type { CompletionFigures } from "../protocol/fineTune.ts";
import {
  type AnsweredCase,
  type Comparison,
  compareAnswers,
  type Gains,
  type Sample,
  samplesOf,
} from "./comparison.ts";

export interface Verdict {
  accepted: boolean;
  reason: string; // a plain sentence with the figures
  cases: number; // number of held-out cases of this workspace
  files: number;
  before: CompletionFigures;
  after: CompletionFigures;
  interval: [number, number]; // of the gain in exact match, 95 %
  gains: Gains;
  forgetting: number; // points lost on the general set, as computed by `forgettingOf`; below 0 if it gained
  general: Comparison;
  kept?: Comparison; // on held-out kept examples; absent where there are none
  samples: Sample[];
}

/** The fewest cases of a verdict. With fewer, a single case makes a difference of over three points. */
export const MIN_CASES = 30;

/** The fewest files of a verdict. Five files all gain by chance once in 32 times; with fewer, no gain could be distinguished from chance. */
export const MIN_FILES = 5;

/** The largest acceptable loss, in points on the general set. */
export const MOST_FORGETTING = 2;

/**
 * Whether the gain is significant. Exact match alone decides where its gain is clear. But a few hundred places cannot show a gain of two points
 * (its interval is five or six points wide to each side), even if it exists. So an adapter is also kept if its exact match does not fall, the
 * written text comes clearly nearer to the expected one, and the expected one becomes clearly more probable. Those two are measured by degrees
 * in each place, and both must agree.
 */
export function isSignificant({ exactMatch, editSimilarity, loss }: Gains): boolean {
  if (exactMatch.interval[0] > 0) return true;
  return exactMatch.mean >= 0 && editSimilarity.interval[0] > 0 && loss.interval[0] > 0;
}

/** The fewest held-out kept examples that speak against an adapter. */
export const MIN_KEPT_CASES = 10;

/** Whether the adapter is clearly worse where the person worked: in exact match, or by both degrees. */
export function isClearlyWorse({ exactMatch, editSimilarity, loss }: Gains): boolean {
  return exactMatch.interval[1] < 0 || (editSimilarity.interval[1] < 0 && loss.interval[1] < 0);
}

/**
 * @param general the same two models on the general set; both must hold a case
 * @param kept the same on held-out kept examples: they can speak against an adapter, and never for it
 */
export function verdictOf(
  heldOut: readonly AnsweredCase[],
  general: readonly AnsweredCase[],
  kept: readonly AnsweredCase[] = [],
): Verdict {
  const workspace = compareAnswers(heldOut);
  const elsewhere = compareAnswers(general);
  const forgetting = forgettingOf(elsewhere);
  const onKept = kept.length > 0 ? compareAnswers(kept) : undefined;
  return {
    ...judged(workspace, forgetting, onKept),
    cases: workspace.cases,
    files: workspace.files,
    before: workspace.before,
    after: workspace.after,
    interval: workspace.gains.exactMatch.interval,
    gains: workspace.gains,
    forgetting,
    general: elsewhere,
    ...(onKept && { kept: onKept }),
    samples: samplesOf(heldOut),
  };
}

/**
 * Points lost on the general set, by exact match or by edit similarity, whichever has lost more: with a few hundred places exact match is known
 * only within three points.
 */
export const forgettingOf = ({ gains: { exactMatch, editSimilarity } }: Comparison): number =>
  0 - 100 * Math.min(exactMatch.mean, editSimilarity.mean);

export const forgetsTooMuch = (forgetting: number): boolean => forgetting > MOST_FORGETTING + 1e-9;

/** The decision, and its reason. */
export function judged(
  workspace: Comparison,
  forgetting: number,
  kept?: Comparison,
): { accepted: boolean; reason: string } {
  const { cases, files, gains } = workspace;
  const refused = (why: string) => ({ accepted: false, reason: `Not kept: ${why}.` });
  if (cases < MIN_CASES)
    return refused(`there are only ${cases} held-out places to judge by, and ${MIN_CASES} are needed`);
  if (files < MIN_FILES)
    return refused(
      `the held-out places are of only ${files} ${files === 1 ? "file" : "files"}, and ${MIN_FILES} are needed`,
    );
  const change = `${changeOf(workspace)} (${marginOf(workspace)})`;
  if (!isSignificant(gains)) return refused(`${change}, which is no clear gain`);
  if (forgetsTooMuch(forgetting)) {
    const lost = `lost ${points(forgetting)}, and ${MOST_FORGETTING} are the most`;
    return refused(`${change}, but code of other projects ${lost}`);
  }
  if (kept && kept.cases >= MIN_KEPT_CASES && isClearlyWorse(kept.gains)) {
    const fell = `${percent(kept.before.exactMatch)} to ${percent(kept.after.exactMatch)}`;
    return refused(
      `${change}, but it is clearly worse on ${kept.cases} kept examples (exact match ${fell}); without them (sotto.keepExamples) it may be kept`,
    );
  }
  return { accepted: true, reason: `Kept: ${change}, and code of other projects ${changeElsewhere(forgetting)}.` };
}

function changeOf({ cases, before, after, gains }: Comparison): string {
  const was = percent(before.exactMatch);
  const is = percent(after.exactMatch);
  const { mean } = gains.exactMatch;
  const moved = mean === 0 ? `stayed at ${is}` : `${mean > 0 ? "rose" : "fell"} from ${was} to ${is}`;
  const exact = `exact match on ${cases} held-out places ${moved}`;
  if (!byDegrees(gains)) return exact;
  const similarity = `edit similarity rose from ${percent(before.editSimilarity)} to ${percent(after.editSimilarity)}`;
  return `${exact}, ${similarity} and the loss fell from ${nats(before.loss)} to ${nats(after.loss)} nats a character`;
}

function marginOf({ gains }: Comparison): string {
  const { exactMatch, editSimilarity, loss } = gains;
  if (!byDegrees(gains)) return `95 % interval of the gain ${between(exactMatch.interval)}`;
  const ofLoss = loss.interval.map(nats).join(" to ");
  return `95 % intervals of the gains ${between(editSimilarity.interval)} and ${ofLoss} nats`;
}

/** Whether the gain is significant, but not by exact match. */
const byDegrees = (gains: Gains): boolean => isSignificant(gains) && gains.exactMatch.interval[0] <= 0;

const changeElsewhere = (forgetting: number): string =>
  forgetting > 0 ? `lost ${points(forgetting)}` : forgetting < 0 ? `won ${points(-forgetting)}` : "lost nothing";

export const percent = (share: number): string => `${fixed(100 * share, 1)} %`;
export const points = (value: number): string => `${fixed(value, 1)} points`;
export const nats = (value: number): string => fixed(value, 3);

/** The number as text, without a minus sign before zeros. */
const fixed = (value: number, digits: number): string => value.toFixed(digits).replace(/^-(?=[0.]+$)/, "");

const between = ([low, high]: [number, number]): string =>
  `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} points`;
