// The facts of the dashboard: counts by week and by language, and shares with their intervals. Pure; words and pictures are made elsewhere.

import { restsOn } from "../alternateDays.ts";
import { type Counts, readOf, sumCounts } from "../counts.ts";
import { withAdapterKey } from "../modelKey.ts";
import { countsBy, type Days, dayOf, daysLater, type Kind, mondayOf, type Row, rowsOf } from "../statistics.ts";

/** A share of what was counted, with its 95 % interval (Wilson's). */
export interface Share {
  part: number;
  of: number;
  low: number; // from 0 to 1
  high: number;
}

export interface Week extends Counted {
  from: string; // its Monday, "2026-01-26"
}

export interface DashboardFacts {
  today: string;
  weeks: Week[]; // every week from the first to this one, also where nothing was counted
  languages: OfLanguage[]; // of those weeks, the most shown first
  models: OfModel[]; // of each language and model, in the same order
  kinds: OfKind[]; // of each model and kind
  comparisons: Comparison[]; // of adapters that rest on every second day
}

/** A workspace's adapter and its model alone, on the days between the first and the last on which the adapter rested. */
export interface Comparison {
  model: string; // key of the model with the adapter
  from: string;
  to: string;
  withAdapter: Counted;
  without: Counted;
}

/** What was counted together, and both acceptance rates. */
export interface Counted {
  counts: Counts;
  taken: Share; // suggestions of which something was accepted, of those that were read
  takenCharacters: { part: number; of: number }; // accepted, of all that were shown; no interval, since those of one suggestion go together
}

interface OfLanguage extends Counted {
  languageId: string;
}

interface OfModel extends OfLanguage {
  model: string; // see modelKey.ts
}

export interface OfKind extends Counted {
  model: string;
  kind: Kind | "";
}

/** With fewer suggestions read than this a share says too little. */
export const FEWEST_READ = 30;

const Z = 1.959964; // of the normal distribution, for 95 %

/** How many weeks are told of, this one included. */
const MOST_WEEKS = 13;

/** The first day that the facts are about: a Monday. */
export const firstDayTold = (nowMs: number, mostWeeks = MOST_WEEKS): string =>
  daysLater(mondayOf(dayOf(nowMs)), -7 * (mostWeeks - 1));

/** @param mostWeeks how many weeks are told of, this one included */
export function factsOf(days: Days, nowMs: number, mostWeeks = MOST_WEEKS): DashboardFacts {
  const today = dayOf(nowMs);
  const last = mondayOf(today);
  const earliest = firstDayTold(nowMs, mostWeeks);
  const told = rowsOf(days, earliest).filter(({ day }) => day <= today);
  const first = told.reduce((least, { day }) => (day < least ? day : least), today);
  const byWeek = countsBy(told, ({ day }) => mondayOf(day));
  const weeks: Week[] = [];
  for (let from = mondayOf(first); from <= last; from = daysLater(from, 7))
    weeks.push({ from, ...countedOf(byWeek.get(from) ?? {}) });
  const ofLanguages = withoutDays(told.filter(({ languageId }) => languageId !== "")); // the others: requests of weeks that are long past
  const ofSuggestions = ofLanguages.filter(hasShown);
  return {
    today,
    weeks,
    languages: grouped(ofLanguages, ({ languageId }) => ({ languageId })),
    models: grouped(ofSuggestions, ({ languageId, model }) => ({ languageId, model })),
    kinds: grouped(ofSuggestions, ({ model, kind }) => ({ model, kind })),
    comparisons: comparisonsIn(told.filter(hasShown)),
  };
}

const hasShown = ({ counts }: Row): boolean => (counts.shown ?? 0) > 0;

/** The rows of all days together, those on which something was shown apart: they are summed once, for all that tells no days. */
function withoutDays(rows: readonly Row[]): Row[] {
  const keyOf = (row: Row) => JSON.stringify([row.languageId, row.model, row.kind, hasShown(row)]);
  return [...countsBy(rows, keyOf)].map(([key, counts]) => {
    const [languageId, model, kind] = JSON.parse(key) as [string, string, Kind | ""];
    return { day: "", languageId, model, kind, counts };
  });
}

/** What is no day's own any more (weeks of long ago) is not compared, nor are days on which nothing was shown without the adapter beside them. */
function comparisonsIn(rows: readonly Row[]): Comparison[] {
  const ofDays = rows.filter(({ kind }) => kind === "line" || kind === "block");
  const rested = new Map<string, Row[]>(); // by the key of the model with the adapter
  for (const row of ofDays) {
    const key = withAdapterKey(row.model);
    if (key !== undefined && key !== row.model) rested.set(key, [...(rested.get(key) ?? []), row]);
  }
  return [...rested].map(([model, without]) => {
    const days = without.map(({ day }) => day).sort();
    const [before, after] = [daysLater(days[0], -1), daysLater(days.at(-1)!, 1)];
    const isCompared = ({ day }: Row) => !restsOn(day) && day >= before && day <= after;
    const worked = ofDays.filter((row) => row.model === model && isCompared(row));
    const all = [...days, ...worked.map(({ day }) => day)].sort();
    return { model, from: all[0], to: all.at(-1)!, withAdapter: summed(worked), without: summed(without) };
  });
}

const countedOf = (counts: Counts): Counted => ({
  counts,
  taken: shareOf((counts.accepted ?? 0) + (counts.partlyAccepted ?? 0), readOf(counts)),
  takenCharacters: { part: counts.charactersAccepted ?? 0, of: counts.charactersShown ?? 0 },
});

const summed = (rows: readonly Row[]): Counted => countedOf(sumCounts(rows.map(({ counts }) => counts)));

/** The sums of rows that are alike by `groupOf`, the most shown first. */
function grouped<Group>(rows: readonly Row[], groupOf: (row: Row) => Group): (Group & Counted)[] {
  const keyOf = (row: Row) => JSON.stringify(groupOf(row));
  return [...countsBy(rows, keyOf)]
    .sort(([a, one], [b, other]) => (other.shown ?? 0) - (one.shown ?? 0) || (a < b ? -1 : 1))
    .map(([key, counts]) => ({ ...(JSON.parse(key) as Group), ...countedOf(counts) }));
}

/** @param of at least `part` */
export function shareOf(part: number, of: number): Share {
  if (of === 0) return { part, of, low: 0, high: 1 };
  const share = part / of;
  const spread = Z * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2));
  const [middle, scale] = [share + Z ** 2 / (2 * of), 1 + Z ** 2 / of];
  return { part, of, low: Math.max(0, (middle - spread) / scale), high: Math.min(1, (middle + spread) / scale) };
}

/** Whether two shares differ by more than chance: their intervals do not touch, and each is of enough. */
export const clearlyDiffer = (a: Share, b: Share): boolean =>
  isEnough(a) && isEnough(b) && (a.low > b.high || b.low > a.high);

export const isEnough = ({ of }: Share): boolean => of >= FEWEST_READ;
