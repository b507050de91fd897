// The dashboard in words: fixed sentences with numbers from the facts. No model writes them, since a small one invents numbers.

import type { Counts } from "../counts.ts";
import { modelName } from "../modelKey.ts";
import {
  type Comparison,
  clearlyDiffer,
  type DashboardFacts,
  FEWEST_READ,
  isEnough,
  type Share,
  shareOf,
} from "./facts.ts";

/** What a person may do about it, by a command of Sotto. */
export interface Advice {
  text: string;
  label: string;
  command: "sotto.showFewer";
}

/** A suggestion that is taken less often than this, even at the upper end of its interval, is more in the way than of use. */
const RARELY_TAKEN = 0.1;

export function summaryOf({ weeks, languages, comparisons }: DashboardFacts): string[] {
  const { counts: now, taken: thisWeek } = weeks.at(-1)!;
  const lastWeek = weeks.at(-2)?.taken ?? shareOf(0, 0);
  const shown = now.shown ?? 0;
  if (shown === 0 && languages.length === 0) return ["Nothing was shown yet. Type in a file, and come back."];
  if (shown === 0)
    return ["Nothing was shown this week.", ...aboutLanguages(languages), ...comparisons.map(aboutAdapter)];
  return [
    `This week ${whole(shown)} ${shown === 1 ? "suggestion was" : "suggestions were"} shown and ${whole(thisWeek.of)} ${thisWeek.of === 1 ? "was" : "were"} read.`,
    isEnough(thisWeek)
      ? `Of these you took ${inWords(thisWeek)}.`
      : `You took ${whole(thisWeek.part)} of them: with fewer than ${FEWEST_READ} read, too few to say more.`,
    `They wrote ${whole(now.charactersAccepted ?? 0)} characters of your code.`,
    ...(clearlyDiffer(thisWeek, lastWeek)
      ? [
          `That is clearly ${thisWeek.low > lastWeek.high ? "more" : "less"} often than last week: ${inWords(lastWeek)}.`,
        ]
      : isEnough(thisWeek) && isEnough(lastWeek)
        ? ["That is no clear change from last week."]
        : []),
    ...aboutNearestLine(now),
    ...aboutLanguages(languages),
    ...comparisons.map(aboutAdapter),
  ];
}

/** What copying would have given at the same places. */
function aboutNearestLine({ placesFinished = 0, charactersForetold = 0, charactersCopied = 0 }: Counts): string[] {
  if (placesFinished < FEWEST_READ) return [];
  return [
    `At ${whole(placesFinished)} places whose line is finished the suggestion foretold ${whole(charactersForetold)} characters; a copy of the nearest line that begins alike, ${whole(charactersCopied)}.`,
  ];
}

/** An adapter that rests on every second day. */
function aboutAdapter({ model, withAdapter, without }: Comparison): string {
  const [used, rested] = [withAdapter.taken, without.taken];
  const name = `On alternate days, ${modelName(model)}`;
  if (!isEnough(used) || !isEnough(rested))
    return `${name}: ${whole(used.of)} read with it and ${whole(rested.of)} without it, too few to say.`;
  const verdict = !clearlyDiffer(used, rested)
    ? "No clear difference."
    : `Clearly ${used.low > rested.high ? "more" : "fewer"} with it.`;
  return `${name}: ${inWords(used)} taken with it, ${inWords(rested)} without it. ${verdict}`;
}

/** The best and the worst language, where they clearly differ. */
function aboutLanguages(languages: DashboardFacts["languages"]): string[] {
  const ranked = languages
    .filter(({ taken }) => isEnough(taken))
    .sort((a, b) => b.taken.part / b.taken.of - a.taken.part / a.taken.of);
  const [best, worst] = [ranked[0], ranked.at(-1)];
  if (!best || !worst || !clearlyDiffer(best.taken, worst.taken)) return [];
  return [
    `In all weeks most was taken in ${best.languageId}: ${inWords(best.taken)}; least in ${worst.languageId}: ${inWords(worst.taken)}.`,
  ];
}

/** At most one. */
export function adviceOf({ languages }: DashboardFacts): Advice | undefined {
  const rarely = languages.find(({ taken }) => isEnough(taken) && taken.high < RARELY_TAKEN);
  if (!rarely) return undefined;
  const { languageId, taken } = rarely;
  return {
    text: `${languageId}: ${whole(taken.part)} of ${whole(taken.of)} taken. Fewer suggestions would cost little.`,
    label: "Show Fewer Suggestions",
    command: "sotto.showFewer",
  };
}

/** "12 of 140 (9 %, between 5 and 14 %)" */
export const inWords = ({ part, of, low, high }: Share): string =>
  of === 0
    ? "0 of 0"
    : `${whole(part)} of ${whole(of)} (${percent(part / of)} %, between ${percent(low)} and ${percent(high)} %)`;

const percent = (share: number): number => Math.round(100 * share);
const whole = (count: number): string => count.toLocaleString("en");
