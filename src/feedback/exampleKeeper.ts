// Decides what becomes a kept example, and when it is written: places where a suggestion was shown, and some lines that were typed though nothing was;
// each once it is known what stands there. Does nothing while `keepExamples` is off. Must not know the disk.

import type { TextEdit } from "../completion/suggestionObserver.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import type { Ended, Suggestion } from "./acceptance.ts";
import type { Edit } from "./edits.ts";
import { type Examples, type Place, placeIn } from "./examples.ts";
import { type Outcome, Places, type Settled } from "./places.ts";

/** The least time between two lines that are followed though nothing was shown, in milliseconds: they teach least. */
const TYPED_EVERY_MS = 20_000;

/** A place that may become an example. */
interface Kept {
  place: Place;
  suggestion?: Suggestion; // absent where nothing was shown
  ended?: Ended;
  outcome?: Outcome;
}

export class ExampleKeeper {
  readonly #examples: Examples;
  readonly #isOn: () => boolean;
  readonly #places = new Places<Kept>();
  readonly #shown = new Map<Suggestion, Kept>(); // until they are written
  #typedAtMs = Number.NEGATIVE_INFINITY; // when a line began to be followed though nothing was shown

  constructor(examples: Examples, isOn: () => boolean) {
    this.#examples = examples;
    this.#isOn = isOn;
  }

  watches(uri: string): boolean {
    return this.#places.watches(uri);
  }

  /** @param offset of the cursor in the document's `text` */
  shown(suggestion: Suggestion, text: string, offset: number, nowMs: number): void {
    if (!this.#isOn()) return;
    const { uri } = suggestion;
    const typed = this.#places.at(uri, offset);
    if (typed && !typed.suggestion) this.#places.forget(typed); // something was shown there after all
    const kept: Kept = { place: placeIn(text, offset, suggestion, nowMs), suggestion };
    this.#shown.set(suggestion, kept);
    this.#follow(kept, offset, suggestion.text.split("\n").length, nowMs);
  }

  /**
   * Follows a line that a person begins to type, unless a place is there already. To be called after all edits of a notification.
   * @returns whether it is followed
   */
  typed({ uri, languageId, text: now }: OpenDocument, edits: readonly TextEdit[], nowMs: number): boolean {
    if (!this.#isOn() || nowMs - this.#typedAtMs < TYPED_EVERY_MS) return false;
    const [edit] = edits;
    const isKey = edits.length === 1 && edit!.start === edit!.end && /^\S$/.test(edit!.text);
    if (!isKey || this.#places.at(uri, edit!.start)) return false;
    const before = now.getText();
    const text = before.slice(0, edit!.start) + before.slice(edit!.start + 1);
    this.#typedAtMs = nowMs;
    const kept: Kept = { place: placeIn(text, edit!.start, { uri, languageId }, nowMs) };
    this.#follow(kept, edit!.start, 1, nowMs, edit!.text);
    return true;
  }

  changed(uri: string, edit: Edit, nowMs: number): void {
    this.#settle(this.#places.changed(uri, edit, nowMs));
  }

  /** A suggestion has ended, or how it has ended was corrected. */
  ended(ended: Ended): void {
    const kept = this.#shown.get(ended.suggestion);
    if (!kept) return;
    kept.ended = ended;
    this.#write(kept);
  }

  /** Writes what is due. */
  settle(nowMs: number): void {
    this.#settle(this.#places.settle(nowMs));
  }

  closed(uri: string, nowMs: number): void {
    this.#settle(this.#places.closed(uri, nowMs));
  }

  /** The process ends. To be called when the watched suggestion has ended. */
  end(nowMs: number): void {
    this.#settle(this.#places.end(nowMs));
  }

  /** Deletes all kept examples, and those that are followed. */
  forget(nowMs: number): void {
    this.#places.end(nowMs);
    this.#shown.clear();
    this.#examples.forget();
  }

  #follow(kept: Kept, start: number, lines: number, nowMs: number, typed = ""): void {
    const { uri, tail } = kept.place;
    this.#settle(this.#places.follow(kept, uri, { start, content: typed + tail }, lines, nowMs));
  }

  #settle(settled: readonly Settled<Kept>[]): void {
    for (const { subject, outcome } of settled) {
      subject.outcome = outcome;
      this.#write(subject);
    }
  }

  #write(kept: Kept): void {
    const { place, suggestion, ended, outcome } = kept;
    if (!outcome || (suggestion && !ended)) return;
    if (suggestion) this.#shown.delete(suggestion);
    if (this.#isOn()) this.#examples.keep(place, outcome, ended);
  }
}
