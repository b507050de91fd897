// How a prompt is laid out: which special tokens stand where between the texts. One value for each format that some model was trained on.
// Pure; knows nothing of budgets (packPrompt.ts) or tokens. A change to a format needs a model that was trained on the changed one.

import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import {
  codegemma,
  codellama,
  deepseek,
  granite,
  granite4,
  mellum,
  qwen,
  seedCoder,
  starcoder2,
} from "./formats/families.ts";
import { fim, fim2, prefix } from "./formats/own.ts";

/** A special token by its name, or text (in which such a name is ordinary characters). */
export type Segment = Marker | { readonly text: string };

export interface Marker {
  readonly marker: string;
  /** Left out where the vocabulary lacks it; any other becomes a line break there. */
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
  /** What stands before all pieces of context. */
  start(parts: FileParts): Segment[];
  /** A piece of repository context. */
  piece(path: string, text: string): Segment[];
  /** What stands after them. Ends with a text, the end of `line`: what the model writes goes on from there. */
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

export const promptFormats: Readonly<Record<FormatName, PromptFormat>> = {
  prefix,
  fim,
  fim2,
  qwen,
  starcoder2,
  granite,
  granite4,
  deepseek,
  codegemma,
  mellum,
  "seed-coder": seedCoder,
  codellama,
};

/** Versions of our own format for filling in the middle, by which adapters and datasets say what they were trained on. */
export const FORMAT_OF_VERSION: ReadonlyMap<number, FormatName> = new Map([
  [1, "fim"],
  [2, "fim2"],
]);

/** The inverse: the version of a format; undefined for one of another family. */
export const versionOfFormat = (format: FormatName): number | undefined =>
  [...FORMAT_OF_VERSION].find(([, name]) => name === format)?.[0];

/** Whether the tokenizer has the special tokens of the format. (Whether the model was trained on it, that does not say.) */
export function hasMarkersOf(tokenizer: Tokenizer, format: PromptFormat): boolean {
  return format.markers.every((marker) => tokenizer.specialId(marker) !== undefined);
}
