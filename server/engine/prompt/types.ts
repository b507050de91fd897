// The parts of a prompt format, and the names of the existing formats. Types and names only: promptFormat.ts has the formats.

/** A special token by its name, or text (in which such a name is ordinary characters). */
export type Segment = Marker | { readonly text: string };

export interface Marker {
  readonly marker: string;
  /** Left out where the vocabulary lacks it; a marker that is not optional becomes a line break there. */
  readonly optional?: true;
}

/** The file in which text is completed. The text before the cursor is `before` + `line`; see `lineStart`. */
export interface FileParts {
  path: string;
  before: string;
  line: string; // the line that the cursor is in, up to the cursor, with the line break(s) that begin it
  suffix: string; // text after the cursor
  alone?: boolean; // no piece of context stands before it
}

export interface PromptFormat {
  readonly name: FormatName;
  readonly usesSuffix: boolean;
  /** Special tokens without which the format cannot be used. */
  readonly markers: readonly string[];
  /** The segments before all pieces of context. */
  start(parts: FileParts): Segment[];
  /** The segments of one piece of repository context. */
  piece(path: string, text: string): Segment[];
  /** The segments of the file itself, after the pieces. They end with a text, the end of `line`, which the model continues. */
  file(parts: FileParts): Segment[];
}

export const FORMAT_NAMES = [
  "prefix",
  "fim",
  "fim2",
  "qwen",
  "starcoder2",
  "granite",
  "granite4",
  "deepseek",
  "codegemma",
  "mellum",
  "seed-coder",
  "codellama",
] as const;

export type FormatName = (typeof FORMAT_NAMES)[number];
