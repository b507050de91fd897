// The counts as text for a person. Pure; makes no judgement.

import { type Counts, readOf, UNMEASURED } from "./counts.ts";
import { RETENTION_SECONDS } from "./retention.ts";
import { countsBy, type Days, dayOf, KEPT_DAYS, rowsOf, totalOf } from "./statistics.ts";

const DAY_MS = 86_400_000;
const LABEL_WIDTH = 36;
const COLUMN_WIDTH = 16;

/** The text that "Show Statistics" shows. @param files paths of the counts and the examples @param learnt sentences about what was learnt */
export function statisticsText(
  days: Days,
  nowMs: number,
  files: { counts: string; examples?: string },
  learnt: readonly string[] = [],
): string {
  const columns = [
    totalOf(days, dayOf(nowMs)),
    totalOf(days, dayOf(nowMs - 6 * DAY_MS)),
    totalOf(days, dayOf(nowMs - (KEPT_DAYS - 1) * DAY_MS)),
  ];
  const languages = countsBy(rowsOf(days), ({ languageId }) => languageId);
  languages.delete(""); // requests of weeks that are long past
  const lines = [
    "# Sotto: suggestions and what became of them",
    "",
    "Counted on this machine from changes of your documents. Nothing leaves it.",
    "",
    row("", ["today", "7 days", `${KEPT_DAYS} days`]),
    ...table(columns),
    "",
    "Read: visible for at least 0.75 s, or accepted. Shares are of those that were read; undone accepts are none.",
    "",
    ...[...languages]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([languageId, counts]) => languageLine(languageId, counts)),
    ...(languages.size > 0 ? [""] : []),
    ...learnt,
    ...(learnt.length > 0 ? [""] : []),
    `Counts: ${files.counts}`,
    files.examples === undefined
      ? "Examples: not kept (sotto.keepExamples)."
      : `Examples, as sotto.keepExamples asks for: ${files.examples}`,
    "As a page with charts: Sotto: Show Dashboard.",
    "To begin anew: Sotto: Reset Statistics.",
  ];
  return `${lines.join("\n")}\n`;
}

function table(columns: readonly Counts[]): string[] {
  const line = (label: string, cell: (counts: Counts) => string) => row(label, columns.map(cell));
  const answers = (label: string, count: "accepted" | "partlyAccepted" | "typedThrough" | "rejected" | "undone") =>
    line(label, (counts) => withShare(counts[count] ?? 0, readOf(counts)));
  return [
    line("Shown", (counts) => number(counts.shown)),
    line("Read", (counts) => number(readOf(counts))),
    answers("  accepted", "accepted"),
    answers("  partly accepted", "partlyAccepted"),
    answers("  typed through by hand", "typedThrough"),
    answers("  rejected", "rejected"),
    answers("  accepted and undone", "undone"),
    line("Characters shown", (counts) => number(counts.charactersShown)),
    line("  accepted", (counts) => number(counts.charactersAccepted)),
    line("  typed as suggested", (counts) => number(counts.charactersTyped)),
    ...RETENTION_SECONDS.map((seconds) =>
      line(`  of accepted ones there after ${seconds} s`, (counts) =>
        share(counts[`charactersRetained${seconds}`] ?? 0, counts[`charactersMeasured${seconds}`] ?? 0),
      ),
    ),
    line("Not measured later, times", (counts) =>
      number(UNMEASURED.reduce((sum, reason) => sum + (counts[`unmeasured:${reason}`] ?? 0), 0)),
    ),
    line("Written in lines where one was shown", (counts) => number(counts.charactersWritten)),
    line("  as the suggestion said", (counts) => share(counts.charactersForetold ?? 0, counts.charactersWritten ?? 0)),
    line("  as the nearest line alike said", (counts) =>
      share(counts.charactersCopied ?? 0, counts.charactersWritten ?? 0),
    ),
  ];
}

function languageLine(languageId: string, counts: Counts): string {
  const accepted = (counts.accepted ?? 0) + (counts.partlyAccepted ?? 0);
  return `${languageId}: ${number(counts.shown)} shown, ${withShare(accepted, readOf(counts))} accepted or partly`;
}

const row = (label: string, cells: readonly string[]): string =>
  label.padEnd(LABEL_WIDTH) + cells.map((cell) => cell.padStart(COLUMN_WIDTH)).join("");
const number = (n = 0): string => n.toLocaleString("en");
const share = (part: number, of: number): string => (of === 0 ? "-" : `${Math.round((100 * part) / of)} %`);
const withShare = (n: number, of: number): string => (of === 0 ? number(n) : `${number(n)} (${share(n, of)})`);
