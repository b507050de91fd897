// Counts of what became of requests and suggestions, by day and language; days that are long past are summed into weeks. Numbers only: never texts or
// paths. Pure but for its own sums.

import type { CompletionOutcome, CompletionSource, NoCompletionReason } from "../completion/outcome.ts";
import { WHY_NOTHING } from "../completion/whyNothing.ts";
import type { AcceptanceEvent, Ended, Ending } from "./acceptance.ts";
import { RETENTION_SECONDS, type RetentionEvent, type RetentionSeconds, type Unmeasured } from "./retention.ts";

/** Characters are UTF-16 units of the suggestions; a line break counts as one. */
export type Count =
  | "shown"
  | Ending
  | "charactersShown"
  | "charactersAccepted"
  | "charactersTyped"
  | `charactersMeasured${RetentionSeconds}` // of accepted suggestions, that many seconds later
  | `charactersRetained${RetentionSeconds}` // of those
  | `unmeasured:${Unmeasured}`
  | `withheld:${NoCompletionReason}` // requests that were answered with nothing
  | `latency:${CompletionSource}:${number}`; // answers with suggestions, by the index of LATENCY_EDGES_MS

export const ENDINGS: readonly Ending[] = [
  "accepted",
  "partlyAccepted",
  "typedThrough",
  "rejected",
  "unread",
  "undone",
];

export const UNMEASURED: readonly Unmeasured[] = ["closed", "ended", "tooMany", "tooLarge"];

/** Why nothing was shown. */
export const WITHHELD = Object.keys(WHY_NOTHING) as readonly NoCompletionReason[];

export const SOURCES: readonly CompletionSource[] = ["model", "cache", "typedAsSuggested"];

/** The upper ends of the ranges in which answers' times are counted, in milliseconds: each is the last one times the root of 2, the last is open. */
export const LATENCY_EDGES_MS: readonly number[] = [
  ...Array.from({ length: 23 }, (_, i) => 2 * 2 ** (i / 2)),
  Number.POSITIVE_INFINITY,
];

export const COUNTS: readonly Count[] = [
  "shown",
  ...ENDINGS,
  "charactersShown",
  "charactersAccepted",
  "charactersTyped",
  ...RETENTION_SECONDS.flatMap((seconds): Count[] => [`charactersMeasured${seconds}`, `charactersRetained${seconds}`]),
  ...UNMEASURED.map((reason): Count => `unmeasured:${reason}`),
  ...WITHHELD.map((reason): Count => `withheld:${reason}`),
  ...SOURCES.flatMap((source) => LATENCY_EDGES_MS.map((_, i): Count => `latency:${source}:${i}`)),
];

export type Counts = Partial<Record<Count, number>>;

/** By day ("2026-01-31", in local time), a week that is long past by its Monday, then by language id. */
export type Days = Record<string, Record<string, Counts>>;

/** How many days are kept apart. */
export const KEPT_DAYS = 90;

/** How many weeks before them are kept. */
export const KEPT_WEEKS = 104;

/** The counts for events that began at the same time and language, however much later the rest of them happens. */
export interface Bucket {
  day: string;
  languageId: string;
}

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

export function countRetention(days: Days, event: RetentionEvent, bucket: Bucket): void {
  if (event.kind === "unmeasured") {
    add(days, bucket, `unmeasured:${event.reason}`, 1);
  } else {
    add(days, bucket, `charactersMeasured${event.seconds}`, event.of);
    add(days, bucket, `charactersRetained${event.seconds}`, event.units);
  }
}

function add(days: Days, { day, languageId }: Bucket, count: Count, n: number): void {
  if (n === 0) return;
  const counts = own(own(days, day), languageId);
  counts[count] = (counts[count] ?? 0) + n;
}

/** The record under a name, made where it is missing. Names come from outside, and "__proto__" would be that of every object. */
function own<T extends object>(records: Record<string, T>, name: string): T {
  if (!Object.hasOwn(records, name))
    Object.defineProperty(records, name, { value: {}, writable: true, enumerable: true, configurable: true });
  return records[name];
}

/**
 * The sum of both: the last KEPT_DAYS days on which something was counted, whatever the clock says now, since a clock that was wrong for a moment
 * must not cost them all, and before them KEPT_WEEKS weeks. Corrections after a reset may give negative counts: these become 0.
 */
export function sumOf(a: Days, b: Days): Days {
  const sum: Days = {};
  const all = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  const oldest = all.at(-KEPT_DAYS) ?? "";
  const keptAs = (day: string) => (day < oldest ? mondayOf(day) : day);
  const weeks = [...new Set(all.filter((day) => day < oldest).map(mondayOf))].sort();
  const oldestWeek = weeks.at(-KEPT_WEEKS) ?? "";
  for (const days of [a, b]) {
    for (const [day, languages] of Object.entries(days)) {
      const kept = keptAs(day);
      if (kept < oldestWeek) continue;
      for (const [languageId, counts] of Object.entries(languages)) {
        for (const count of Object.keys(counts) as Count[])
          if (KNOWN.has(count)) add(sum, { day: kept, languageId }, count, counts[count] ?? 0);
      }
    }
  }
  for (const languages of Object.values(sum)) {
    for (const counts of Object.values(languages)) {
      for (const count of Object.keys(counts) as Count[]) if ((counts[count] ?? 0) < 0) delete counts[count];
    }
  }
  return sum;
}

const KNOWN: ReadonlySet<string> = new Set(COUNTS);
const DAY_MS = 86_400_000;

/** The Monday of a day's week. Days are names here, so that no time zone moves them. */
export const mondayOf = (day: string): string => daysLater(day, -((new Date(day).getUTCDay() + 6) % 7));

export const daysLater = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** The counts of all languages together, from a day on. */
export function totalOf(days: Days, from = ""): Counts {
  return sumCounts(Object.entries(days).flatMap(([day, languages]) => (day < from ? [] : Object.values(languages))));
}

export function sumCounts(all: readonly Counts[]): Counts {
  const sum: Counts = {};
  for (const counts of all) {
    for (const [count, n] of Object.entries(counts) as [Count, number][])
      if (n && KNOWN.has(count)) sum[count] = (sum[count] ?? 0) + n;
  }
  return sum;
}

/** How many suggestions a person has read: visible for a moment, or accepted. */
export function readOf({
  accepted = 0,
  partlyAccepted = 0,
  typedThrough = 0,
  rejected = 0,
  undone = 0,
}: Counts): number {
  return accepted + partlyAccepted + typedThrough + rejected + undone;
}

/** @throws Error where the text is not in our format */
export function parseDays(text: string): Days {
  const data: unknown = JSON.parse(text);
  if (!isRecord(data) || data.version !== 1 || !isRecord(data.days)) throw new Error("not a file of counts");
  const days: Days = {};
  for (const [day, languages] of Object.entries(data.days)) {
    if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(Date.parse(day)) || !isRecord(languages))
      throw new Error("not counts by day and language");
    for (const [languageId, counts] of Object.entries(languages)) {
      if (!isRecord(counts)) throw new Error("not counts by day and language");
      for (const count of Object.keys(counts).filter((name) => KNOWN.has(name)) as Count[]) {
        const n = counts[count];
        if (!Number.isSafeInteger(n) || (n as number) < 0) throw new Error(`"${count}" is not a count`);
        add(days, { day, languageId }, count, n as number);
      }
    }
  }
  return days;
}

/** The time in milliseconds that a share of the answers of a source did not exceed, within its range; undefined where none was counted. */
export function latencyMs(counts: Counts, source: CompletionSource, share: number): number | undefined {
  const ranges = LATENCY_EDGES_MS.map((_, i) => counts[`latency:${source}:${i}`] ?? 0);
  const all = ranges.reduce((sum, n) => sum + n, 0);
  if (all === 0) return undefined;
  let seen = 0;
  return LATENCY_EDGES_MS[ranges.findIndex((n) => (seen += n) >= share * all)];
}

export function renderDays(days: Days): string {
  return `${JSON.stringify({ version: 1, days })}\n`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
