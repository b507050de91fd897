// Further suggestions where a person has asked for one, so that VS Code's own keys (Alt+], Alt+[) cycle through them. VS Code takes all suggestions
// of a place at once and does not ask again, so the answer waits a little for them: a share of the time that the first one took.

import type { Completion } from "../outcome.ts";

/** How many suggestions a person can cycle through, the first included. */
const MOST_ITEMS = 6;

/** How much longer the answer may take, as a share of the time until the first suggestion; in milliseconds at least and at most. */
const MORE_SHARE = 0.25;
const LEAST_MORE_MS = 250;
const MOST_MORE_MS = 1_500;

/** Where a suggestion was asked for. */
export interface AskedPlace {
  uri: string;
  version: number;
  offset: number;
}

export class Alternatives {
  #last: { place: AskedPlace; items: Completion[] } | undefined;

  /**
   * The other suggestions that can be written in time.
   * @param tookMs until the first suggestion
   * @param more writes up to so many until its signal fires; never rejects
   */
  async write(
    place: AskedPlace,
    tookMs: number,
    more: (most: number, signal: AbortSignal) => Promise<Completion[]>,
    signal: AbortSignal,
  ): Promise<Completion[]> {
    const moreMs = Math.min(MOST_MORE_MS, Math.max(LEAST_MORE_MS, MORE_SHARE * tookMs));
    const ending = AbortSignal.any([signal, AbortSignal.timeout(Math.round(moreMs))]);
    const items = await more(MOST_ITEMS - 1, ending);
    this.#last = { place, items };
    return items;
  }

  /** What was written for a place that is asked again. */
  at({ uri, version, offset }: AskedPlace): Completion[] {
    const { place, items = [] } = this.#last ?? {};
    return place?.uri === uri && place.version === version && place.offset === offset ? items : [];
  }
}
