// Whether a workspace's adapter is kept: only where it is shown to help there, and costs little elsewhere. Pure.

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
  cases: number; // held out, of this workspace
  files: number;
  before: CompletionFigures;
  after: CompletionFigures;
  interval: [number, number]; // of the gain in exact match, 95 %
  gains: Gains;
  forgetting: number; // points lost on the general set, as `forgettingOf` has them; below 0 where it won some
  general: Comparison;
  samples: Sample[];
}

/** Fewer places tell nothing: one of them more or less is three points. */
export const MIN_CASES = 30;

/** That each of so many files gains something happens by chance once in 32 times: with fewer, nothing could be told from chance. */
export const MIN_FILES = 5;

/** In points on the general set. */
export const MOST_FORGETTING = 2;

/**
 * Exact match alone decides where its gain is clear. But a few hundred places cannot show a gain of two points (its interval is five or six
 * points wide to each side), though it may be there: so an adapter is kept, too, whose exact match does not fall while the written text comes
 * clearly nearer to the expected one and the expected one becomes clearly more probable. Those two are measured in each place by degrees,
 * and both must agree.
 */
export function isSignificant({ exactMatch, editSimilarity, loss }: Gains): boolean {
  if (exactMatch.interval[0] > 0) return true;
  return exactMatch.mean >= 0 && editSimilarity.interval[0] > 0 && loss.interval[0] > 0;
}

/** @param general the same two models on the general set; both must hold a case */
export function verdictOf(heldOut: readonly AnsweredCase[], general: readonly AnsweredCase[]): Verdict {
  const workspace = compareAnswers(heldOut);
  const elsewhere = compareAnswers(general);
  const forgetting = forgettingOf(elsewhere);
  return {
    ...judged(workspace, forgetting),
    cases: workspace.cases,
    files: workspace.files,
    before: workspace.before,
    after: workspace.after,
    interval: workspace.gains.exactMatch.interval,
    gains: workspace.gains,
    forgetting,
    general: elsewhere,
    samples: samplesOf(heldOut),
  };
}

/**
 * Points lost on the general set, by exact match or by edit similarity, whichever has lost more: of a few hundred places the former is known to
 * within three points only.
 */
export const forgettingOf = ({ gains: { exactMatch, editSimilarity } }: Comparison): number =>
  0 - 100 * Math.min(exactMatch.mean, editSimilarity.mean);

export const forgetsTooMuch = (forgetting: number): boolean => forgetting > MOST_FORGETTING + 1e-9;

/** The decision, and what it rests on. */
export function judged(workspace: Comparison, forgetting: number): { accepted: boolean; reason: string } {
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

/** Significant, but not by exact match. */
const byDegrees = (gains: Gains): boolean => isSignificant(gains) && gains.exactMatch.interval[0] <= 0;

const changeElsewhere = (forgetting: number): string =>
  forgetting > 0 ? `lost ${points(forgetting)}` : forgetting < 0 ? `won ${points(-forgetting)}` : "lost nothing";

export const percent = (share: number): string => `${fixed(100 * share, 1)} %`;
export const points = (value: number): string => `${fixed(value, 1)} points`;
export const nats = (value: number): string => fixed(value, 3);

/** Without a minus before zeros. */
const fixed = (value: number, digits: number): string => value.toFixed(digits).replace(/^-(?=[0.]+$)/, "");

const between = ([low, high]: [number, number]): string =>
  `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} points`;
