// What is counted of requests and suggestions, and sums of such counts. Numbers only: never texts or paths. Must not know days, models or files.

import type { CompletionSource, NoCompletionReason } from "../completion/outcome.ts";
import { WHY_NOTHING } from "../completion/whyNothing.ts";
import type { Ending } from "./acceptance.ts";
import { RETENTION_SECONDS, type RetentionSeconds, type Unmeasured } from "./retention.ts";

/** Characters are UTF-16 units of the suggestions; a line break counts as one. */
export type Count =
  | "shown"
  | Ending
  | "charactersShown"
  | "charactersAccepted"
  | "charactersTyped"
  | "placesFinished" // suggestions whose line was written to its end
  | "charactersWritten" // in the rests of those lines
  | "charactersForetold" // of those, as the suggestion said
  | "charactersCopied" // of those, as the nearest earlier line that begins alike said
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
  "placesFinished",
  "charactersWritten",
  "charactersForetold",
  "charactersCopied",
  ...RETENTION_SECONDS.flatMap((seconds): Count[] => [`charactersMeasured${seconds}`, `charactersRetained${seconds}`]),
  ...UNMEASURED.map((reason): Count => `unmeasured:${reason}`),
  ...WITHHELD.map((reason): Count => `withheld:${reason}`),
  ...SOURCES.flatMap((source) => LATENCY_EDGES_MS.map((_, i): Count => `latency:${source}:${i}`)),
];

export type Counts = Partial<Record<Count, number>>;

const KNOWN: ReadonlySet<string> = new Set(COUNTS);

export const isCount = (name: string): name is Count => KNOWN.has(name);

export function sumCounts(all: readonly Counts[]): Counts {
  const sum: Counts = {};
  for (const counts of all) {
    for (const count in counts) {
      const n = counts[count as Count];
      if (n && isCount(count)) sum[count] = (sum[count] ?? 0) + n;
    }
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

/** The time in milliseconds that a share of the answers of a source did not exceed, within its range; undefined where none was counted. */
export function latencyMs(counts: Counts, source: CompletionSource, share: number): number | undefined {
  const ranges = LATENCY_EDGES_MS.map((_, i) => counts[`latency:${source}:${i}`] ?? 0);
  const all = ranges.reduce((sum, n) => sum + n, 0);
  if (all === 0) return undefined;
  let seen = 0;
  return LATENCY_EDGES_MS[ranges.findIndex((n) => (seen += n) >= share * all)];
}
