// What stands, some minutes later, where a suggestion was shown or a line was typed without one. Must not know suggestions, files or timers: each
// change comes with its time, and a due place is read right before the next change, since a text is constant between changes.
//
// A place begins at the cursor and ends with its line. What is written at or between these ends belongs to it, further lines too.

import { type Edit, movedStretch, type Stretch, withPlainLineEnds } from "./edits.ts";

/** After how long a text counts as what the person wanted, in seconds. */
export const SETTLED_SECONDS = 300;

const MAX_FOLLOWED = 200;
const MAX_PLACE_UNITS = 4_000;

/** Why it is not known what stands at a place in the end. */
export type Unsettled =
  | "closed" // its document was
  | "ended" // the window was closed
  | "lost" // text was replaced across one of its ends
  | "tooMany" // newer places took its place
  | "tooLarge"; // too much was written there

/** What stands at a place: from its beginning to the end of its last line, with "\n" line ends. */
export type Outcome = { final: string } | { unsettled: Unsettled };
export type Settled<T> = { subject: T; outcome: Outcome };

interface Followed<T> {
  subject: T;
  uri: string;
  stretch: Stretch;
  lines: number;
  atMs: number;
}

export class Places<T> {
  #followed: Followed<T>[] = []; // the oldest first

  watches(uri: string): boolean {
    return this.#followed.some((one) => one.uri === uri);
  }

  /** The subject of the youngest place that has this offset in it or at one of its ends. */
  at(uri: string, offset: number): T | undefined {
    return this.#followed.findLast(
      ({ uri: own, stretch: { start, content } }) => own === uri && start <= offset && offset <= start + content.length,
    )?.subject;
  }

  /**
   * Follows a place from now on.
   * @param stretch from the cursor to the end of its line
   * @param lines how many lines of what is written there belong to it, at least 1
   */
  follow(subject: T, uri: string, stretch: Stretch, lines: number, nowMs: number): Settled<T>[] {
    this.#followed.push({ subject, uri, stretch, lines, atMs: nowMs });
    return this.#followed.length > MAX_FOLLOWED ? [unsettled(this.#followed.shift()!, "tooMany")] : [];
  }

  forget(subject: T): void {
    this.#followed = this.#followed.filter((one) => one.subject !== subject);
  }

  changed(uri: string, edit: Edit, nowMs: number): Settled<T>[] {
    const settled = this.settle(nowMs);
    this.#followed = this.#followed.filter((one) => {
      if (one.uri !== uri) return true;
      const moved = movedStretch(one.stretch, edit, true);
      const problem = !moved ? "lost" : moved.content.length > MAX_PLACE_UNITS ? "tooLarge" : undefined;
      if (problem) settled.push(unsettled(one, problem));
      else one.stretch = moved!;
      return !problem;
    });
    return settled;
  }

  /** Reads the places that are due. */
  settle(nowMs: number): Settled<T>[] {
    const due = this.#followed.filter(({ atMs }) => nowMs - atMs >= SETTLED_SECONDS * 1_000);
    if (due.length > 0) this.#followed = this.#followed.filter((one) => !due.includes(one));
    return due.map(({ subject, stretch, lines }) => {
      const final = withPlainLineEnds(stretch.content).split("\n").slice(0, lines).join("\n");
      return { subject, outcome: { final } };
    });
  }

  closed(uri: string, nowMs: number): Settled<T>[] {
    return this.#drop((one) => one.uri === uri, "closed", nowMs);
  }

  /** The window is closed. */
  end(nowMs: number): Settled<T>[] {
    return this.#drop(() => true, "ended", nowMs);
  }

  #drop(isDropped: (one: Followed<T>) => boolean, reason: Unsettled, nowMs: number): Settled<T>[] {
    const settled = this.settle(nowMs);
    const dropped = this.#followed.filter(isDropped);
    this.#followed = this.#followed.filter((one) => !dropped.includes(one));
    return [...settled, ...dropped.map((one) => unsettled(one, reason))];
  }
}

const unsettled = <T>({ subject }: Followed<T>, reason: Unsettled): Settled<T> => ({
  subject,
  outcome: { unsettled: reason },
});
