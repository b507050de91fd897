// The record of a typing run, and its readable trace. Judges nothing.

import { appendFileSync, writeFileSync } from "node:fs";
import type { Answer } from "./editor.ts";
import type { ModelCall, WarmCall } from "./hostTap.ts";

/** Whether all of a suggestion is what is typed next, or the first word of it, or nothing. */
export type Verdict = "whole" | "beginning" | "wrong";

/** A suggestion from when it appears until it is gone. */
export interface Shown {
  verdict: Verdict;
  units: number; // UTF-16 units of its ghost text when it appeared
  sinceKeyMs: number; // from the last key
  fromModel: boolean; // the model worked for it after the request
  accepted: boolean;
}

/** Ghost text that fitted, and that an answer took away or changed. */
export interface Flicker {
  what: "gone" | "changed";
  before: string;
  after: string;
}

/** An answer that there is ghost text of. */
export interface ShownAnswer {
  text: string; // of the document up to the end of the suggestion
  cursor: number;
}

/** One hunk, typed. */
export interface HunkRecord {
  keys: number; // Tab for a suggestion left out
  typeThroughKeys: number; // after which the shown suggestion still fits
  typedUnits: number; // of the whole text; a line's indentation counts as part of its line break
  savedUnits: number; // of these, brought by Tab
  answers: Answer[];
  shown: Shown[];
  shownAnswers: ShownAnswer[];
  emptyAnswers: string[]; // in time, but nothing to show: the document up to the cursor
  flickers: Flicker[];
  calls: ModelCall[];
  callsInTypeThrough: number; // for the cursor's own place, while fitting ghost text is shown
  callsAhead: number; // for a place that the cursor has not reached
  warmCalls: WarmCall[];
}

export const emptyRecord = (): HunkRecord => ({
  keys: 0,
  typeThroughKeys: 0,
  typedUnits: 0,
  savedUnits: 0,
  answers: [],
  shown: [],
  shownAnswers: [],
  emptyAnswers: [],
  flickers: [],
  calls: [],
  callsInTypeThrough: 0,
  callsAhead: 0,
  warmCalls: [],
});

/** Lines of JSON with the milliseconds since the start; nothing where no file is named. */
export class Trace {
  readonly #file: string | undefined;
  readonly #startMs = performance.now();

  constructor(file: string | undefined) {
    this.#file = file;
    if (file !== undefined) writeFileSync(file, "");
  }

  note(event: string, more: object = {}): void {
    if (this.#file === undefined) return;
    const ms = Math.round((performance.now() - this.#startMs) * 10) / 10;
    appendFileSync(this.#file, `${JSON.stringify({ ms, event, ...more })}\n`);
  }
}
