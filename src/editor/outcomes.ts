// What came of this window's requests for suggestions: the last one, and how many of each kind since the window opened. Numbers and names only.
// Pure; must not import `vscode`.

import type { OutcomeParams } from "../protocol/messages.ts";
import type { Answers } from "./statusText.ts";

/** The reasons that are told in numbers: the most frequent ones. */
const MOST_REASONS = 4;

export class Outcomes {
  #last: OutcomeParams | undefined;
  #shown = 0;
  readonly #none = new Map<string, { why: string; count: number }>(); // by the reason's name

  note(outcome: OutcomeParams): void {
    this.#last = outcome;
    const { none } = outcome;
    if (!none) {
      this.#shown++;
      return;
    }
    const { reason, why } = none;
    this.#none.set(reason, { why, count: (this.#none.get(reason)?.count ?? 0) + 1 });
  }

  /** Why nothing was shown the last time, in words; undefined where something was, or nothing has been asked for. */
  get lastNothing(): { reason: string; why: string } | undefined {
    const none = this.#last?.none;
    if (!none) return undefined;
    const { reason, why, score } = none;
    return { reason, why: score === undefined ? why : `${why} (${score.toFixed(2)})` };
  }

  /** The third-party code that the last suggestion repeats. @param fileIn the URI of a file, by that of a document and a path in its folder */
  repeats(fileIn: (documentUri: string, path: string) => string | undefined): Answers["repeats"] {
    const { uri, repeats } = this.#last ?? {};
    if (!uri || !repeats) return undefined;
    const file = repeats.path === undefined ? undefined : fileIn(uri, repeats.path);
    return { words: repeats.words, ...(file !== undefined && { place: `${file}#L${repeats.line}` }) };
  }

  /** "Since this window opened: 12 shown; nothing 5 times: …"; undefined before the first request. */
  counted(): string | undefined {
    const reasons = [...this.#none.values()].toSorted((a, b) => b.count - a.count);
    const nothing = reasons.reduce((sum, { count }) => sum + count, 0);
    if (this.#shown + nothing === 0) return undefined;
    const shown = `Since this window opened: ${this.#shown} shown`;
    if (nothing === 0) return `${shown}.`;
    const named = reasons.slice(0, MOST_REASONS).map(({ why, count }) => `${count} × ${why}`);
    const others = reasons.slice(MOST_REASONS).reduce((sum, { count }) => sum + count, 0);
    return `${shown}, nothing ${times(nothing)}: ${[...named, ...(others > 0 ? [`${others} × other reasons`] : [])].join("; ")}.`;
  }
}

const times = (count: number): string => (count === 1 ? "once" : `${count} times`);
