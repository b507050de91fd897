// An offer of next edits while a person goes through it: which places are left, where they are by now, and which one comes next. Pure; must not
// import `vscode`.

import type { NextEditOffer, NextEditPlace, Span } from "../../protocol/nextEdits.ts";

/** A place that has not been made; its range is of the text as it is now. */
export interface LeftPlace extends NextEditPlace {
  index: number; // in the offer as it came
}

/** A change of a document, in UTF-16 units of the text before it. */
export interface Change {
  start: number;
  replaced: number;
  text: string;
}

/** Longer texts are cut where they are shown behind the old one. */
const MAX_SHOWN_UNITS = 160;

export class Offer {
  readonly came: NextEditOffer;
  #left: LeftPlace[];
  #edited: Span;

  constructor(came: NextEditOffer) {
    this.came = came;
    this.#left = came.places.map((place, index) => ({ ...place, index }));
    this.#edited = came.edited;
  }

  get left(): readonly LeftPlace[] {
    return this.#left;
  }

  /** What the person changed, in the offer's document as it is now. */
  get edited(): Span {
    return this.#edited;
  }

  leftIn(uri: string): readonly LeftPlace[] {
    return this.#left.filter((place) => place.uri === uri);
  }

  /** Whether the document is the edited one, or has places left. */
  concerns(uri: string): boolean {
    return uri === this.came.uri || this.leftIn(uri).length > 0;
  }

  /** The first place from there on, then those above it, then other files in the order of the offer; undefined where none is left. */
  next(uri: string, offset: number): LeftPlace | undefined {
    const here = this.leftIn(uri).toSorted((a, b) => a.range.start - b.range.start);
    return here.find(({ range }) => range.end >= offset) ?? here[0] ?? this.#left[0];
  }

  /** A document has changed. @returns the place that this made; undefined where it is a change of another kind */
  changed(uri: string, { start, replaced, text }: Change): LeftPlace | undefined {
    const made = this.#left.find(
      (place) =>
        place.uri === uri &&
        place.range.start === start &&
        place.range.end === start + replaced &&
        withLineFeeds(place.newText) === withLineFeeds(text), // the editor puts in the line ends of its document
    );
    if (!made) return undefined;
    const grown = text.length - replaced;
    const moved = (span: Span): Span =>
      span.start >= made.range.end ? { start: span.start + grown, end: span.end + grown } : span;
    this.#left = this.#left
      .filter((place) => place !== made)
      .map((place) => (place.uri === uri ? { ...place, range: moved(place.range) } : place));
    if (uri === this.came.uri) this.#edited = moved(this.#edited);
    return made;
  }
}

const withLineFeeds = (text: string): string => text.replaceAll("\r\n", "\n");

/** A text as a single line behind another one. */
export function inOneLine(text: string): string {
  const line = withLineFeeds(text).replaceAll("\n", "⏎").replaceAll("\t", " ");
  const cut = line.length > MAX_SHOWN_UNITS ? `${line.slice(0, MAX_SHOWN_UNITS)}…` : line;
  return cut.replaceAll(" ", "\u00a0"); // the editor would draw several spaces as one
}

/** How an offer was checked, as a sentence. */
export function proofInWords({ examples, problemsAfter, parsed }: NextEditOffer["proof"]): string {
  const seen = examples > 1 ? ` You made the change ${examples} times.` : "";
  if (problemsAfter !== undefined) return `The compiler finds no problem that was not there.${seen}`;
  return `${parsed ? "It parses without a new error." : "It was not parsed."}${seen}`;
}

/** The hint behind the cursor's line while the next place is out of sight. @param where "line 84", or a file's name */
export const hintOf = (key: string, left: number, where: string): string => `${key} ${left} more: ${where}`;
