// The facts of the dashboard: counts by week and by language, and shares with their intervals. Pure; words and pictures are made elsewhere.

import { type Counts, type Days, dayOf, daysLater, mondayOf, readOf, sumCounts, totalOf } from "../statistics.ts";

/** A share of what was counted, with its 95 % interval (Wilson's). */
export interface Share {
  part: number;
  of: number;
  low: number; // from 0 to 1
  high: number;
}

export interface Week {
  from: string; // its Monday, "2026-01-26"
  counts: Counts;
}

export interface DashboardFacts {
  today: string;
  weeks: Week[]; // every week from the first to this one, also where nothing was counted
  languages: { languageId: string; counts: Counts; taken: Share }[]; // of those weeks, the most shown first
}

/** With fewer suggestions read than this a share says too little. */
export const FEWEST_READ = 30;

const Z = 1.959964; // of the normal distribution, for 95 %

/** @param mostWeeks how many weeks are told of, this one included */
export function factsOf(days: Days, nowMs: number, mostWeeks = 13): DashboardFacts {
  const today = dayOf(nowMs);
  const last = mondayOf(today);
  const earliest = daysLater(last, -7 * (mostWeeks - 1));
  const told = Object.entries(days).filter(([day]) => day >= earliest && day <= today);
  const first = told.map(([day]) => day).sort()[0] ?? today;
  const weeks: Week[] = [];
  for (let from = mondayOf(first); from <= last; from = daysLater(from, 7)) {
    const its = told.filter(([day]) => mondayOf(day) === from);
    weeks.push({ from, counts: totalOf(Object.fromEntries(its)) });
  }
  const byLanguage = new Map<string, Counts[]>();
  for (const [, languages] of told) {
    for (const [languageId, counts] of Object.entries(languages))
      byLanguage.set(languageId, [...(byLanguage.get(languageId) ?? []), counts]);
  }
  const languages = [...byLanguage].map(([languageId, all]) => {
    const counts = sumCounts(all);
    return { languageId, counts, taken: takenOf(counts) };
  });
  languages.sort((a, b) => (b.counts.shown ?? 0) - (a.counts.shown ?? 0) || (a.languageId < b.languageId ? -1 : 1));
  return { today, weeks, languages };
}

/** Suggestions of which something was accepted, of those that were read. */
export const takenOf = (counts: Counts): Share =>
  shareOf((counts.accepted ?? 0) + (counts.partlyAccepted ?? 0), readOf(counts));

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
