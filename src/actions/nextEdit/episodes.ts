// Cuts the changes of a window into episodes: keys that follow each other closely, in neighbouring lines. A key costs a few numbers; texts are
// the editor's own strings, compared once an episode has settled. Knows no clock of its own, and nothing of what is offered.

import { changedPart } from "./tokens.ts";
import type { Episode } from "./types.ts";

/** The greatest distance of two changes of an episode. */
const MAX_PAUSE_MS = 1_500;
const MAX_LINES_BETWEEN = 3;

/** What is kept, in memory only. */
const MAX_EPISODES = 50;
const MAX_KEPT_UNITS = 16_000_000;

/** One change of a document, in lines of the text before it. */
export interface LineChange {
  startLine: number;
  endLine: number;
  addedLines: number; // below zero where lines were taken away
}

interface Running {
  uri: string;
  languageId: string;
  before: string;
  startLine: number; // of the text now
  endLine: number;
  atMs: number; // of the last key
  seen?: Episode; // what it was when it was last looked at
}

export class Episodes {
  readonly #past: Episode[] = []; // the latest first
  #running: Running | undefined;

  /**
   * A document changes.
   * @param document as it is before the change
   * @returns the episode that this ends, where the change belongs to another
   */
  changed(
    document: { uri: string; languageId: string; text: string },
    { startLine, endLine, addedLines }: LineChange,
    atMs: number,
    textOf: (uri: string) => string | undefined,
  ): Episode | undefined {
    const running = this.#running;
    const isNear =
      running?.uri === document.uri &&
      atMs - running.atMs <= MAX_PAUSE_MS &&
      startLine <= running.endLine + MAX_LINES_BETWEEN &&
      endLine >= running.startLine - MAX_LINES_BETWEEN;
    if (running && isNear) {
      running.startLine = Math.min(running.startLine, startLine);
      running.endLine = Math.max(running.endLine, endLine) + addedLines;
      running.atMs = atMs;
      return undefined;
    }
    const ended = this.settle(textOf);
    const { uri, languageId, text } = document;
    this.#running = { uri, languageId, before: text, startLine, endLine: endLine + addedLines, atMs };
    return ended;
  }

  /** Whether the cursor stands where the running episode is. */
  holds(uri: string, line: number): boolean {
    const running = this.#running;
    return running?.uri === uri && line >= running.startLine && line <= running.endLine;
  }

  /** @param uri of the document; default: any */
  isRunning(uri = this.#running?.uri): boolean {
    return uri !== undefined && this.#running?.uri === uri;
  }

  /** The running episode was nobody's own edit. */
  drop(): void {
    this.#running = undefined;
  }

  /** What the running episode would be if it ended now. @returns undefined where there is none, or where it is as it began */
  look(textOf: (uri: string) => string | undefined): Episode | undefined {
    const running = this.#running;
    const after = running && textOf(running.uri);
    if (!running || after === undefined) return undefined;
    if (running.seen?.after === after) return running.seen;
    const { uri, languageId, before } = running;
    const changed = changedPart(before, after);
    running.seen = changed && { uri, languageId, before, after, changed };
    return running.seen;
  }

  /** Ends the running episode. @returns what `look` does: the same object where the text is the same */
  settle(textOf: (uri: string) => string | undefined): Episode | undefined {
    const episode = this.look(textOf);
    this.#running = undefined;
    if (!episode) return undefined;
    this.#past.unshift(episode);
    this.#forgetOldest();
    return episode;
  }

  /** The settled episodes before this one, the latest first; of the running one all. */
  before(episode: Episode): readonly Episode[] {
    return this.#past.slice(this.#past.indexOf(episode) + 1);
  }

  /** Texts that follow each other are one string, which counts twice here. */
  #forgetOldest(): void {
    let units = 0;
    const tooMany = this.#past.findIndex((one) => (units += one.before.length + one.after.length) > MAX_KEPT_UNITS);
    this.#past.length = Math.min(this.#past.length, MAX_EPISODES, tooMany <= 0 ? Infinity : tooMany);
  }
}
