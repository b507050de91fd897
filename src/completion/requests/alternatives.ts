// Further suggestions where a person has asked for one: written while the first is looked at, and given when the same place is asked again, which
// VS Code does when a person cycles through suggestions (Alt+]). Calls the model only through what it is given.

import type { Completion } from "../outcome.ts";

/** How many suggestions a person can cycle through, the first included. */
const MOST_ITEMS = 6;

/** How long a person who cycles waits for what is not written yet, in milliseconds. */
const PATIENCE_MS = 4_000;

/** Where a suggestion was asked for. */
export interface AskedPlace {
  uri: string;
  version: number;
  offset: number;
}

export class Alternatives {
  #place: AskedPlace | undefined;
  #items: Promise<Completion[]> = Promise.resolve([]);
  #ending = new AbortController();

  /** @param more writes up to so many other suggestions; never rejects */
  begin(place: AskedPlace, more: (most: number, signal: AbortSignal) => Promise<Completion[]>): void {
    this.end();
    this.#place = place;
    this.#ending = new AbortController();
    this.#items = more(MOST_ITEMS - 1, this.#ending.signal);
  }

  /** The other suggestions at a place; none where no suggestion was asked for there. */
  async at({ uri, version, offset }: AskedPlace, signal: AbortSignal): Promise<Completion[]> {
    const place = this.#place;
    if (place?.uri !== uri || place.version !== version || place.offset !== offset) return [];
    const late = new Promise<Completion[]>((resolve) => {
      const ends = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
      ends.addEventListener("abort", () => resolve([]), { once: true });
    });
    return Promise.race([this.#items, late]);
  }

  /** Nobody looks at the suggestions any more. */
  end(): void {
    this.#ending.abort();
    this.#place = undefined;
  }
}
