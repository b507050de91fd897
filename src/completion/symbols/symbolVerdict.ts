// Asks a language service about a suggestion that has passed the filters. Without a verdict in time the suggestion is shown.

import type { Completion } from "../outcome.ts";
import type { Place } from "../place.ts";
import type { NoSymbolsReason, SymbolCheck } from "./symbolCheck.ts";

/** How long a finished suggestion waits for the verdict, in milliseconds; once its program is built, the service answers in half of that. */
const BUDGET_MS = 50;

export type SymbolVerdict = "known" | "unknown" | NoSymbolsReason;

/** Whether all names of the suggestion are known, or why there is no verdict. */
export async function symbolVerdict(
  { text, replaceAfter }: Completion,
  { document, offset, pending }: Place,
  check: SymbolCheck,
  signal: AbortSignal,
): Promise<SymbolVerdict> {
  const answer = await check.unknownIn({ document, offset, text: pending + text, replaceAfter }, BUDGET_MS, signal);
  if ("reason" in answer) return answer.reason;
  return answer.unknown.length === 0 ? "known" : "unknown";
}
