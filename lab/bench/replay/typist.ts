// A simulated person who types one hunk in an editor, reads the suggestions, and accepts one with Tab where all of it is what comes next.

import { setTimeout as sleep } from "node:timers/promises";
import { commonPrefixUnits } from "../../../common/util/differingPart.ts";
import type { AgentProcess } from "./agentProcess.ts";
import type { Change } from "./change.ts";
import { Editor } from "./editor.ts";
import { acceptEdit, accepted, afterEdit, isVisible, type Suggestion } from "./ghostText.ts";
import type { HostTap } from "./hostTap.ts";
import { emptyRecord, type Flicker, type HunkRecord, type Shown, type Trace, type Verdict } from "./record.ts";
import { keyIntervalsMs } from "./rhythm.ts";
import { type Edit, indentOf, nextStep, type Writing, writtenUnits } from "./typing.ts";

/** How long ghost text must be there before it is read, in milliseconds. */
export const READING_MS = 400;

/** The fewest units of an accepted suggestion: for less, nobody leaves the keys. */
export const MIN_ACCEPTED_UNITS = 2;

const LOOKING_MS = 800; // at the place, before the first key
const TICK_MS = 5;
const LAST_ANSWER_MS = 3_000;

export interface TypistOptions {
  accepts: boolean;
  speed: number;
  seed: number;
}

export class Typist {
  readonly record: HunkRecord = emptyRecord();
  readonly #editor: Editor;
  readonly #tap: HostTap;
  readonly #trace: Trace;
  readonly #options: TypistOptions;
  #writing: Writing | undefined;
  #lastKeyMs = 0;
  #current: { shown: Shown; sinceMs: number } | undefined; // the suggestion that is shown now

  constructor(agent: AgentProcess, tap: HostTap, trace: Trace, options: TypistOptions) {
    this.#tap = tap;
    this.#trace = trace;
    this.#options = options;
    this.#editor = new Editor(agent, {
      asked: () => trace.note("asked", { line: this.#line() }),
      answered: (answer, before) => {
        this.record.answers.push(answer);
        const { askedMs, answeredMs, late, items } = answer;
        trace.note("answered", { afterMs: Math.round(answeredMs - askedMs), late, items });
        if (!late) this.#answered(askedMs, before);
      },
    });
  }

  /** Types a change into its file. @throws Error where the text that comes out is not the change's */
  async type(uri: string, languageId: string, { text, hunk }: Change): Promise<void> {
    const editor = this.#editor;
    const firstCall = this.#tap.calls.length;
    const firstWarmCall = this.#tap.warmCalls.length;
    this.#tap.onCall = (call, what) => {
      this.#trace.note(`call ${what}`, {
        at: call.prefix.length,
        ahead: call.prefix.length > editor.cursor,
        ...(what === "begins" && { pieces: call.pieces }),
        ...(what === "ended" && {
          text: call.text,
          stop: call.result?.stop,
          ...call.result?.tokens,
          ...call.result?.timingMs,
        }),
      });
      if (what === "ended") return;
      if (call.prefix.length > editor.cursor) this.record.callsAhead++;
      else if (editor.shown) this.#typeThroughCall();
    };
    this.#tap.onWarmed = ({ startMs, endMs = startMs, result }) => {
      this.#trace.note("read ahead", { forMs: Math.round(endMs - startMs), stop: result?.stop, ...result?.tokens });
    };
    editor.open(uri, languageId, text);
    const at = endOfLine(text, hunk.line);
    editor.move(at);
    await sleep(LOOKING_MS);
    if (hunk.removed > 0) {
      const end = endOfLine(text, hunk.line + hunk.removed);
      editor.edit({ start: at, end, text: "", cursor: at });
    }
    const target = `\n${hunk.added.join("\n")}`;
    const writing: Writing = { text: editor.text, cursor: at, start: at, end: at, target, indent: indentOf(text) };
    this.#writing = writing;
    this.record.typedUnits = typedUnits(target);
    await this.#write(writing, keyIntervalsMs(target, this.#options.seed, this.#options.speed));
    const expected = editor.text.slice(0, at) + target;
    if (!editor.text.startsWith(expected)) throw new Error(`typed "${editor.text.slice(at, editor.cursor)}"`);
    const endMs = performance.now() + LAST_ANSWER_MS;
    while ((editor.isAsking || this.#tap.isGenerating) && performance.now() < endMs) await sleep(TICK_MS);
    editor.close();
    this.#tap.onCall = () => {};
    this.record.calls = this.#tap.calls.slice(firstCall);
    this.record.warmCalls = this.#tap.warmCalls.slice(firstWarmCall);
  }

  async #write(writing: Writing, intervalsMs: readonly number[]): Promise<void> {
    this.#lastKeyMs = performance.now();
    for (;;) {
      const dueMs = this.#lastKeyMs + (intervalsMs[writtenUnits(writing)] ?? intervalsMs[0]);
      if (await this.#readUntil(dueMs, writing)) continue;
      const step = nextStep(writing);
      if (!step) return;
      if (step.kind === "move") {
        this.#editor.move(step.cursor);
        writing.cursor = step.cursor;
        this.#current = undefined;
        this.#lastKeyMs = performance.now();
        continue;
      }
      const shownBefore = this.#editor.shown;
      this.#lastKeyMs = performance.now();
      if (step.kind === "key") this.record.keys++;
      this.#editor.press(step.edit);
      applyTo(writing, step.edit);
      const fits = shownBefore !== undefined && fitsStill(shownBefore, step.edit, this.#editor);
      if (fits && step.kind === "key") this.record.typeThroughKeys++;
      if (!this.#editor.shown) this.#current = undefined;
      this.#trace.note("key", { key: step.edit.text, ...(shownBefore && { fits }) });
    }
  }

  /** Waits for the time of the next key; true where Tab came first. */
  async #readUntil(dueMs: number, writing: Writing): Promise<boolean> {
    for (;;) {
      const nowMs = performance.now();
      if (
        this.#options.accepts &&
        this.#current &&
        nowMs - this.#current.sinceMs >= READING_MS &&
        this.#take(writing)
      ) {
        return true;
      }
      if (nowMs >= dueMs) return false;
      await sleep(Math.min(TICK_MS, dueMs - nowMs));
    }
  }

  #take(writing: Writing): boolean {
    const suggestion = this.#editor.shown;
    if (!suggestion || !this.#current || verdictOf(suggestion, writing) !== "whole") return false;
    const edit = acceptEdit(suggestion, writing.text);
    const before = writtenUnits(writing);
    const { text } = this.#editor;
    this.#lastKeyMs = performance.now();
    this.#editor.accept();
    applyTo(writing, edit);
    const gained = writing.target.slice(before, writtenUnits(writing));
    this.record.savedUnits += typedUnits(gained);
    this.#current.shown.accepted = true;
    this.#current = undefined;
    this.#trace.note("accepted", { gained, replaced: text.slice(edit.start, edit.end) });
    return true;
  }

  #answered(askedMs: number, before: Suggestion | undefined): void {
    const editor = this.#editor;
    const now = editor.shown;
    const { text, cursor } = editor;
    if (now) this.record.shownAnswers.push({ text: text.slice(0, now.start) + now.text, cursor });
    else this.record.emptyAnswers.push(text.slice(0, cursor));
    if (before && now && accepted(before, text) === accepted(now, text)) return; // as it was
    const flicker = before && flickerOf(before, now, text, cursor);
    if (flicker) {
      this.record.flickers.push(flicker);
      this.#trace.note("flicker", { ...flicker, line: this.#line() });
    }
    this.#current = undefined;
    if (!now || !this.#writing) return;
    const sinceMs = performance.now();
    const shown: Shown = {
      verdict: verdictOf(now, this.#writing),
      units: accepted(now, text).length - text.length,
      sinceKeyMs: sinceMs - this.#lastKeyMs,
      fromModel: this.#tap.calls.some(({ endMs }) => endMs === undefined || endMs > askedMs),
      accepted: false,
    };
    this.record.shown.push(shown);
    this.#current = { shown, sinceMs };
    this.#trace.note("shown", { ...shown, ghost: ghost(now, text, cursor), line: this.#line() });
  }

  #typeThroughCall(): void {
    this.record.callsInTypeThrough++;
    const { text, cursor, shown } = this.#editor;
    this.#trace.note("call in type-through", {
      line: this.#line(),
      ghost: shown && ghost(shown, text, cursor),
    });
  }

  #line(): string {
    const { text, cursor } = this.#editor;
    const [start, end] = [text.lastIndexOf("\n", cursor - 1) + 1, text.indexOf("\n", cursor)];
    return `${text.slice(start, cursor)}|${text.slice(cursor, end === -1 ? undefined : end)}`;
  }
}

/** Whether an edit goes the way of a suggestion, or has written all of it. */
function fitsStill(before: Suggestion, edit: Edit, { text, cursor }: Editor): boolean {
  const moved = afterEdit(before, edit);
  return moved !== undefined && (isVisible(moved, text, cursor) || accepted(moved, text) === text);
}

/** What comes of a suggestion for somebody who writes the target. */
export function verdictOf(suggestion: Suggestion, writing: Writing): Verdict {
  const edit = acceptEdit(suggestion, writing.text);
  const after = { ...writing };
  applyTo(after, edit);
  const tail = writing.text.slice(writing.cursor, writing.end);
  const has = writtenUnits(writing);
  const gets = writtenUnits(after);
  const whole =
    suggestion.start >= writing.start &&
    suggestion.end <= writing.end &&
    gets === after.cursor - after.start &&
    gets >= has + MIN_ACCEPTED_UNITS &&
    tail.endsWith(after.text.slice(after.cursor, after.end));
  if (whole) return "whole";
  const added = after.text.slice(writing.cursor, after.cursor);
  const [word] = /^\s*(\w+|\S?)/.exec(added)!;
  return word.trim() !== "" && writing.target.startsWith(word, has) ? "beginning" : "wrong";
}

function applyTo(writing: Writing, { start, end, text, cursor }: Edit): void {
  writing.text = writing.text.slice(0, start) + text + writing.text.slice(end);
  writing.cursor = cursor;
  writing.end += text.length - (end - start);
}

/** Units that cost a key each: the editor indents by itself. */
export const typedUnits = (text: string): number => text.replace(/\n[ \t]+/g, "\n").length;

/** What an answer has done to ghost text that was there and fitted; undefined where it says the same. */
export function flickerOf(
  before: Suggestion,
  now: Suggestion | undefined,
  text: string,
  cursor: number,
): Flicker | undefined {
  if (!now) return { what: "gone", before: ghost(before, text, cursor), after: "" };
  if (accepted(before, text) === accepted(now, text)) return undefined;
  return { what: "changed", before: ghost(before, text, cursor), after: ghost(now, text, cursor) };
}

/** What a suggestion adds at the cursor. */
function ghost(suggestion: Suggestion, text: string, cursor: number): string {
  const withIt = accepted(suggestion, text);
  const from = Math.min(cursor, commonPrefixUnits(withIt, text));
  return withIt.slice(from, withIt.length - (text.length - cursor));
}

function endOfLine(text: string, line: number): number {
  let at = -1;
  for (let i = 0; i < line; i++) at = text.indexOf("\n", at + 1);
  return at === -1 ? text.length : at;
}
