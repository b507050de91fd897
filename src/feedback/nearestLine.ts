// The baseline of characters saved: what copying the nearest earlier line that begins alike would have said, at the places where suggestions were
// shown. When a place's line is finished, what was written there is compared with both. Must not know the editor or files.

import { lineEndOf, lineStartOf } from "../../common/syntax/lines.ts";
import { commonPrefixUnits } from "../../common/util/differingPart.ts";
import type { Edit } from "./edits.ts";

/** How far up a line is looked for, in UTF-16 units of the text. */
const LOOKED_UP_UNITS = 200_000;

/** The most places of one line that are compared. */
const MOST_PLACES = 30;

/** A place where a suggestion was shown, compared with what was written there in the end. Characters of the rest of its line. */
export interface Compared<Place> {
  place: Place;
  written: number;
  foretold: number; // of those, as the suggestion said
  copied: number; // of those, as the nearest earlier line said
}

interface Waiting<Place> {
  place: Place;
  typed: string; // the line up to the cursor
  suggested: string;
  earlier: string;
}

/** Watches one line at a time: that of the last suggestion. */
export class NearestLine<Place> {
  readonly #textOf: (uri: string) => string | undefined;
  #line: { uri: string; start: number; waiting: Waiting<Place>[] } | undefined;

  /** @param textOf a document's text now; undefined where it is not known */
  constructor(textOf: (uri: string) => string | undefined) {
    this.#textOf = textOf;
  }

  watches(uri: string): boolean {
    return this.#line?.uri === uri;
  }

  /** A suggestion is shown at `offset` of a document. @param place comes back with the comparison */
  shown(place: Place, uri: string, offset: number, suggested: string): Compared<Place>[] {
    const text = this.#textOf(uri) ?? "";
    const start = lineStartOf(text, offset);
    const isSame = this.#line?.uri === uri && this.#line.start === start;
    const compared = isSame ? [] : this.end();
    this.#line ??= { uri, start, waiting: [] };
    const { waiting } = this.#line;
    const typed = text.slice(start, offset);
    if (waiting.length < MOST_PLACES)
      waiting.push({ place, typed, suggested: firstLineOf(suggested), earlier: restOfNearestLine(text, offset) });
    return compared;
  }

  /** A document was changed. */
  changed(uri: string, edit: Edit): Compared<Place>[] {
    const line = this.#line;
    if (line?.uri !== uri) return [];
    const { start, removed, inserted } = edit;
    if (start < line.start) {
      if (start + removed.length < line.start) line.start += inserted.length - removed.length;
      else this.#line = undefined; // the line is joined with another: nothing can be said of it
      return [];
    }
    return /[\r\n]/.test(inserted) && start <= lineEndOf(this.#textOf(uri) ?? "", line.start) ? this.end() : [];
  }

  /** The cursor is there. */
  cursorAt(uri: string, offset: number): Compared<Place>[] {
    const line = this.#line;
    const isThere = line?.uri === uri && lineStartOf(this.#textOf(uri) ?? "", offset) === line.start;
    return isThere ? [] : this.end();
  }

  closed(uri: string): Compared<Place>[] {
    return this.#line?.uri === uri ? this.end() : [];
  }

  /** The line is finished, or nothing more is heard of it. */
  end(): Compared<Place>[] {
    if (!this.#line) return [];
    const { uri, start, waiting } = this.#line;
    this.#line = undefined;
    const text = this.#textOf(uri);
    if (text === undefined) return [];
    const line = text.slice(start, lineEndOf(text, start)).trimEnd();
    return waiting.flatMap(({ place, typed, suggested, earlier }) => {
      if (!line.startsWith(typed)) return []; // what stood before the suggestion was changed
      const written = line.slice(typed.length);
      const foretold = commonPrefixUnits(suggested, written);
      return [{ place, written: written.length, foretold, copied: commonPrefixUnits(earlier, written) }];
    });
  }
}

/**
 * The rest of the nearest earlier line that begins like the line up to `offset`, indentation aside; where nothing is typed yet the nearest line
 * that is not blank. Empty where there is none.
 */
export function restOfNearestLine(text: string, offset: number): string {
  const start = lineStartOf(text, offset);
  const typed = text.slice(start, offset).trimStart();
  const least = Math.max(0, start - LOOKED_UP_UNITS);
  for (let end = start - 1; end >= least; ) {
    const from = end === 0 ? 0 : text.lastIndexOf("\n", end - 1) + 1;
    const line = text.slice(from, end).trim();
    if (line.length > typed.length && line.startsWith(typed)) return line.slice(typed.length);
    end = from - 1;
  }
  return "";
}

const firstLineOf = (text: string): string => text.slice(0, lineEndOf(text, 0)).trimEnd();
