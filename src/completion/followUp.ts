// What follows a suggestion that is shown is asked for while the person reads it, so that it is in the cache when the suggestion is taken. Decides
// for which suggestions, when, and what ends it; asks through a function. Must not stand in the way of anything that somebody waits for.

import { documentAfter, type OpenDocument } from "../context/documents.ts";
import { type Clock, realClock } from "./clock.ts";
import type { ShownSuggestion, SuggestionObserver } from "./completer.ts";

/**
 * A suggestion that stays so long is being read: the next key of somebody who types on would have come. (Cody counts one as read after 750 ms;
 * Tab often comes before that.)
 */
const VISIBLE_MS = 250;

/** What is less probable than this is seldom taken, and what follows it is asked for in vain. With both bounds, one of three was used (LOG). */
const LEAST_SCORE = 0.2;

/** A place in a text that is not there yet: the document with the suggestion taken, and the cursor behind it. */
interface AfterPlace {
  uri: string;
  text: string;
  offset: number;
}

/** A request in advance. */
export interface Ahead {
  /** Resolves when it is over. */
  done: Promise<void>;
  cancel(): void;
  /** What it found has become an answer. */
  used(): void;
}

export interface FollowUpCounts {
  followUps: number; // asked for
  followUpsUsed: number; // that became the answer of a request, or spared one
}

export interface FollowUpOptions {
  /** Asks what is to be suggested there, in advance. */
  ask: (document: OpenDocument, offset: number) => Ahead;
  clock?: Clock;
}

export class FollowUp implements SuggestionObserver {
  readonly counts: FollowUpCounts = { followUps: 0, followUpsUsed: 0 };
  readonly #options: FollowUpOptions;
  readonly #clock: Clock;
  #place: (AfterPlace & { score: number }) | undefined; // of the suggestion that was shown last
  #callOff: (() => void) | undefined; // the wait before it is asked for
  #ahead: Ahead | undefined; // asked for `#place`
  #isRunning = false;

  constructor(options: FollowUpOptions) {
    this.#options = options;
    this.#clock = options.clock ?? realClock;
  }

  shown({ document, version, offset, item, score }: ShownSuggestion): void {
    const text = document.text.getText();
    const { uri } = document;
    const edit = { start: offset, end: offset + item.replaceAfter, text: item.text };
    const after = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
    const place = { uri, text: after, offset: offset + item.text.length };
    const isSame = this.#place !== undefined && isAt(this.#place, place); // what is left of the last one
    if (isSame && this.#ahead) return;
    this.#forget();
    const known = score ?? (isSame ? this.#place!.score : 0);
    this.#place = { ...place, score: known };
    if (known < LEAST_SCORE) return;
    this.#callOff = this.#clock.after(VISIBLE_MS, () => {
      this.#callOff = undefined;
      if (document.version === version) void this.#ask(document, edit, place.offset);
    });
  }

  /** Every key but the one that takes the suggestion ends it. */
  changed(document: OpenDocument): void {
    if (this.#place && this.#place.text === document.text.getText() && this.#place.uri === document.uri) return;
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#isRunning) this.#forget();
  }

  closed(uri: string): void {
    if (this.#place?.uri === uri) this.#forget();
  }

  /** A request comes: one for another place ends what runs. */
  requested(request: AfterPlace): void {
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#isRunning && !(this.#place && isAt(this.#place, request))) this.#forget();
  }

  /** A request got its answer without the model: if that was asked for in advance, it was for something. */
  answered(request: AfterPlace): void {
    if (!this.#ahead || !this.#place || !isAt(this.#place, request)) return;
    this.#ahead.used();
    this.#ahead = undefined;
    this.counts.followUpsUsed++;
  }

  async #ask(document: OpenDocument, edit: { start: number; end: number; text: string }, offset: number) {
    const after = documentAfter(document, edit);
    if (!after) return;
    this.counts.followUps++;
    const ahead = this.#options.ask(after, offset);
    this.#ahead = ahead;
    this.#isRunning = true;
    try {
      await ahead.done;
    } finally {
      after.close();
      if (this.#ahead === ahead) this.#isRunning = false;
    }
  }

  /** Nothing follows the suggestion that was shown last. */
  #forget(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#isRunning) this.#ahead?.cancel();
    this.#ahead = undefined;
    this.#isRunning = false;
  }
}

const isAt = (a: AfterPlace, b: AfterPlace): boolean => a.offset === b.offset && a.uri === b.uri && a.text === b.text;
