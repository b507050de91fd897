// The show decision where a model tells no probabilities of its tokens, as some servers do: a rule, not a fit. What a fit would take for sureness
// is absent there, so only what is short and known in its surroundings is shown unasked. Pure. The figures were chosen, not fitted: of a hundred
// judged places the rule's choice is right less often than the fits' (docs/log/2026-12.md).

import type { SymbolVerdict } from "../symbols/symbolVerdict.ts";
import type { Eagerness, ShowFeatures } from "./showDecision.ts";

/** The share of unfamiliar names above which they count as a doubt. Half of them may be: a member of what is known stands nowhere near. */
const UNFAMILIAR = 0.5;

/** The lengths above which a text counts as a quarter of a doubt, a half and one, in UTF-16 units: each further word may be wrong. */
const SHORT_UNITS = 15;
const MIDDLING_UNITS = 30;
const LONG_UNITS = 60;

/** The least score that is shown: without a doubt; with a quarter of one; with one. */
export const RULE_THRESHOLDS: Readonly<Record<Eagerness, number>> = { fewer: 0.7, usual: 0.625, more: 0.4 };

/** From 0 to 0.7: never as sure as a fit can be. @param verdict of the compiler; undefined where it was not asked */
export function ruleScore(
  { unknownNames, onlyPunctuation, inComment }: ShowFeatures,
  text: string,
  verdict: SymbolVerdict | undefined,
): number {
  const ofNames = unknownNames === 1 ? 2 : unknownNames > UNFAMILIAR ? 1 : 0;
  const { length } = text.trim();
  const isLong = length > LONG_UNITS || text.trim().includes("\n");
  const ofLength = isLong ? 1 : length > MIDDLING_UNITS ? 0.5 : length > SHORT_UNITS ? 0.25 : 0;
  const doubts = (verdict === "known" ? 0 : ofNames) + ofLength + onlyPunctuation + inComment;
  return Math.max(0, 7 - 3 * doubts) / 10;
}
