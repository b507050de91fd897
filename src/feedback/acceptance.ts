// Infers what becomes of suggestions from document changes alone: stable VS Code does not report that one was shown, partly accepted or rejected.
// A state machine without clock, files or editor: changes go in with their times, events come out. Watches one suggestion at a time.

import { lineStartOf } from "../../common/syntax/lines.ts";
import type { CompletionSource } from "../completion/outcome.ts";
import { type Edit, movedStretch, type Stretch, withPlainLineEnds } from "./edits.ts";
import { fitted, goingOn, rawLength } from "./fit.ts";
import { type Insertion, insertionOf } from "./insertion.ts";

/** The least time that a suggestion must be shown to count as read, in milliseconds (Cody's figure). */
const READ_MS = 750;

/** An accept that is undone within this time, in milliseconds, does not count. */
const UNDONE_MS = 5_000;

/** How long after a change its item's command may come, in milliseconds; it comes right after the change. */
const COMMAND_MS = 2_000;

/** The most accepts that are watched for an undo. */
const MAX_WATCHED = 4;

export interface Suggestion {
  readonly uri: string;
  readonly languageId: string;
  readonly text: string; // with "\n" line ends
  readonly source: CompletionSource;
  readonly explicit: boolean;
  readonly score?: number;
  readonly shownAtMs: number;
}

/** How a suggestion ended. All but "unread" are the answers of a person who has read it. */
export type Ending =
  | "accepted" // the rest of it at once
  | "partlyAccepted" // a beginning of it by words or lines, then no more
  | "typedThrough" // written by hand to its end
  | "rejected"
  | "unread" // gone before it could be read, and nothing of it was accepted
  | "undone"; // accepted and taken back within seconds

export type EndReason = "finished" | "contradicted" | "lineLeft" | "closed" | "replaced";

export interface Ended {
  suggestion: Suggestion;
  ending: Ending;
  reason: EndReason;
  /** Numbers of the text's characters. Their sum is its length, so that nothing is counted twice. */
  characters: { accepted: number; typed: number; left: number };
  visibleMs: number;
}

export type AcceptanceEvent =
  | { kind: "shown"; suggestion: Suggestion }
  /**
   * A part of it was accepted at that time and stands in [start, end) of the document now. `piece` identifies it from here on. Where its end is
   * deleted, it is taken back, and what is left of it is taken under the same number.
   */
  | { kind: "taken"; suggestion: Suggestion; piece: number; start: number; end: number; atMs: number }
  | { kind: "takenBack"; piece: number }
  | { kind: "ended"; ended: Ended }
  /** Corrects the earlier event `from`: the item's command came, or the accept was undone. */
  | { kind: "revised"; from: Ended; to: Ended };

export interface Shown {
  uri: string;
  languageId: string;
  text: string; // the document's
  offset: number; // of the cursor in it
  item: { text: string; replaceAfter: number };
  source: CompletionSource;
  explicit: boolean;
  score?: number;
  selectedUnits?: number; // length of the item's beginning that comes with the suggest widget's selected item
}

/** A part of the suggestion that reached the document in one way; from the end of the previous part up to `to`. */
interface Span {
  to: number;
  kind: Insertion;
  piece?: number;
  atMs: number;
  before: string; // the stretch's text before this part, with the document's line ends
}

interface Active {
  suggestion: Suggestion;
  stretch: Stretch; // the suggestion's text so far, and the text that it would replace
  rest: string; // the stretch's text after the cursor, with the document's line ends
  spans: Span[];
  selectedTo: number; // end of the part that the suggest widget's selected item supplies; 0 where no widget is open
}

interface Finished {
  ended: Ended;
  atMs: number;
  last?: Span; // its last part
  gained: number; // units that the last part added
}

interface Watched {
  finished: Finished;
  stretch: Stretch;
}

export class Acceptance {
  #active: Active | undefined;
  #finished: Finished | undefined; // the last suggestion that ended
  #watched: Watched[] = [];
  #pieces = 0;

  /** Whether something is watched in a document; changes of other documents need not be reported. */
  watches(uri: string): boolean {
    return this.#active?.suggestion.uri === uri || this.#watched.some(({ finished }) => uriOf(finished) === uri);
  }

  /** A suggestion has gone to the editor. If it continues the watched one, of which a part is in the document already, it counts as the same one. */
  shown(shown: Shown, nowMs: number): AcceptanceEvent[] {
    const { uri, languageId, text, offset, item, source, explicit, score, selectedUnits = 0 } = shown;
    const wanted = withPlainLineEnds(item.text);
    const end = offset + item.replaceAfter;
    const active = this.#active;
    const goesOn =
      active &&
      active.suggestion.uri === uri &&
      goingOn(active.suggestion.text, active.stretch, text, { offset, end, wanted });
    if (goesOn) {
      const { standing, endsAt } = goesOn;
      const { spans, stretch } = active;
      const { events, shortened } = truncate(spans, standing);
      if (lengthOf(spans) < standing) spans.push({ to: standing, kind: "typed", atMs: nowMs, before: stretch.content });
      active.stretch = { start: stretch.start, content: text.slice(stretch.start, endsAt) };
      active.rest = text.slice(offset, endsAt);
      if (shortened) events.push(takenEvent(active, shortened));
      active.selectedTo = selectedUnits && standing + selectedUnits;
      return events;
    }
    const rest = text.slice(offset, end);
    const sameLine = active?.suggestion.uri === uri && lineOf(text, cursorOf(active)) === lineOf(text, offset);
    const events = this.#end(sameLine ? "replaced" : "lineLeft", nowMs);
    const suggestion = { uri, languageId, text: wanted, source, explicit, score, shownAtMs: nowMs };
    this.#active = {
      suggestion,
      stretch: { start: offset, content: rest },
      rest,
      spans: [],
      selectedTo: selectedUnits,
    };
    return [...events, { kind: "shown", suggestion }];
  }

  changed(uri: string, edit: Edit, nowMs: number): AcceptanceEvent[] {
    const undone = this.#undone(uri, edit, nowMs);
    const active = this.#active;
    if (!active || active.suggestion.uri !== uri) return undone;
    return [...undone, ...this.#follow(active, edit, nowMs)];
  }

  /** Reports the cursor's position; `text` is the document's. */
  cursorAt(uri: string, text: string, offset: number, nowMs: number): AcceptanceEvent[] {
    const active = this.#active;
    if (!active) return [];
    if (active.suggestion.uri === uri && lineOf(text, cursorOf(active)) === lineOf(text, offset)) return [];
    return this.#end("lineLeft", nowMs);
  }

  closed(uri: string, nowMs: number): AcceptanceEvent[] {
    this.#watched = this.#watched.filter(({ finished }) => uriOf(finished) !== uri);
    return this.#active?.suggestion.uri === uri ? this.#end("closed", nowMs) : [];
  }

  /** The window is closed. */
  end(nowMs: number): AcceptanceEvent[] {
    this.#watched = [];
    return this.#end("closed", nowMs);
  }

  /** An item's command has come: the last suggestion was accepted, whatever its last change looked like. */
  confirmed(nowMs: number): AcceptanceEvent[] {
    const finished = this.#finished;
    if (!finished || nowMs - finished.atMs > COMMAND_MS) return [];
    const { ended: from, gained, last } = finished;
    const { accepted, typed, left } = from.characters;
    let characters: Ended["characters"];
    if (from.reason === "finished" && last?.kind === "unclear")
      characters = { accepted: accepted + gained, typed: typed - gained, left };
    else if (from.reason === "contradicted") characters = { accepted: accepted + left, typed, left: 0 };
    else return [];
    this.#finished = undefined;
    return [{ kind: "revised", from, to: { ...from, ending: "accepted", reason: "finished", characters } }];
  }

  #follow(active: Active, edit: Edit, nowMs: number): AcceptanceEvent[] {
    const { suggestion, stretch, spans, rest } = active;
    const end = stretch.start + stretch.content.length;
    const beside =
      (edit.removed !== "" && edit.start + edit.removed.length === stretch.start) ||
      (edit.removed !== "" && edit.inserted !== "" && edit.start === end);
    const moved = beside ? undefined : movedStretch(stretch, edit, true);
    if (!moved) return this.#end("contradicted", nowMs, "lost");
    const before = stretch.content;
    active.stretch = moved;
    if (moved.content === before) return [];

    const taken = lengthOf(spans);
    const fit = fitted(suggestion.text, moved.content, rest, taken);
    if (!fit) return this.#end("contradicted", nowMs);
    active.rest = fit.rest;
    const { events, shortened } = truncate(spans, fit.taken);
    if (shortened) events.push(takenEvent(active, shortened));
    if (fit.taken > taken) {
      const remaining = suggestion.text.slice(taken);
      const gained = remaining.slice(0, fit.taken - taken);
      const inserted = withPlainLineEnds(edit.inserted);
      const replaced = edit.removed !== "" && edit.start < stretch.start + (before.length - rest.length);
      const isSelected = fit.taken === active.selectedTo && gained.length < remaining.length;
      const kind = isSelected
        ? "typed"
        : insertionOf({ gained, remaining, inserted, replaced, rest: withPlainLineEnds(rest) });
      const span: Span = { to: fit.taken, kind, atMs: nowMs, before };
      spans.push(span);
      if (kind === "accepted") {
        span.piece = ++this.#pieces;
        events.push(takenEvent(active, span));
      }
    }
    if (fit.taken === suggestion.text.length) events.push(...this.#end("finished", nowMs));
    return events;
  }

  /** Ends the watched suggestion, if there is one. @param place "lost": its place is not known any more */
  #end(reason: EndReason, nowMs: number, place?: "lost"): AcceptanceEvent[] {
    const active = this.#active;
    if (!active) return [];
    this.#active = undefined;
    const { suggestion, spans, stretch } = active;
    const characters = charactersOf(active);
    const visibleMs = nowMs - suggestion.shownAtMs;
    const last = spans.at(-1);
    const ended: Ended = {
      suggestion,
      ending: endingOf(reason, last, characters.accepted, visibleMs),
      reason,
      characters,
      visibleMs,
    };
    const gained = last ? last.to - (spans.at(-2)?.to ?? 0) : 0;
    this.#finished = { ended, atMs: nowMs, last, gained };
    if (last?.piece !== undefined && reason !== "closed" && place !== "lost") {
      this.#watched.push({ finished: this.#finished, stretch });
      if (this.#watched.length > MAX_WATCHED) this.#watched.shift();
    }
    return [{ kind: "ended", ended }];
  }

  /** Undone accepts: those of ended suggestions where the text is again as it was before. */
  #undone(uri: string, edit: Edit, nowMs: number): AcceptanceEvent[] {
    const events: AcceptanceEvent[] = [];
    this.#watched = this.#watched.flatMap((watched) => {
      const { finished, stretch } = watched;
      const { ended: from, last, gained } = finished;
      if (!last || nowMs - last.atMs > UNDONE_MS) return [];
      if (uriOf(finished) !== uri) return [watched];
      const moved = movedStretch(stretch, edit, false);
      if (!moved) return [];
      if (moved.content !== last.before) return [{ finished, stretch: moved }];
      const accepted = from.characters.accepted - gained;
      const characters = { ...from.characters, accepted, left: from.characters.left + gained };
      events.push({ kind: "takenBack", piece: last.piece! });
      events.push({
        kind: "revised",
        from,
        to: { ...from, ending: accepted > 0 ? "partlyAccepted" : "undone", characters },
      });
      return [];
    });
    return events;
  }
}

const uriOf = ({ ended }: Finished): string => ended.suggestion.uri;
const lengthOf = (spans: readonly Span[]): number => spans.at(-1)?.to ?? 0;
const cursorOf = ({ stretch, rest }: Active): number => stretch.start + stretch.content.length - rest.length;
const lineOf = (text: string, offset: number): number => lineStartOf(text, offset);

/** The last part of what stands in the document, which was accepted. */
function takenEvent(active: Active, { piece, to, atMs }: Span): AcceptanceEvent {
  const { suggestion, spans, stretch } = active;
  const end = cursorOf(active);
  const start = end - rawLength(suggestion.text.slice(spans.at(-2)?.to ?? 0, to), stretch.content);
  return { kind: "taken", suggestion, piece: piece!, start, end, atMs };
}

/**
 * Drops the parts that are no longer in the document. An accept that is gone does not count.
 * @returns shortened: the accepted part whose end is gone
 */
function truncate(spans: Span[], length: number): { events: AcceptanceEvent[]; shortened?: Span } {
  const events: AcceptanceEvent[] = [];
  while (lengthOf(spans) > length) {
    const last = spans.at(-1)!;
    const from = spans.at(-2)?.to ?? 0;
    if (last.piece !== undefined) events.push({ kind: "takenBack", piece: last.piece });
    if (from < length) {
      last.to = length;
      return { events, ...(last.piece !== undefined && { shortened: last }) };
    }
    spans.pop();
  }
  return { events };
}

function charactersOf({ suggestion, spans }: Active): Ended["characters"] {
  let [accepted, typed, from] = [0, 0, 0];
  for (const { to, kind } of spans) {
    if (kind === "accepted") accepted += to - from;
    else typed += to - from;
    from = to;
  }
  return { accepted, typed, left: suggestion.text.length - from };
}

function endingOf(reason: EndReason, last: Span | undefined, accepted: number, visibleMs: number): Ending {
  if (reason === "finished" && last?.kind === "accepted") return "accepted";
  if (accepted > 0) return "partlyAccepted";
  if (reason === "finished") return "typedThrough";
  return visibleMs >= READ_MS ? "rejected" : "unread";
}
