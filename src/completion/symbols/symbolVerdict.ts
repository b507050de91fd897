// Asks a language service about a suggestion that has passed the filters. Without a verdict in time the suggestion is shown.

import type { Completion } from "../outcome.ts";
import type { Place } from "../place.ts";
import type { NoSymbolsReason, SymbolCheck } from "./symbolCheck.ts";

/** How long a finished suggestion waits for the verdict, in milliseconds; once its program is built, the service answers in half of that. */
const BUDGET_MS = 50;

export type SymbolVerdict = "known" | "unknown" | NoSymbolsReason;

/** The names that may stand in the place of an unknown one. */
export interface NamesInstead {
  begin: string; // the suggestion's text before the name
  words: readonly string[];
}

/** Whether all names of the suggestion are known, or why there is no verdict; and what may stand in the place of the first unknown one. */
export async function symbolVerdict(
  { text, replaceAfter }: Completion,
  { document, offset, pending }: Place,
  check: SymbolCheck,
  signal: AbortSignal,
): Promise<{ verdict: SymbolVerdict; instead?: NamesInstead }> {
  const answer = await check.unknownIn({ document, offset, text: pending + text, replaceAfter }, BUDGET_MS, signal);
  if ("reason" in answer) return { verdict: answer.reason };
  const [first] = answer.unknown;
  if (!first) return { verdict: "known" };
  const { start = -1, instead: words } = first;
  if (!words || start < pending.length) return { verdict: "unknown" };
  return { verdict: "unknown", instead: { begin: text.slice(0, start - pending.length), words } };
}
