// A page of facts about code, before it is text or markup: sections of lines, whose parts are words, code, and places. Types and small helpers only.

/** A place in a file of the workspace. */
export interface Place {
  path: string; // relative to the workspace, with forward slashes
  line: number; // from 1
}

/** Words, code, or a place with a link to it. */
export type Part = string | { code: string } | Place;

export interface FactLine {
  parts: readonly Part[];
  /** Lines that belong to it, indented. */
  inner?: readonly FactLine[];
}

export interface FactSection {
  title: string;
  lines: readonly FactLine[];
}

export interface FactPage {
  title: string;
  /** The file that it is about: places in it are told by their line alone. */
  path: string;
  lead: readonly FactLine[];
  sections: readonly FactSection[]; // one without lines is left out
  /** What the page does not tell, and why. */
  notes: readonly string[];
}

export const line = (...parts: Part[]): FactLine => ({ parts });

/** Parts with ", " between them. */
export const joined = (parts: readonly Part[]): Part[] =>
  parts.flatMap((part, at) => (at === 0 ? [part] : [", ", part]));

/** What a link to a place says on a page about `path`. */
export const labelOf = (place: Place, path: string): string =>
  place.path === path ? `line ${place.line}` : `${place.path}:${place.line}`;
