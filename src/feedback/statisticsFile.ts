// The counts on disk, shared by all windows.

import { parseDays, renderDays } from "./daysText.ts";
import { SharedFile } from "./sharedFile.ts";
import { type Days, KEPT_DAYS, sumOf } from "./statistics.ts";

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
      parse: parseDays,
      render: textOf,
      sum: (older: Days, newer: Days) => sumOf(older, newer),
    };
    super(file, form, log);
  }

  /** The counts of all windows, including this window's unwritten ones. */
  days(): Days {
    return this.all();
  }
}

function textOf(days: Days): string {
  let text = "";
  for (const kept of FEWER_DAYS) {
    text = renderDays(kept === KEPT_DAYS ? days : sumOf(days, {}, kept));
    if (text.length <= MOST_UNITS) break;
  }
  return text;
}
