// The naive cache: tries all entries, and for each all numbers of typed units. The oracle of the quick lookup; it uses the cache's own function for
// the rest of an entry. Not a test.

import { type CacheEntry, type CacheLimits, whatIsLeft } from "../../src/completion/cache.ts";
import type { CompletionOutcome } from "../../src/completion/outcome.ts";
import type { Place } from "../../src/completion/place.ts";

const AFTER_UNITS = 304;

export class SlowCache {
  readonly #limits: CacheLimits;
  #entries: CacheEntry[] = []; // in the order of use

  constructor(limits: CacheLimits) {
    this.#limits = limits;
  }

  store(place: Place, explicit: boolean, answer: CacheEntry["answer"]): void {
    const before = place.prefix.slice(-this.#limits.beforeUnits);
    const after = place.suffix.slice(0, AFTER_UNITS);
    const { uri } = place.document;
    const key = (one: CacheEntry) => JSON.stringify([one.uri, one.explicit, one.before, one.after]);
    const entry = { uri, explicit, before, after, answer };
    this.#entries = [...this.#entries.filter((other) => key(other) !== key(entry)), entry];
    const alike = this.#entries.filter((other) => other.uri === uri && other.before === before);
    if (alike.length > this.#limits.entriesBehindSameText)
      this.#entries = this.#entries.filter((other) => other !== alike[0]);
    if (this.#entries.length > this.#limits.entries) this.#entries.shift();
  }

  find(place: Place, explicit: boolean): CompletionOutcome | undefined {
    let best: { entry: CacheEntry; typed: number; outcome: CompletionOutcome } | undefined;
    for (const entry of this.#entries) {
      if (entry.uri !== place.document.uri || (explicit && !entry.explicit)) continue;
      const typed = this.#leastTyped(entry, place.prefix);
      const answer = typed === undefined ? undefined : whatIsLeft(entry, place, typed);
      if (typed === undefined || answer === undefined) continue;
      const outcome: CompletionOutcome =
        typeof answer === "string"
          ? { kind: "none", reason: answer }
          : { kind: "shown", items: [answer], source: typed === 0 ? "cache" : "typedAsSuggested" };
      const isBetter = !best || (outcome.kind === best.outcome.kind ? typed <= best.typed : outcome.kind === "shown");
      if (isBetter) best = { entry, typed, outcome };
    }
    if (best) this.#entries = [...this.#entries.filter((other) => other !== best.entry), best.entry];
    return best?.outcome;
  }

  #leastTyped({ before, answer }: CacheEntry, prefix: string): number | undefined {
    const text = typeof answer === "string" ? "" : answer.text;
    for (let typed = 0; typed === 0 || typed < text.length; typed++) {
      if (typed > prefix.length) break;
      const then = prefix.slice(0, prefix.length - typed);
      if (then.slice(-this.#limits.beforeUnits) === before && then + text.slice(0, typed) === prefix) return typed;
    }
    return undefined;
  }
}
