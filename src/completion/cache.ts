// What was answered before, by the text around the cursor: typing through a suggestion, deleting and retyping cost no model call.
// Must not call a model. Bounded: the entries used longest ago go first.

import { lineStartOf } from "../../common/syntax/lines.ts";
import type { Completion, CompletionOutcome, NoCompletionReason } from "./outcome.ts";
import type { Place } from "./place.ts";
import { fitBrackets } from "./postprocess/brackets.ts";

const CAPACITY = 200;

/** Text around the cursor that must be the same; a change further away does not spoil an answer. */
const BEFORE_UNITS = 1_000;
const AFTER_UNITS = 300;

/** Text after the cursor that an editor may have put in (`)`, `"]`) while a suggestion was typed. */
const MAX_AUTO_CLOSED_UNITS = 4;

interface Entry {
  uri: string;
  explicit: boolean;
  before: string;
  after: string;
  answer: Completion | NoCompletionReason; // its text with "\n" line ends
}

/** Reasons that the same text would give again. The others (cancelled, host gone, …) say nothing about the place. */
const lasting: ReadonlySet<NoCompletionReason> = new Set([
  "empty",
  "whitespaceOnly",
  "tooLong",
  "invisible",
  "redacted",
  "secret",
  "insecure",
  "duplicatesSuffix",
  "duplicatesPrevious",
  "repetition",
  "unbalanced",
  "syntaxError",
  "improbable",
]);

export class CompletionCache {
  readonly #entries = new Map<string, Entry>(); // in the order of use
  readonly #capacity: number;

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * The answer for a place: as it was given there ("cache"), or what is left of a suggestion whose beginning has been typed
   * since ("typedAsSuggested"). An explicit request takes only what an explicit one got.
   */
  find(place: Place, explicit: boolean): CompletionOutcome | undefined {
    let best: { key: string; entry: Entry; typed: number } | undefined;
    for (const [key, entry] of this.#entries) {
      if (entry.uri !== place.document.uri || (explicit && !entry.explicit)) continue;
      const typed = typedSince(entry, place.prefix);
      if (typed !== undefined && (!best || typed <= best.typed) && left(entry, place, typed))
        best = { key, entry, typed };
    }
    if (!best) return undefined;
    this.#entries.delete(best.key);
    this.#entries.set(best.key, best.entry);
    const answer = left(best.entry, place, best.typed)!;
    if (typeof answer === "string") return { kind: "none", reason: answer };
    return { kind: "shown", items: [answer], source: best.typed === 0 ? "cache" : "typedAsSuggested" };
  }

  /** The suggestions of a document, the one used last first, each with its line from the beginning. */
  suggestionsIn(uri: string, limit: number): string[] {
    const texts: string[] = [];
    for (const { uri: where, before, answer } of [...this.#entries.values()].reverse()) {
      if (texts.length === limit) break;
      if (where === uri && typeof answer !== "string")
        texts.push(before.slice(lineStartOf(before, before.length)) + answer.text);
    }
    return texts;
  }

  /** Remembers an answer that the same place would get again. */
  store(place: Place, explicit: boolean, answer: Completion | NoCompletionReason): void {
    if (typeof answer === "string" && !lasting.has(answer)) return;
    const entry: Entry = {
      uri: place.document.uri,
      explicit,
      before: place.prefix.slice(-BEFORE_UNITS),
      after: place.suffix.slice(0, AFTER_UNITS + MAX_AUTO_CLOSED_UNITS),
      answer,
    };
    const key = [entry.uri, explicit, entry.before, entry.after].join("\0");
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#capacity) this.#entries.delete(this.#entries.keys().next().value!);
  }
}

/** How much of the entry's suggestion stands before the cursor now; undefined where something else does. */
function typedSince({ before, answer }: Entry, prefix: string): number | undefined {
  const text = typeof answer === "string" ? "" : answer.text;
  for (let typed = 0; typed <= Math.min(text.length - 1, prefix.length) || typed === 0; typed++) {
    const at = prefix.length - typed;
    if (prefix[at - 1] !== before.at(-1)) continue;
    if (before.length < BEFORE_UNITS ? at !== before.length : at < before.length) continue;
    if (text.startsWith(prefix.slice(at)) && prefix.startsWith(before, at - before.length)) return typed;
  }
  return undefined;
}

/** What is left of the entry's answer, fitted to what follows the cursor now; undefined where that has changed otherwise. */
function left(
  { after, answer }: Entry,
  { suffix, line, rest }: Place,
  typed: number,
): Completion | NoCompletionReason | undefined {
  const same = (a: string, b: string) => a.slice(0, AFTER_UNITS) === b.slice(0, AFTER_UNITS);
  if (typeof answer === "string") return same(suffix, after) ? answer : undefined;
  const text = answer.text.slice(typed);
  if (same(suffix, after)) return { text, replaceAfter: answer.replaceAfter };
  if (typed === 0) return undefined;
  // the typed text has taken the place of what it replaces: a closing bracket typed over
  for (let over = 1; over <= answer.replaceAfter; over++) {
    if (same(suffix, after.slice(over))) return { text, replaceAfter: answer.replaceAfter - over };
  }
  // the editor has closed a bracket or quote that was typed
  for (let closed = 1; closed <= MAX_AUTO_CLOSED_UNITS; closed++) {
    const closers = suffix.slice(0, closed);
    if (!/^[)\]}"'`]+$/.test(closers)) break;
    if (!same(suffix.slice(closed), after)) continue;
    const fitted = fitBrackets(text, line, rest);
    return fitted && fitted.text !== "" ? fitted : undefined;
  }
  // a line break typed between brackets pushes the closing one to the next line
  if (answer.replaceAfter === 0 && same(suffix.trimStart(), after.trimStart()) && text.trim() !== "") {
    return { text: suffix.startsWith("\n") ? text.trimEnd() : text, replaceAfter: 0 };
  }
  return undefined;
}
