// Counts the outcomes of completion requests and of cursor rests, for the log and the doctor. Owns numbers only, no text.

import type { CompletionOutcome, CompletionSource, NoCompletionReason, NoWarmReason, WarmOutcome } from "../outcome.ts";
import type { SymbolVerdict } from "../symbols/symbolVerdict.ts";
import type { ModelCounts } from "./callCounter.ts";
import type { FollowUpCounts } from "./followUp.ts";
import type { InFlightCounts } from "./inFlight.ts";

export interface CounterSnapshot {
  requests: number;
  shown: Partial<Record<CompletionSource, number>>;
  none: Partial<Record<NoCompletionReason, number>>;
  rests: Partial<Record<"warmed" | NoWarmReason, number>>; // of the cursor
  compiler: Partial<Record<SymbolVerdict, number>>; // its verdicts on suggestions
}

/** All counters of a window. */
export interface CompletionCounts extends CounterSnapshot, ModelCounts, InFlightCounts, FollowUpCounts {}

export class OutcomeCounters {
  readonly #shown = new Map<CompletionSource, number>();
  readonly #none = new Map<NoCompletionReason, number>();
  readonly #rests = new Map<"warmed" | NoWarmReason, number>();
  readonly #verdicts = new Map<SymbolVerdict, number>();

  count(outcome: CompletionOutcome): void {
    if (outcome.kind === "shown") this.#shown.set(outcome.source, (this.#shown.get(outcome.source) ?? 0) + 1);
    else this.#none.set(outcome.reason, (this.#none.get(outcome.reason) ?? 0) + 1);
  }

  countRest(outcome: WarmOutcome): void {
    const what = outcome.kind === "warmed" ? outcome.kind : outcome.reason;
    this.#rests.set(what, (this.#rests.get(what) ?? 0) + 1);
  }

  countVerdict(verdict: SymbolVerdict): void {
    this.#verdicts.set(verdict, (this.#verdicts.get(verdict) ?? 0) + 1);
  }

  snapshot(): CounterSnapshot {
    let requests = 0;
    for (const n of this.#shown.values()) requests += n;
    for (const n of this.#none.values()) requests += n;
    const counts = [this.#shown, this.#none, this.#rests, this.#verdicts];
    const [shown, none, rests, compiler] = counts.map((count) => Object.fromEntries(count));
    return { requests, shown, none, rests, compiler };
  }
}
