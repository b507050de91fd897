// The counts on disk, shared by all windows.

import { parsingDays, renderingDays } from "./daysText.ts";
import { SharedFile } from "./sharedFile.ts";
import { addAll, type Days, dropNegative, KEPT_DAYS, summing } from "./statistics.ts";

/** The file's name in the folder of the user's data. */
export const STATISTICS_NAME = "statistics.json";

/** The most characters of the file: where it would have more, the oldest days are summed into weeks sooner. */
export const MOST_UNITS = 1_000_000;

/** How many days are kept apart then; the last whatever it takes. */
const FEWER_DAYS = [KEPT_DAYS, 60, 40, 25, 14, 7];

export class StatisticsFile extends SharedFile<Days> {
  /** @param log gets one line, at the first error */
  constructor(file: string, log: (line: string) => void) {
    const form = {
      name: "statistics",
      goesOn: "Counting goes on.",
      none: () => ({}),
      isNone: (days: Days) => Object.keys(days).length === 0,
      parse: parsingDays,
      render: textOf,
      sum: (older: Days, newer: Days) => summing(older, newer),
      sumToRead: (older: Days, newer: Days) => {
        addAll(older, newer);
        dropNegative(older, Object.keys(newer));
        return older;
      },
      join: (older: Days, newer: Days) => {
        addAll(older, newer);
        return older;
      },
    };
    super(file, form, log);
  }

  /**
   * The counts of all windows, including this window's unwritten ones.
   * @param from the first day that is wanted
   */
  days(from?: string): Days {
    return this.all(0, from);
  }
}

function* textOf(days: Days): Generator<void, string> {
  let text = "";
  for (const kept of FEWER_DAYS) {
    text = yield* renderingDays(kept === KEPT_DAYS ? days : yield* summing(days, {}, kept));
    if (text.length <= MOST_UNITS) break;
  }
  return text;
}
