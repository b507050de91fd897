// The counts on disk, shared by all windows.

import { SharedFile } from "./sharedFile.ts";
import { type Days, parseDays, renderDays, sumOf } from "./statistics.ts";

/** The file's name in the folder of the user's data. */
export const STATISTICS_NAME = "statistics.json";

export class StatisticsFile extends SharedFile<Days> {
  /** @param log gets one line, at the first error */
  constructor(file: string, log: (line: string) => void) {
    const form = {
      name: "statistics",
      goesOn: "Counting goes on.",
      none: () => ({}),
      isNone: (days: Days) => Object.keys(days).length === 0,
      parse: parseDays,
      render: renderDays,
      sum: sumOf,
    };
    super(file, form, log);
  }

  /** The counts of all windows, including this window's unwritten ones. */
  days(): Days {
    return this.all();
  }
}
