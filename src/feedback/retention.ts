// How much of an accepted text is still there after a while. Must not know suggestions, files or timers: each change comes with its time.
//
// An accepted text is tracked as a stretch of the document, and measured by the longest common subsequence of the accepted text and the stretch's
// text now. Tracking each character instead (as "accepted and retained characters" in VS Code's own telemetry) would lose text that is deleted and
// restored, by undo or by hand, although it is there again; a test checks that the two agree where nothing is restored. A document's text is
// constant between changes, so a due measurement is made right before the next change and needs no timer.

import { commonSubsequenceUnits } from "./commonSubsequence.ts";
import { type Edit, movedStretch, type Stretch, withPlainLineEnds } from "./edits.ts";

export const RETENTION_SECONDS = [15, 30, 120, 300, 600] as const;
export type RetentionSeconds = (typeof RETENTION_SECONDS)[number];

const MAX_TRACKED = 200;
const MAX_STRETCH_UNITS = 20_000; // a person can write a whole file inside of it

/** Why a text was not measured at one of its times. */
export type Unmeasured =
  | "closed" // its document was
  | "ended" // the window was closed
  | "tooMany" // newer accepts took its place
  | "tooLarge"; // the text there now is too large to compare

export type RetentionEvent = { piece: number; seconds: RetentionSeconds } & (
  | { kind: "retained"; units: number; of: number } // units of the accepted text, with "\n" line ends
  | { kind: "unmeasured"; reason: Unmeasured }
);

interface Tracked {
  piece: number;
  uri: string;
  text: string;
  stretch: Stretch;
  atMs: number;
  due: number; // index into RETENTION_SECONDS
  whole: boolean; // no part of it is missing
}

export class Retention {
  #tracked: Tracked[] = []; // the oldest first

  watches(uri: string): boolean {
    return this.#tracked.some((one) => one.uri === uri);
  }

  /**
   * Tracks an accepted text from now on.
   * @param start its offset, in UTF-16 units of the document
   * @param content the text with the document's line ends
   */
  track(piece: number, uri: string, start: number, content: string, nowMs: number): RetentionEvent[] {
    const text = withPlainLineEnds(content);
    this.#tracked.push({ piece, uri, text, stretch: { start, content }, atMs: nowMs, due: 0, whole: true });
    return this.#tracked.length > MAX_TRACKED ? unmeasured(this.#tracked.shift()!, "tooMany") : [];
  }

  /** Stops tracking a piece whose accept was undone: it is not counted. */
  forget(piece: number): void {
    this.#tracked = this.#tracked.filter((one) => one.piece !== piece);
  }

  changed(uri: string, edit: Edit, nowMs: number): RetentionEvent[] {
    const events = this.settle(nowMs);
    this.#tracked = this.#tracked.filter((one) => {
      if (one.uri !== uri) return true;
      const moved = movedStretch(one.stretch, edit, comesBack(one, edit)) ?? cutStretch(one.stretch, edit);
      if (moved.content !== one.stretch.content) {
        one.whole = withPlainLineEnds(moved.content) === one.text;
        if (moved.content.length > MAX_STRETCH_UNITS) {
          events.push(...unmeasured(one, "tooLarge"));
          return false;
        }
      }
      one.stretch = moved;
      return true;
    });
    return events;
  }

  /** Makes the measurements that are due. */
  settle(nowMs: number): RetentionEvent[] {
    const events: RetentionEvent[] = [];
    this.#tracked = this.#tracked.filter((one) => {
      while (one.due < RETENTION_SECONDS.length && nowMs - one.atMs >= RETENTION_SECONDS[one.due]! * 1_000) {
        const { piece, text } = one;
        const seconds = RETENTION_SECONDS[one.due++]!;
        const units = one.whole ? text.length : commonSubsequenceUnits(text, withPlainLineEnds(one.stretch.content));
        if (units === undefined) events.push({ kind: "unmeasured", piece, seconds, reason: "tooLarge" });
        else events.push({ kind: "retained", piece, seconds, units, of: text.length });
      }
      return one.due < RETENTION_SECONDS.length;
    });
    return events;
  }

  /** The window is closed: ends all tracking. */
  end(nowMs: number): RetentionEvent[] {
    const events = this.settle(nowMs);
    for (const one of this.#tracked) events.push(...unmeasured(one, "ended"));
    this.#tracked = [];
    return events;
  }

  /** A document is closed: makes its due measurements and drops its later ones. */
  closed(uri: string, nowMs: number): RetentionEvent[] {
    const events = this.settle(nowMs);
    for (const one of this.#tracked) if (one.uri === uri) events.push(...unmeasured(one, "closed"));
    this.#tracked = this.#tracked.filter((one) => one.uri !== uri);
    return events;
  }
}

/** The events of a piece for all its remaining times. */
function unmeasured({ piece, due }: Tracked, reason: Unmeasured): RetentionEvent[] {
  return RETENTION_SECONDS.slice(due).map((seconds) => ({ kind: "unmeasured", piece, seconds, reason }));
}

/** Whether an insertion at an edge of the stretch restores text that is missing there. Other text beside the stretch does not belong to it. */
function comesBack(
  { text, stretch: { start, content }, whole }: Tracked,
  { start: at, removed, inserted }: Edit,
): boolean {
  if (whole || removed !== "" || (at !== start && at !== start + content.length)) return false;
  const [now, plain] = [withPlainLineEnds(content), withPlainLineEnds(inserted)];
  const before = commonSubsequenceUnits(text, now);
  const after = commonSubsequenceUnits(text, at === start && content !== "" ? plain + now : now + plain);
  return before !== undefined && after === before + plain.length;
}

/** The rest of a stretch after an edit that removes more than the stretch: all of it, where the edit writes it again (a formatter, a new text). */
function cutStretch({ start, content }: Stretch, { start: at, removed, inserted }: Edit): Stretch {
  if (at <= start && content !== "" && at + removed.length >= start + content.length) {
    const [before, after] = [inserted.lastIndexOf(content, start - at), inserted.indexOf(content, start - at)];
    if (before >= 0 || after >= 0) {
      const isBefore = before >= 0 && (after < 0 || start - at - before <= after - (start - at));
      return { start: at + (isBefore ? before : after), content };
    }
  }
  const left = content.slice(0, Math.max(0, at - start));
  const right = content.slice(Math.max(0, at + removed.length - start));
  return at < start ? { start: at + inserted.length, content: right } : { start, content: left + right };
}
