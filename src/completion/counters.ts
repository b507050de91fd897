// Counts what completion requests ended in, for the log and the doctor. Owns numbers only, no text.

import type { CompletionOutcome, CompletionSource, NoCompletionReason } from "./outcome.ts";

export interface CounterSnapshot {
  requests: number;
  shown: Partial<Record<CompletionSource, number>>;
  none: Partial<Record<NoCompletionReason, number>>;
}

export class OutcomeCounters {
  readonly #shown = new Map<CompletionSource, number>();
  readonly #none = new Map<NoCompletionReason, number>();

  count(outcome: CompletionOutcome): void {
    if (outcome.kind === "shown") this.#shown.set(outcome.source, (this.#shown.get(outcome.source) ?? 0) + 1);
    else this.#none.set(outcome.reason, (this.#none.get(outcome.reason) ?? 0) + 1);
  }

  snapshot(): CounterSnapshot {
    let requests = 0;
    for (const n of this.#shown.values()) requests += n;
    for (const n of this.#none.values()) requests += n;
    return { requests, shown: Object.fromEntries(this.#shown), none: Object.fromEntries(this.#none) };
  }
}
