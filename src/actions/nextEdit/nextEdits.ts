// What is offered after an episode: the first source that finds something, without what the person has dismissed or undone.

import type { Episode, NextEditAccess, NextEditSource, NextEdits, NoEditReason, Place } from "./types.ts";

/** The most dismissed places that are remembered. */
const MAX_DISMISSED = 1_000;

/** What a source says of an edit that is not its own to continue: the next one may know more. */
const SAYS_LITTLE: ReadonlySet<NoEditReason> = new Set<NoEditReason>([
  "notThisKind",
  "noCompiler",
  "unsupportedLanguage",
]);

export class NextEditFinder {
  readonly #sources: readonly NextEditSource[];
  readonly #dismissed = new Set<string>();
  #count = 0;

  /** @param sources the surest first */
  constructor(sources: readonly NextEditSource[]) {
    this.#sources = sources;
  }

  /** @returns where none finds anything, the reason of the surest source that has the kind of the edit */
  async find(
    episode: Episode,
    access: NextEditAccess,
    signal: AbortSignal,
  ): Promise<NextEdits | { reason: NoEditReason }> {
    let reason: NoEditReason = "notThisKind";
    for (const source of this.#sources) {
      const found = await source(episode, access, signal);
      if (signal.aborted) return { reason: "cancelled" };
      if ("reason" in found) {
        if (found.reason === "undone") return found; // whatever else could be found would do again what was taken back
        if (SAYS_LITTLE.has(reason)) reason = found.reason;
      } else if (found.places.some((place) => this.#dismissed.has(keyOf(place)))) return { reason: "dismissed" };
      else return { ...found, id: `${found.kind} ${++this.#count}` };
    }
    return { reason };
  }

  /** The person does not want them, or has undone them: for this window they are not offered again. */
  dismiss({ places }: Pick<NextEdits, "places">): void {
    for (const place of places) this.#dismissed.add(keyOf(place));
    for (const oldest of this.#dismissed) {
      if (this.#dismissed.size <= MAX_DISMISSED) break;
      this.#dismissed.delete(oldest);
    }
  }
}

/** Places move, so they are known by what becomes of which text. */
const keyOf = ({ uri, oldText, newText }: Place): string => JSON.stringify([uri, oldText, newText]);
