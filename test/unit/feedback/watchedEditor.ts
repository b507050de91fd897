// A document as an editor changes it, watched by the state machine: every change goes the way of the agent's.

import { Acceptance, type AcceptanceEvent, type Ended } from "../../../src/feedback/acceptance.ts";
import { applyEdit, minimalEdit } from "../../../src/feedback/edits.ts";

export const URI = "file:///w/a.ts";

export class WatchedEditor {
  readonly acceptance = new Acceptance();
  readonly events: AcceptanceEvent[] = [];
  text: string;
  cursor: number;
  nowMs = 0;
  readonly #undo: { text: string; cursor: number }[] = [];

  /** @param drawn the cursor is at ¦ */
  constructor(drawn: string) {
    this.cursor = drawn.indexOf("¦");
    this.text = drawn.replace("¦", "");
  }

  /** @param selectedUnits so much of it comes with the suggest widget's item */
  show(text: string, replaceAfter = 0, selectedUnits = 0): this {
    const item = { text, replaceAfter };
    const shown = { uri: URI, languageId: "typescript", text: this.text, offset: this.cursor, item, selectedUnits };
    this.events.push(...this.acceptance.shown({ ...shown, source: "model", explicit: false }, this.nowMs));
    return this;
  }

  wait(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** Replaces [start, end); the cursor ends after the text, or `back` units before its end. */
  replace(start: number, end: number, text: string, back = 0): this {
    this.#undo.push({ text: this.text, cursor: this.cursor });
    this.#change(start, end, text);
    this.cursor = start + text.length - back;
    return this;
  }

  /** One change at the cursor. */
  insert(text: string, back = 0): this {
    return this.replace(this.cursor, this.cursor, text, back);
  }

  /** A change for each character. */
  type(text: string): this {
    for (const character of text) this.insert(character).wait(100);
    return this;
  }

  deleteBack(units = 1): this {
    return this.replace(this.cursor - units, this.cursor, "");
  }

  /** Takes back the last change, as one that covers the whole text. */
  undo(): this {
    const { text, cursor } = this.#undo.pop()!;
    this.#change(0, this.text.length, text);
    this.cursor = cursor;
    return this;
  }

  command(): this {
    this.events.push(...this.acceptance.confirmed(this.nowMs));
    return this;
  }

  moveTo(offset: number): this {
    this.cursor = offset;
    this.events.push(...this.acceptance.cursorAt(URI, this.text, offset, this.nowMs));
    return this;
  }

  close(): this {
    this.events.push(...this.acceptance.closed(URI, this.nowMs));
    return this;
  }

  get shownCount(): number {
    return this.events.filter(({ kind }) => kind === "shown").length;
  }

  /** How each suggestion ended, with what was revised since. */
  get endings(): Ended[] {
    const endings: Ended[] = [];
    for (const event of this.events) {
      if (event.kind === "ended") endings.push(event.ended);
      if (event.kind === "revised") endings[endings.indexOf(event.from)] = event.to;
    }
    return endings;
  }

  /** "ending: reason" of each. */
  get said(): string[] {
    return this.endings.map(({ ending, reason }) => `${ending}: ${reason}`);
  }

  /** The texts that were accepted and not taken back, as the document had them then. */
  get pieces(): string[] {
    const taken = this.events.flatMap((event) => (event.kind === "taken" ? [event] : []));
    const back = new Set(this.events.flatMap((event) => (event.kind === "takenBack" ? [event.piece] : [])));
    return taken.filter(({ piece }) => !back.has(piece)).map((event) => this.#texts.get(event)!);
  }

  readonly #texts = new Map<AcceptanceEvent, string>();

  #change(start: number, end: number, text: string): void {
    const edit = minimalEdit(this.text, { start, end, text });
    this.text = applyEdit(this.text, { start, end, text });
    const events = this.acceptance.changed(URI, edit, this.nowMs);
    for (const event of events)
      if (event.kind === "taken") this.#texts.set(event, this.text.slice(event.start, event.end));
    this.events.push(...events);
  }
}
