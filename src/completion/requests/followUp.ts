// Requests the follow-up of a shown suggestion while the person reads it, so that it is in the cache when they accept the suggestion. Decides for
// which suggestions, when, and what ends the request; asks through a function. Must not delay anything that a person waits for.

import { documentAfter, type OpenDocument } from "../../workspace/documents.ts";
import { type Clock, realClock } from "../clock.ts";
import type { ShownSuggestion, SuggestionObserver, TextEdit } from "../suggestionObserver.ts";
import type { RequestPlace } from "./inFlight.ts";

/**
 * How long a suggestion must stay to count as being read, in milliseconds: by then the next key of a person who types on would have come. (Cody
 * counts a suggestion as read after 750 ms; Tab often comes before that.)
 */
const VISIBLE_MS = 250;

/** The least score for a follow-up: less probable suggestions are seldom accepted. With both bounds 7 of 16 follow-ups were used (bench flow). */
const LEAST_SCORE = 0.2;

/** A request in advance. */
export interface Ahead {
  /** Resolves when the request is over. */
  done: Promise<void>;
  cancel(): void;
  /** Its result has become an answer. */
  used(): void;
}

export interface FollowUpCounts {
  followUps: number; // follow-ups requested
  followUpsUsed: number; // those that became the answer of a request, or spared one
}

export interface FollowUpOptions {
  /** Requests a suggestion in advance; undefined where none is wanted. */
  ask: (document: OpenDocument, offset: number) => Ahead | undefined;
  clock?: Clock;
}

export class FollowUp implements SuggestionObserver {
  readonly counts: FollowUpCounts = { followUps: 0, followUpsUsed: 0 };
  readonly #options: FollowUpOptions;
  readonly #clock: Clock;
  #place: (RequestPlace & { start: number; score: number }) | undefined; // the end of the suggestion that was shown last
  #shown: { document: OpenDocument; version: number; edit: TextEdit } | undefined; // its part that is not typed yet
  #callOff: (() => void) | undefined; // cancels the wait before the follow-up's request
  #ahead: Ahead | undefined; // the request in advance at `#place`
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
    const isSame = this.#place !== undefined && isAt(this.#place, place); // the rest of the last suggestion
    this.#shown = { document, version, edit };
    if (isSame && (this.#ahead || this.#callOff)) return;
    this.#forget();
    const known = score ?? (isSame ? this.#place!.score : 0);
    this.#place = { ...place, start: offset, score: known };
    if (known < LEAST_SCORE) return;
    this.#callOff = this.#clock.after(VISIBLE_MS, () => {
      this.#callOff = undefined;
      void this.#ask();
    });
  }

  /** Every key ends the follow-up, except the key that accepts the suggestion and keys that type on in it: these make it likelier. */
  changed(document: OpenDocument, edits: readonly TextEdit[]): void {
    const last = edits.at(-1);
    const text = document.text.getText();
    const place = { uri: document.uri, text, offset: last ? last.start + last.text.length : 0 };
    if (last && this.#place && leadsTo(place, this.#place)) return;
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#isRunning) this.#forget();
  }

  closed(uri: string): void {
    if (this.#place?.uri === uri) this.#forget();
  }

  /** A request comes: one for another place ends a running or waiting follow-up. Requests for the rest of the suggestion need no model call. */
  requested(request: RequestPlace): void {
    if (this.#place && leadsTo(request, this.#place)) return;
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#isRunning) this.#forget();
  }

  /** A request got its answer without the model: if the answer was requested in advance, that request counts as used. */
  answered(request: RequestPlace): void {
    if (!this.#ahead || !this.#place || !isAt(this.#place, request)) return;
    this.#ahead.used();
    this.#ahead = undefined;
    this.counts.followUpsUsed++;
  }

  async #ask(): Promise<void> {
    const { document, version, edit } = this.#shown!;
    const after = document.version === version ? documentAfter(document, edit) : undefined;
    if (!after) return;
    const ahead = this.#options.ask(after, edit.start + edit.text.length);
    if (!ahead) {
      after.close();
      return;
    }
    this.counts.followUps++;
    this.#ahead = ahead;
    this.#isRunning = true;
    try {
      await ahead.done;
    } finally {
      after.close();
      if (this.#ahead === ahead) this.#isRunning = false;
    }
  }

  /** Drops the follow-up of the suggestion that was shown last. */
  #forget(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#isRunning) this.#ahead?.cancel();
    this.#ahead = undefined;
    this.#isRunning = false;
  }
}

/** Whether the suggestion that ends at `end` is typed up to `place`, in part or in full. The text after it may still be replaced. */
const leadsTo = (place: RequestPlace, end: RequestPlace & { start: number }): boolean =>
  place.uri === end.uri &&
  place.offset >= end.start &&
  place.offset <= end.offset &&
  end.text.startsWith(place.text.slice(0, place.offset)) &&
  place.text.endsWith(end.text.slice(end.offset));

const isAt = (a: RequestPlace, b: RequestPlace): boolean =>
  a.offset === b.offset && a.uri === b.uri && a.text === b.text;
