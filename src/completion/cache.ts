// Cache of earlier answers, by the text around the cursor: typing through a suggestion, deleting and retyping cost no model call.
// Must not call a model. Bounded: the entries used longest ago go first.

import { lineStartOf } from "../../common/syntax/lines.ts";
import type { Completion, CompletionOutcome, NoCompletionReason } from "./outcome.ts";
import type { Place } from "./place.ts";
import { fitBrackets } from "./text/brackets.ts";

/** How much text around the cursor must match, in UTF-16 units; a change further away does not spoil an answer. */
const BEFORE_UNITS = 1_000;
const AFTER_UNITS = 300;

/** Text after the cursor that an editor may have put in (`)`, `"]`) while a suggestion was typed. */
const MAX_AUTO_CLOSED_UNITS = 4;

/** The most UTF-16 units of a suggestion that can be typed while it is still shown as ghost text. */
const MOST_TYPED_UNITS = 4_000;

export interface CacheLimits {
  entries: number;
  entriesBehindSameText: number; // they differ in what follows the cursor; the older ones soon become useless
  beforeUnits: number;
}

export const CACHE_LIMITS: CacheLimits = { entries: 200, entriesBehindSameText: 8, beforeUnits: BEFORE_UNITS };

/** What an answer depends on besides the text around the cursor. */
export interface AnswerSource {
  model?: string; // id of the model that wrote it, where that is known
  memory?: number; // version of the repository memory that was mixed in; absent without one
}

export interface CacheEntry extends AnswerSource {
  uri: string;
  explicit: boolean;
  before: string;
  after: string;
  answer: Completion | NoCompletionReason; // its text with "\n" line ends
  score?: number; // of the show decision, where that was asked
}

/** The entries of a document. */
interface DocumentEntries {
  byHash: Map<number, CacheEntry[]>; // by the hash of the text before them; in the order of use
  longestUnits: number; // length of the longest suggestion
}

/** Reasons that recur for the same text. The others (cancelled, host gone, …) say nothing about the place. */
const lasting: ReadonlySet<NoCompletionReason> = new Set([
  "empty",
  "whitespaceOnly",
  "tooShort",
  "tooLong",
  "invisible",
  "redacted",
  "secret",
  "insecure",
  "harmful",
  "repeatsThirdParty",
  "duplicatesSuffix",
  "duplicatesPrevious",
  "repetition",
  "unbalanced",
  "syntaxError",
  "unfinished",
  "declaredHere",
  "improbable",
]);

export class CompletionCache {
  readonly #limits: CacheLimits;
  readonly #entries = new Map<string, CacheEntry>(); // by `keyOf`, in the order of use
  readonly #documents = new Map<string, DocumentEntries>(); // by URI

  constructor(limits: Partial<CacheLimits> = {}) {
    this.#limits = { ...CACHE_LIMITS, ...limits };
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * The answer for a place: the one given there before ("cache"), or the rest of a suggestion that has been typed in part
   * ("typedAsSuggested"); among several the one with the least typed. A suggestion has precedence over a reason for none, since it is on the
   * screen. An explicit request gets only the answer of an explicit request. Answers of models other than `model` do not count, except for an
   * explicit request's suggestion: it stays on screen while the person types it. Nor does what was written before the repository memory learnt
   * something, until it is typed in part: then it is on the screen, and stays. Without `memory` its version does not matter. The time grows with the length of a suggestion and hardly with
   * the number of entries: entries are found by a rolling hash of the text before them (Karp and Rabin 1987), for each count of typed units.
   */
  find(place: Place, explicit: boolean, { model, memory }: AnswerSource = {}): CompletionOutcome | undefined {
    const { prefix } = place;
    const document = this.#documents.get(place.document.uri);
    if (!document) return undefined;
    const hashes = hashesBefore(prefix, this.#limits.beforeUnits, document.longestUnits);
    const judged = new Set<CacheEntry>(); // each entry counts only at its first match, the one with the least typed
    let found: { entry: CacheEntry; reason: NoCompletionReason } | undefined;
    for (let typed = 0; typed < hashes.length; typed++) {
      const entries = document.byHash.get(hashes[typed]!);
      if (!entries) continue;
      for (const entry of entries.toReversed()) {
        const isOther = entry.model !== model && (explicit || !entry.explicit || typeof entry.answer === "string");
        const isOutdated = typed === 0 && memory !== undefined && entry.memory !== memory;
        if (
          (explicit && !entry.explicit) ||
          isOther ||
          isOutdated ||
          judged.has(entry) ||
          !this.#isTyped(entry, prefix, typed)
        )
          continue;
        judged.add(entry);
        const answer = whatIsLeft(entry, place, typed);
        if (answer === undefined) continue;
        if (typeof answer === "string") found ??= { entry, reason: answer };
        else {
          this.#put(entry);
          return { kind: "shown", items: [answer], source: typed === 0 ? "cache" : "typedAsSuggested" };
        }
      }
    }
    if (!found) return undefined;
    this.#put(found.entry);
    const { score } = found.entry;
    return { kind: "none", reason: found.reason, ...(score !== undefined && { score }) };
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

  /** Remembers an answer that the same place would get again from the same model and memory. */
  store(
    place: Place,
    explicit: boolean,
    answer: Completion | NoCompletionReason,
    source: AnswerSource = {},
    score?: number,
  ): void {
    if (typeof answer === "string" && !lasting.has(answer)) return;
    this.#put({
      uri: place.document.uri,
      explicit,
      ...source,
      before: place.prefix.slice(-this.#limits.beforeUnits),
      after: place.suffix.slice(0, AFTER_UNITS + MAX_AUTO_CLOSED_UNITS),
      answer,
      score,
    });
    if (this.#entries.size > this.#limits.entries) this.#remove(this.#entries.values().next().value!);
  }

  /** Puts an entry at the end of the order of use; it replaces one with the same key. */
  #put(entry: CacheEntry): void {
    const known = this.#entries.get(keyOf(entry));
    if (known) this.#remove(known);
    this.#entries.set(keyOf(entry), entry);
    const document = this.#documents.get(entry.uri) ?? { byHash: new Map(), longestUnits: 0 };
    this.#documents.set(entry.uri, document);
    const units = typeof entry.answer === "string" ? 0 : entry.answer.text.length;
    document.longestUnits = Math.min(MOST_TYPED_UNITS, Math.max(document.longestUnits, units));
    const hash = this.#hashOf(entry);
    const behindSameText = document.byHash.get(hash) ?? [];
    document.byHash.set(hash, [...behindSameText, entry]);
    if (behindSameText.length >= this.#limits.entriesBehindSameText) this.#remove(behindSameText[0]!);
  }

  #remove(entry: CacheEntry): void {
    this.#entries.delete(keyOf(entry));
    const { byHash } = this.#documents.get(entry.uri)!;
    const hash = this.#hashOf(entry);
    const others = byHash.get(hash)!.filter((other) => other !== entry);
    if (others.length > 0) byHash.set(hash, others);
    else byHash.delete(hash);
    if (byHash.size === 0) this.#documents.delete(entry.uri);
  }

  #hashOf({ before }: CacheEntry): number {
    return hashesBefore(before, this.#limits.beforeUnits, 0)[0]!;
  }

  /** Whether the text before the cursor is the text before the entry, followed by the first `typed` units of its suggestion. */
  #isTyped({ before, answer }: CacheEntry, prefix: string, typed: number): boolean {
    const at = prefix.length - typed;
    if (before.length !== Math.min(at, this.#limits.beforeUnits) || !prefix.startsWith(before, at - before.length))
      return false;
    return typed === 0 || (typeof answer !== "string" && isBegun(answer.text, prefix.slice(at)));
  }
}

const keyOf = ({ uri, explicit, model = "", memory, before, after }: CacheEntry): string =>
  [uri, explicit, model, String(memory), before, after].join("\0");

/** Whether `typed` is a proper prefix of a text. */
const isBegun = (text: string, typed: string): boolean => typed.length < text.length && text.startsWith(typed);

/** Any odd number works: hashes are numbers modulo 2 ** 32, and the entries they find are compared in full. */
const HASH_BASE = 0x01000193;

/**
 * Element t is the hash of the `units` units (fewer at the text's beginning) before the place t units before the text's end.
 * @param most the last t; less where the text is shorter
 */
function hashesBefore(text: string, units: number, most: number): Int32Array {
  const count = Math.min(most, text.length) + 1;
  const start = Math.max(0, text.length - (count - 1) - units);
  const upTo = new Int32Array(text.length - start + 1); // of the text from `start`
  let power = 1; // HASH_BASE ** units
  for (let i = start; i < text.length; i++)
    upTo[i - start + 1] = Math.imul(upTo[i - start]!, HASH_BASE) + text.charCodeAt(i);
  for (let i = 0; i < units; i++) power = Math.imul(power, HASH_BASE);
  const hashes = new Int32Array(count);
  for (let t = 0; t < count; t++) {
    const end = text.length - t - start;
    hashes[t] = end <= units ? upTo[end]! : upTo[end]! - Math.imul(upTo[end - units]!, power);
  }
  return hashes;
}

/** The rest of the entry's answer, fitted to the text after the cursor now; undefined where that text has changed in another way. */
export function whatIsLeft(
  { after, answer }: CacheEntry,
  { suffix, line, rest }: Place,
  typed: number,
): Completion | NoCompletionReason | undefined {
  const same = (a: string, b: string) => a.slice(0, AFTER_UNITS) === b.slice(0, AFTER_UNITS);
  if (typeof answer === "string") return same(suffix, after) ? answer : undefined;
  const text = answer.text.slice(typed);
  if (same(suffix, after)) return { ...answer, text };
  if (typed === 0) return undefined;
  // a closing bracket was typed over: the typed text has replaced what the suggestion replaces
  for (let over = 1; over <= answer.replaceAfter; over++) {
    if (same(suffix, after.slice(over))) return { ...answer, text, replaceAfter: answer.replaceAfter - over };
  }
  // the editor has closed a bracket or quote that was typed, perhaps behind brackets that were typed over
  for (let closed = 1; closed <= MAX_AUTO_CLOSED_UNITS; closed++) {
    const closers = suffix.slice(0, closed);
    if (!/^[)\]}"'`]+$/.test(closers)) break;
    const behind = suffix.slice(closed);
    if (!same(behind, after) && !same(behind, after.slice(answer.replaceAfter))) continue;
    const fitted = fitBrackets(text, line, rest);
    return fitted && fitted.text !== "" ? { ...answer, ...fitted } : undefined;
  }
  // a line break typed between brackets pushes the closing one to the next line
  if (answer.replaceAfter === 0 && same(suffix.trimStart(), after.trimStart()) && text.trim() !== "") {
    return { ...answer, text: suffix.startsWith("\n") ? text.trimEnd() : text };
  }
  return undefined;
}
