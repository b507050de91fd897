// Counts of what became of requests and suggestions, by day, language, model and kind; days that are long past are summed into weeks, which tell
// less apart. Numbers only: never texts or paths. Pure but for its own sums.

import { atOnce } from "../../common/util/slices.ts";
import type { CompletionOutcome } from "../completion/outcome.ts";
import type { AcceptanceEvent, Ended } from "./acceptance.ts";
import { type Count, type Counts, isCount, LATENCY_EDGES_MS, sumCounts } from "./counts.ts";
import type { RetentionEvent } from "./retention.ts";

/** Places that follow an edit of the person's own; no model writes them. */
const NEXT_EDIT_KINDS = ["sameEdit", "rename", "import", "brokenCaller", "parameters"] as const;

/** What a suggestion is: the rest of a line, several lines, what a command wrote, or a next edit. */
export const KINDS = ["line", "block", "docstring", "fix", "change", ...NEXT_EDIT_KINDS] as const;
export type Kind = (typeof KINDS)[number];

export const isNextEdit = (kind: Kind | ""): boolean => (NEXT_EDIT_KINDS as readonly string[]).includes(kind);

/** What is counted together on a day. "" where it is not known, does not matter, or is not told apart any more. */
export interface Group {
  languageId: string;
  model: string; // see modelKey.ts
  kind: Kind | "";
}

/** The counts for events of a suggestion that was shown then, however much later the rest of them happens. */
export interface Bucket extends Group {
  day: string;
}

/** By day ("2026-01-31", in local time), a week that is long past by its Monday; then by language id, model and kind. */
export type Days = Record<string, Record<string, Record<string, Partial<Record<Kind | "", Counts>>>>>;

export interface Row extends Bucket {
  counts: Counts;
}

/** How many days are kept apart. */
export const KEPT_DAYS = 90;

/** How many weeks are kept: two years before those days. */
export const KEPT_WEEKS = 104 + 13;

export function dayOf(epochMs: number): string {
  const date = new Date(epochMs);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function countAcceptance(days: Days, event: AcceptanceEvent, bucket: Bucket): void {
  if (event.kind === "shown") {
    add(days, bucket, "shown", 1);
    add(days, bucket, "charactersShown", event.suggestion.text.length);
  } else if (event.kind === "ended") {
    countEnded(days, event.ended, bucket, 1);
  } else if (event.kind === "revised") {
    countEnded(days, event.from, bucket, -1);
    countEnded(days, event.to, bucket, 1);
  }
}

function countEnded(days: Days, { ending, characters }: Ended, bucket: Bucket, times: 1 | -1): void {
  add(days, bucket, ending, times);
  add(days, bucket, "charactersAccepted", times * characters.accepted);
  add(days, bucket, "charactersTyped", times * characters.typed);
}

/** Counts a request that was answered. @param tookMs from the request to its answer */
export function countAnswer(days: Days, outcome: CompletionOutcome, tookMs: number, bucket: Bucket): void {
  if (outcome.kind === "none") add(days, bucket, `withheld:${outcome.reason}`, 1);
  else add(days, bucket, `latency:${outcome.source}:${LATENCY_EDGES_MS.findIndex((edge) => tookMs <= edge)}`, 1);
}

/** @param times −1 takes back what was counted, where the accept itself turns out to be none */
export function countRetention(days: Days, event: RetentionEvent, bucket: Bucket, times: 1 | -1 = 1): void {
  if (event.kind === "unmeasured") {
    add(days, bucket, `unmeasured:${event.reason}`, times);
  } else {
    add(days, bucket, `charactersMeasured${event.seconds}`, times * event.of);
    add(days, bucket, `charactersRetained${event.seconds}`, times * event.units);
  }
}

export function add(days: Days, bucket: Bucket, count: Count, n: number): void {
  if (n !== 0) addTo(countsOf(days, bucket), count, n);
}

export function addTo(counts: Counts, count: Count, n: number): void {
  if (n !== 0) counts[count] = (counts[count] ?? 0) + n;
}

/** What is counted together there, made where it is missing. */
export const countsOf = (days: Days, { day, languageId, model, kind }: Bucket): Counts =>
  own<Counts>(own(own(own(days, day), languageId), model), kind);

/** Adds all of `more` to `days` as it is: corrections stay negative. */
export function addAll(days: Days, more: Days): void {
  for (const { counts, ...bucket } of rowsOf(more)) {
    const its = countsOf(days, bucket);
    for (const count in counts) addTo(its, count as Count, counts[count as Count]!);
  }
}

/** The record under a name, made where it is missing. Names come from outside, and "__proto__" would be that of every object. */
function own<T extends object>(records: Partial<Record<string, T>>, name: string): T {
  if (!Object.hasOwn(records, name))
    Object.defineProperty(records, name, { value: {}, writable: true, enumerable: true, configurable: true });
  return records[name]!;
}

/** Everything that is counted together, from a day on. */
export function rowsOf(days: Days, from = ""): Row[] {
  return Object.entries(days).flatMap(([day, languages]) =>
    day < from
      ? []
      : Object.entries(languages).flatMap(([languageId, models]) =>
          Object.entries(models).flatMap(([model, kinds]) =>
            Object.entries(kinds).map(([kind, counts]) => ({
              day,
              languageId,
              model,
              kind: kind as Kind | "",
              counts,
            })),
          ),
        ),
  );
}

/**
 * The sum of both: the last days on which something was counted, whatever the clock says now, since a clock that was wrong for a moment
 * must not cost them all, and before them the weeks of the last KEPT_WEEKS on which something was. No count of it is negative.
 * @param keptDays how many days are kept apart
 */
export const sumOf = (a: Days, b: Days, keptDays = KEPT_DAYS): Days => atOnce(summing(a, b, keptDays));

/** `sumOf` in parts of a day each. */
export function* summing(a: Days, b: Days, keptDays = KEPT_DAYS): Generator<void, Days> {
  const sum: Days = {};
  const all = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  const oldest = all.at(-keptDays) ?? "";
  const oldestWeek = [...new Set(all.map(mondayOf))].sort().at(-KEPT_WEEKS) ?? "";
  for (const days of [a, b]) {
    for (const named of Object.keys(days)) {
      const isPast = named < oldest;
      const day = isPast ? mondayOf(named) : named;
      if (isPast && day < oldestWeek) continue;
      for (const { counts, ...bucket } of rowsOf({ [named]: days[named] })) {
        const its = isPast ? undefined : countsOf(sum, bucket); // found once, not for each count
        for (const count in counts) {
          if (!isCount(count)) continue;
          addTo(its ?? countsOf(sum, { day, ...groupInWeek(bucket, count) }), count, counts[count] ?? 0);
        }
      }
      yield;
    }
  }
  for (const day of Object.keys(sum)) {
    dropNegative(sum, [day]);
    yield;
  }
  return sum;
}

/** Corrections after a reset may give negative counts: on these days they become 0. */
export function dropNegative(days: Days, names: readonly string[]): void {
  for (const day of names)
    for (const { counts } of rowsOf({ [day]: days[day] }))
      for (const count in counts) if ((counts[count as Count] ?? 0) < 0) delete counts[count as Count];
}

/** What a week of long ago still tells apart: requests not at all, what stood later by language, all else by language and model. */
function groupInWeek({ languageId, model }: Group, count: Count): Group {
  if (/^(withheld|latency):/.test(count)) return { languageId: "", model: "", kind: "" };
  return { languageId, model: OF_LATER.test(count) ? "" : model, kind: "" };
}

const OF_LATER = /^(characters(Measured|Retained)\d|unmeasured:)/;
const DAY_MS = 86_400_000;

/** The Monday of a day's week. Days are names here, so that no time zone moves them. */
export const mondayOf = (day: string): string => daysLater(day, -((new Date(day).getUTCDay() + 6) % 7));

export const daysLater = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** The counts of everything together, from a day on. */
export const totalOf = (days: Days, from = ""): Counts => sumCounts(rowsOf(days, from).map(({ counts }) => counts));

/** The sums of rows, by a key of each. */
export function countsBy(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Counts> {
  const groups = new Map<string, Counts[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row.counts);
    else groups.set(key, [row.counts]);
  }
  return new Map([...groups].map(([key, all]) => [key, sumCounts(all)]));
}
