// Counts of what became of suggestions, by day and language. Numbers only: never texts or paths. Pure but for its own sums.

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
  | `unmeasured:${Unmeasured}`;

export const ENDINGS: readonly Ending[] = [
  "accepted",
  "partlyAccepted",
  "typedThrough",
  "rejected",
  "unread",
  "undone",
];

export const UNMEASURED: readonly Unmeasured[] = ["closed", "ended", "tooMany", "tooLarge"];

export const COUNTS: readonly Count[] = [
  "shown",
  ...ENDINGS,
  "charactersShown",
  "charactersAccepted",
  "charactersTyped",
  ...RETENTION_SECONDS.flatMap((seconds): Count[] => [`charactersMeasured${seconds}`, `charactersRetained${seconds}`]),
  ...UNMEASURED.map((reason): Count => `unmeasured:${reason}`),
];

export type Counts = Partial<Record<Count, number>>;

/** By day ("2026-01-31", in local time), then by language id. */
export type Days = Record<string, Record<string, Counts>>;

/** How many days are kept, and told of. */
export const KEPT_DAYS = 90;

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
 * must not cost them all. Corrections after a reset may give negative counts: these become 0.
 */
export function sumOf(a: Days, b: Days): Days {
  const sum: Days = {};
  const all = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  const oldest = all.at(-KEPT_DAYS) ?? "";
  for (const days of [a, b]) {
    for (const [day, languages] of Object.entries(days)) {
      if (day < oldest) continue;
      for (const [languageId, counts] of Object.entries(languages)) {
        for (const count of COUNTS) add(sum, { day, languageId }, count, counts[count] ?? 0);
      }
    }
  }
  for (const languages of Object.values(sum)) {
    for (const counts of Object.values(languages)) {
      for (const count of COUNTS) if ((counts[count] ?? 0) < 0) delete counts[count];
    }
  }
  return sum;
}

/** The counts of all languages together, from a day on. */
export function totalOf(days: Days, from = ""): Counts {
  return sumCounts(Object.entries(days).flatMap(([day, languages]) => (day < from ? [] : Object.values(languages))));
}

export function sumCounts(all: readonly Counts[]): Counts {
  const sum: Counts = {};
  for (const counts of all) {
    for (const count of COUNTS) if (counts[count]) sum[count] = (sum[count] ?? 0) + counts[count];
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
    if (!/^\d{4}-\d\d-\d\d$/.test(day) || !isRecord(languages)) throw new Error("not counts by day and language");
    for (const [languageId, counts] of Object.entries(languages)) {
      if (!isRecord(counts)) throw new Error("not counts by day and language");
      for (const count of COUNTS) {
        const n = counts[count] ?? 0;
        if (!Number.isSafeInteger(n) || (n as number) < 0) throw new Error(`"${count}" is not a count`);
        add(days, { day, languageId }, count, n as number);
      }
    }
  }
  return days;
}

export function renderDays(days: Days): string {
  return `${JSON.stringify({ version: 1, days }, undefined, 1)}\n`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
