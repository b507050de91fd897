// What was learnt of a person for the show decision: how far the log-odds of the score are to be stretched and shifted, so that the score is the
// probability that this person writes the suggestion. Logistic regression by one Laplace step a label, with a Gaussian prior and forgetting: the
// evidence is sums that can be added, so that windows can learn apart. Pure; must not look at texts.

/** A suggestion, shown or withheld, of which is known what was written in its place. */
export interface Label {
  logOdds: number; // of the fit, without what was learnt
  languageId: string;
  isRight: boolean; // exactly the suggestion was written
}

/** Sums over the labels of a language, each counted less the more came after it. w is the weight of a label in a Laplace step. */
interface LanguageEvidence {
  squares: number; // of w · logOdds²
  products: number; // of w · logOdds
  weights: number; // of w
  pulls: number; // of z · logOdds, where z is what the step adds to precision times mean
  shifts: number; // of z
}

export interface Evidence {
  labels: number; // that were learnt from, all of them alike
  byLanguage: Readonly<Record<string, Readonly<LanguageEvidence>>>; // at most MOST_LANGUAGES, and the others together
}

/** log-odds of a person = slope · log-odds of the fit + shift + the language's shift. */
export interface Calibration {
  slope: number;
  shift: number;
  byLanguage: Readonly<Record<string, number>>;
}

/** The show decision as it was fitted: nothing is learnt. */
export const UNLEARNT: Calibration = { slope: 1, shift: 0, byLanguage: {} };

export const NO_EVIDENCE: Evidence = { labels: 0, byLanguage: {} };

/** Standard deviations of the prior, whose mean is UNLEARNT. */
const PRIOR = { slope: 0.3, shift: 0.5, language: 0.3 };

/**
 * The slope stays between these. What was fitted on much code tells right from wrong for anybody: labels that say otherwise are noise, and then only
 * their share of right ones counts.
 */
const SLOPES = { least: 0.7, most: 1.4 };

/** A label counts half after this many later ones. */
const HALF_LIFE_LABELS = 500;

/** Log-odds beyond this are as good as certain; they are cut, so that a single one cannot turn the slope. */
const MOST_LOG_ODDS = 3;

/** The most by which the log-odds of any score may move within a day. */
const MOST_SHIFT_A_DAY = 1;

/** Languages with a shift of their own. */
export const MOST_LANGUAGES = 8;

/** The longest language id that has a shift of its own, in UTF-16 units. */
export const MOST_ID_UNITS = 40;

/** A language whose labels weigh less than this is forgotten. */
const FORGOTTEN_WEIGHT = 0.01;

/** Where the labels of the languages beyond MOST_LANGUAGES are counted. No language has this id. */
const OTHERS = "*";

/** The evidence with one more label. @param known what is known before it */
export function withLabel(evidence: Evidence, known: Calibration, { logOdds, languageId, isRight }: Label): Evidence {
  const x = cut(logOdds);
  const expected = calibrated(x, languageId, known);
  const probability = 1 / (1 + Math.exp(-expected));
  const weight = probability * (1 - probability);
  const z = weight * expected + (isRight ? 1 : 0) - probability;
  const one = { squares: weight * x * x, products: weight * x, weights: weight, pulls: z * x, shifts: z };
  return joined(evidence, { labels: 1, byLanguage: { [languageId]: one } });
}

/** Both together. @param newer counts in full, and `older` less by as many labels as it has */
export function joined(older: Evidence, newer: Evidence): Evidence {
  const faded = 0.5 ** (newer.labels / HALF_LIFE_LABELS);
  const byLanguage: Record<string, LanguageEvidence> = Object.create(null);
  const add = (languages: Evidence["byLanguage"], times: number) => {
    for (const [languageId, sums] of Object.entries(languages)) {
      if (times * sums.weights < FORGOTTEN_WEIGHT && times < 1) continue;
      const hasRoom = languageId in byLanguage || Object.keys(byLanguage).length < MOST_LANGUAGES;
      const name = hasRoom && languageId.length <= MOST_ID_UNITS ? languageId : OTHERS;
      const into = (byLanguage[name] ??= { squares: 0, products: 0, weights: 0, pulls: 0, shifts: 0 });
      for (const sum of SUMS) into[sum] += times * sums[sum];
    }
  };
  add(older.byLanguage, faded);
  add(newer.byLanguage, 1);
  return { labels: older.labels + newer.labels, byLanguage };
}

export const SUMS = ["squares", "products", "weights", "pulls", "shifts"] as const;

/**
 * The most probable calibration. @param priorShift the mean of the shift's prior, in log-odds: what the last answers say, which counts less the more
 * labels there are
 */
export function calibrationOf({ byLanguage }: Evidence, priorShift = 0): Calibration {
  const prior = { slope: 1 / PRIOR.slope ** 2, shift: 1 / PRIOR.shift ** 2, language: 1 / PRIOR.language ** 2 };
  // the normal equations of slope and shift, from which each language's shift is eliminated
  let [aa, ab, bb, a, b] = [prior.slope, 0, prior.shift, prior.slope, prior.shift * priorShift];
  for (const { squares, products, weights, pulls, shifts } of Object.values(byLanguage)) {
    const own = prior.language + weights;
    aa += squares - products ** 2 / own;
    ab += products - (products * weights) / own;
    bb += weights - weights ** 2 / own;
    a += pulls - (products * shifts) / own;
    b += shifts - (weights * shifts) / own;
  }
  const free = (a * bb - b * ab) / (aa * bb - ab * ab);
  const slope = Math.max(SLOPES.least, Math.min(SLOPES.most, free));
  const shift = (b - ab * slope) / bb;
  const languages = Object.entries(byLanguage).map(([languageId, { products, weights, shifts }]) => [
    languageId,
    (shifts - products * slope - weights * shift) / (prior.language + weights),
  ]);
  return { slope, shift, byLanguage: Object.fromEntries(languages) };
}

/** What is known of a person, and what was known when the day began. */
export interface Learnt {
  evidence: Evidence;
  dayBegan: { atMs: number; calibration: Calibration };
}

const DAY_MS = 86_400_000;

export const nothingLearnt = (nowMs: number): Learnt => ({
  evidence: NO_EVIDENCE,
  dayBegan: { atMs: nowMs, calibration: UNLEARNT },
});

/** The calibration now: within a day of what it was when the day began. @param priorShift see `calibrationOf` */
export function calibrationNow({ evidence, dayBegan }: Learnt, priorShift = 0): Calibration {
  const plain = bounded(dayBegan.calibration, calibrationOf(evidence));
  if (priorShift === 0) return plain;
  // the last answers are no part of what is learnt, and nothing bounds them but their weight
  return moved(plain, calibrationOf(evidence), calibrationOf(evidence, priorShift), 1);
}

/** The same at another time: 24 hours later another day begins. Where the clock went back, the day begins anew with what it began with. */
export function atTime(learnt: Learnt, nowMs: number): Learnt {
  const { atMs, calibration } = learnt.dayBegan;
  if (nowMs < atMs) return { ...learnt, dayBegan: { atMs: nowMs, calibration } };
  return nowMs - atMs < DAY_MS ? learnt : { ...learnt, dayBegan: { atMs: nowMs, calibration: calibrationNow(learnt) } };
}

/** Whether more evidence may be learnt: not where the day's bound is reached, and it would lead further on. A flood ends here. */
export function isWithinDay({ evidence, dayBegan: { calibration } }: Learnt, more: Evidence): boolean {
  const before = shareOfDay(calibration, calibrationOf(evidence));
  return before < 1 || shareOfDay(calibration, calibrationOf(more)) < before;
}

/** How far two calibrations lie apart, as a share of what may be learnt within a day: at 1, the log-odds of some score move by all of it. */
function shareOfDay(from: Calibration, to: Calibration): number {
  const ofLanguages = languagesOf(from, to).map((id) => Math.abs(shiftIn(to, id) - shiftIn(from, id)));
  const { slope, shift } = { slope: Math.abs(to.slope - from.slope), shift: Math.abs(to.shift - from.shift) };
  return (MOST_LOG_ODDS * slope + shift + Math.max(0, ...ofLanguages)) / MOST_SHIFT_A_DAY;
}

/** The calibration on the way from one to another that may be reached within a day. */
const bounded = (from: Calibration, to: Calibration): Calibration =>
  moved(from, from, to, 1 / Math.max(1, shareOfDay(from, to)));

/** A calibration after a share of the way that leads from `from` to `to`. */
function moved(start: Calibration, from: Calibration, to: Calibration, share: number): Calibration {
  const along = (at: number, a: number, b: number) => at + share * (b - a);
  const languages = languagesOf(start, to).map((id) => [
    id,
    along(shiftIn(start, id), shiftIn(from, id), shiftIn(to, id)),
  ]);
  return {
    slope: along(start.slope, from.slope, to.slope),
    shift: along(start.shift, from.shift, to.shift),
    byLanguage: Object.fromEntries(languages),
  };
}

const languagesOf = (...all: Calibration[]): string[] => [
  ...new Set(all.flatMap(({ byLanguage }) => Object.keys(byLanguage))),
];

/** The log-odds for this person. */
export function calibrated(logOdds: number, languageId: string, calibration: Calibration): number {
  const { slope, shift, byLanguage } = calibration;
  const own = shiftIn(calibration, Object.hasOwn(byLanguage, languageId) ? languageId : OTHERS);
  // beyond the cut, the slope is 1 again: nothing was learnt there
  return logOdds + (slope - 1) * cut(logOdds) + shift + own;
}

/** A language's own shift. Language ids are a person's: one with the name of what every object has is a name like another. */
const shiftIn = ({ byLanguage }: Calibration, id: string): number =>
  Object.hasOwn(byLanguage, id) ? byLanguage[id]! : 0;

const cut = (logOdds: number): number => Math.max(-MOST_LOG_ODDS, Math.min(MOST_LOG_ODDS, logOdds));
