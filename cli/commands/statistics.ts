// `sotto statistics`: what became of suggestions on this machine, in words, as numbers, or as the dashboard's page.

import path from "node:path";
import { defaultDataDir } from "../../common/util/dataDir.ts";
import { filePage } from "../../pages/page.ts";
import type { Learnt } from "../../src/completion/show/calibration.ts";
import { CALIBRATION_NAME, CalibrationFile } from "../../src/feedback/calibrationFile.ts";
import { COUNTS } from "../../src/feedback/counts.ts";
import { dashboardPage } from "../../src/feedback/dashboard/dashboardPage.ts";
import { factsOf } from "../../src/feedback/dashboard/facts.ts";
import { adviceOf, summaryOf } from "../../src/feedback/dashboard/summary.ts";
import { learntSentences } from "../../src/feedback/learnt.ts";
import { rowsOf } from "../../src/feedback/statistics.ts";
import { STATISTICS_NAME, StatisticsFile } from "../../src/feedback/statisticsFile.ts";
import { defineCommand, wholeNumber } from "../command.ts";
import { writePage } from "../writePage.ts";

export const statistics = defineCommand({
  name: "statistics",
  options: {
    weeks: { type: "string", argument: "N", help: "how many weeks, this one included (default: 13)" },
    csv: { type: "boolean", help: "a line for each day, language, model and kind instead" },
    html: { type: "string", argument: "FILE", help: "writes the dashboard as one file for a browser" },
  },
  async run({ options, io }) {
    const days = new StatisticsFile(path.join(defaultDataDir(), STATISTICS_NAME), io.log).days();
    const facts = factsOf(days, Date.now(), wholeNumber(options.weeks, "weeks", 1));
    const learnt = learntSentences(learntOnDisk(io.log));
    if (options.html !== undefined) {
      writePage(options.html, filePage(dashboardPage(facts, learnt)));
      io.log(`The dashboard is in ${options.html}.`);
    }
    if (options.csv) {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const lines = rowsOf(days, facts.weeks[0].from).map(({ day, languageId, model, kind, counts }) =>
        [day, quoted(languageId), quoted(model), kind, ...COUNTS.map((count) => counts[count] ?? 0)].join(","),
      );
      io.result({ days }, [["day", "language", "model", "kind", ...COUNTS].join(","), ...lines].join("\n"));
      return;
    }
    const advice = adviceOf(facts);
    io.result(facts, [...summaryOf(facts), ...(advice ? [advice.text] : []), ...learnt].join("\n"));
  },
});

function learntOnDisk(log: (line: string) => void): Learnt {
  const nowMs = Date.now();
  return new CalibrationFile(path.join(defaultDataDir(), CALIBRATION_NAME), log, nowMs).learnt(nowMs);
}
