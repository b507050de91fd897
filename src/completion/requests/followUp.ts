// What follows a suggestion that is shown is asked for while the person reads it, so that it is in the cache when the suggestion is taken. Decides
// for which suggestions, when, and what ends it; asks through a function. Must not stand in the way of anything that somebody waits for.

import { documentAfter, type OpenDocument } from "../../workspace/documents.ts";
import { type Clock, realClock } from "../clock.ts";
import type { ShownSuggestion, SuggestionObserver, TextEdit } from "../suggestionObserver.ts";
import type { RequestPlace } from "./inFlight.ts";

/**
 * How long a suggestion must stay to count as being read, in milliseconds: the next key of somebody who types on would have come. (Cody counts
 * one as read after 750 ms; Tab often comes before that.)
 */
const VISIBLE_MS = 250;

/** What is less probable than this is seldom taken, and what follows it is asked for in vain. With both bounds 7 of 16 were used (bench flow). */
const LEAST_SCORE = 0.2;

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
  /** Asks what is to be suggested there, in advance; undefined where nobody wants that. */
  ask: (document: OpenDocument, offset: number) => Ahead | undefined;
  clock?: Clock;
}

export class FollowUp implements SuggestionObserver {
  readonly counts: FollowUpCounts = { followUps: 0, followUpsUsed: 0 };
  readonly #options: FollowUpOptions;
  readonly #clock: Clock;
  #place: (RequestPlace & { start: number; score: number }) | undefined; // of the suggestion that was shown last
  #shown: { document: OpenDocument; version: number; edit: TextEdit } | undefined; // what is left of it now
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

  /** Every key ends it but the one that takes the suggestion, and those that type on in it: they make it likelier. */
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

  /** A request comes: one for another place ends what runs, or waits. What is left of the suggestion is asked for without the model. */
  requested(request: RequestPlace): void {
    if (this.#place && leadsTo(request, this.#place)) return;
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#isRunning) this.#forget();
  }

  /** A request got its answer without the model: if that was asked for in advance, it was for something. */
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

  /** Nothing follows the suggestion that was shown last. */
  #forget(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#isRunning) this.#ahead?.cancel();
    this.#ahead = undefined;
    this.#isRunning = false;
  }
}

/** Whether at `place` a part of the suggestion is typed that ends at `end`, or all of it. What follows it may still be replaced. */
const leadsTo = (place: RequestPlace, end: RequestPlace & { start: number }): boolean =>
  place.uri === end.uri &&
  place.offset >= end.start &&
  place.offset <= end.offset &&
  end.text.startsWith(place.text.slice(0, place.offset)) &&
  place.text.endsWith(end.text.slice(end.offset));

const isAt = (a: RequestPlace, b: RequestPlace): boolean =>
  a.offset === b.offset && a.uri === b.uri && a.text === b.text;
