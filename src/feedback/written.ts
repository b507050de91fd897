// What was really written where a suggestion was made, whether it was shown or withheld: the label that the show decision learns from. Must not know
// files, timers or the show decision: each change comes with its time, and a place is judged right before the first change after its time is over.

import { lineStartOf } from "../../common/syntax/lines.ts";
import { type Edit, withPlainLineEnds } from "./edits.ts";

/** How long after a suggestion its place is judged, in milliseconds. Whoever deletes an accepted one by then has not written it. */
const JUDGED_AFTER_MS = 60_000;

/** The most places that are watched: those of a minute, and no flood. */
const MOST_WATCHED = 40;

/** Two words with something between them: no key and no item of a list of words inserts that. */
const MORE_THAN_A_WORD = /[\p{L}\p{N}_$][^\p{L}\p{N}_$]+[\p{L}\p{N}_$]/u;

/** Why a suggestion gives no label. */
export type NoLabel =
  | "unread" // shown for too short a time, which may have changed what was written
  | "notWritten" // nothing was written there, or not yet to the end
  | "insertedAtOnce" // more than a word came at once: another provider's suggestion, or a paste
  | "gone" // its line is
  | "closed" // its document is, or the window
  | "tooMany"; // newer places took its turn

export interface WatchedPlace<About> {
  about: About;
  uri: string;
  text: string; // the document's
  offset: number; // the cursor
  item: { text: string; replaceAfter: number }; // what was suggested
}

export type Judgement<About> = { about: About } & (
  | { kind: "label"; isRight: boolean }
  | { kind: "none"; reason: NoLabel }
);

interface Watched<About> {
  about: About;
  uri: string;
  atMs: number;
  start: number; // of the line, in the document as it is now
  suggested: string; // the lines from there on with the suggestion, in the compared form
  lines: number; // how many these are
  before: string; // the first of them before the cursor
  rest: string; // and after it
  hasStood: boolean; // all of the suggestion stood there once
}

export class Written<About> {
  #watched: Watched<About>[] = []; // the oldest first

  watches(uri: string): boolean {
    return this.#watched.some((one) => one.uri === uri);
  }

  /** Watches a place from now on. The same lines suggested again from further on are one suggestion. */
  suggested({ about, uri, text, offset, item }: WatchedPlace<About>, nowMs: number): Judgement<About>[] {
    const judged = this.settle(uri, text, nowMs);
    const start = lineStartOf(text, offset);
    const [before, rest] = [text.slice(start, offset), text.slice(offset, lineEndOf(text, offset))];
    const whole = before + item.text + rest.slice(item.replaceAfter);
    const [suggested, lines] = [compared(whole), whole.split("\n").length];
    if (this.#watched.some((one) => one.uri === uri && one.start === start && one.suggested === suggested))
      return judged;
    this.#watched.push({ about, uri, atMs: nowMs, start, suggested, lines, before, rest, hasStood: false });
    if (this.#watched.length > MOST_WATCHED) judged.push(without(this.#watched.shift()!, "tooMany"));
    return judged;
  }

  /** The suggestion was gone before it could be read. */
  unread(isUnread: (about: About) => boolean): Judgement<About>[] {
    return this.#end((one) => isUnread(one.about), "unread");
  }

  /** A document has changed. @param isAccept by the acceptance of a suggestion of ours */
  changed(
    uri: string,
    { text, after, edit, isAccept }: { text: string; after: string; edit: Edit; isAccept: boolean },
    nowMs: number,
  ): Judgement<About>[] {
    const judged = this.settle(uri, text, nowMs);
    const { start, removed, inserted } = edit;
    const isForeign = !isAccept && MORE_THAN_A_WORD.test(inserted);
    this.#watched = this.#watched.filter((one) => {
      if (one.uri !== uri) return true;
      if (start < one.start && start + removed.length > one.start) {
        judged.push(one.hasStood ? { about: one.about, kind: "label", isRight: false } : without(one, "gone"));
        return false;
      }
      if (start < one.start) one.start += inserted.length - removed.length;
      else if (isForeign && start <= endOf(text, one)) {
        judged.push(without(one, "insertedAtOnce"));
        return false;
      }
      one.hasStood ||= stands(after, one);
      return true;
    });
    return judged;
  }

  /** Judges the places of a document whose time is over. @param text the document's since the last change */
  settle(uri: string, text: string, nowMs: number): Judgement<About>[] {
    const judged: Judgement<About>[] = [];
    this.#watched = this.#watched.filter((one) => {
      if (one.uri !== uri || nowMs - one.atMs < JUDGED_AFTER_MS) return true;
      judged.push(judgementOf(one, text));
      return false;
    });
    return judged;
  }

  /** @param text the document's at last */
  closed(uri: string, text: string, nowMs: number): Judgement<About>[] {
    return [...this.settle(uri, text, nowMs), ...this.#end((one) => one.uri === uri, "closed")];
  }

  /** The window is closed. */
  end(): Judgement<About>[] {
    return this.#end(() => true, "closed");
  }

  #end(isEnded: (one: Watched<About>) => boolean, reason: NoLabel): Judgement<About>[] {
    const ended = this.#watched.filter(isEnded);
    this.#watched = this.#watched.filter((one) => !isEnded(one));
    return ended.map((one) => without(one, reason));
  }
}

function judgementOf<About>(one: Watched<About>, text: string): Judgement<About> {
  const { about, suggested, before, rest, hasStood } = one;
  if (stands(text, one)) return { about, kind: "label", isRight: true };
  const [line] = text.slice(one.start, endOf(text, one)).split("\n", 1);
  const written = rest !== "" && line!.endsWith(rest) ? line!.slice(0, -rest.length) : line!;
  const [first] = suggested.split("\n", 1);
  const isUnfinished =
    before.startsWith(written) || (first!.startsWith(compared(written)) && first !== compared(written));
  return isUnfinished && !hasStood ? without(one, "notWritten") : { about, kind: "label", isRight: false };
}

const without = <About>({ about }: Watched<About>, reason: NoLabel): Judgement<About> => ({
  about,
  kind: "none",
  reason,
});

/** Whether the suggestion stands there now, in as many lines as it has. */
const stands = <About>(text: string, one: Watched<About>): boolean =>
  compared(text.slice(one.start, endOf(text, one))) === one.suggested;

/** The end of the last line that the suggestion would have. */
function endOf<About>(text: string, { start, lines }: Watched<About>): number {
  let end = lineEndOf(text, start);
  for (let line = 1; line < lines && end < text.length; line++) end = lineEndOf(text, end + 1);
  return end;
}

function lineEndOf(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end === -1 ? text.length : end;
}

/** Without blanks at the ends of lines, and around the whole: as the evaluation compares. */
const compared = (text: string): string =>
  withPlainLineEnds(text)
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .trim();
