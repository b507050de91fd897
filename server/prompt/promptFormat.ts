// How a prompt is laid out: which special tokens stand where between the texts. One value for each format that some model was trained on.
// Pure; knows nothing of budgets (packPrompt.ts) or tokens. A change to a format needs a model that was trained on the changed one.

import type { Tokenizer } from "../tokenizer/tokenizer.ts";

/** A special token by its name, or text (in which such a name is ordinary characters). */
export type Segment = { readonly marker: string } | { readonly text: string };

/** The file in which text is completed. The text before the cursor is `before` + `line`; see `lineStart`. */
export interface FileParts {
  path: string;
  before: string;
  line: string; // the line that the cursor is in, up to the cursor, with the line break(s) that begin it
  suffix: string; // text after the cursor
}

export interface PromptFormat {
  readonly name: FormatName;
  readonly usesSuffix: boolean;
  /** A piece of repository context; pieces come before the file. */
  piece(path: string, text: string): Segment[];
  /** Ends with the text `line`: what the model writes goes on from there. */
  file(parts: FileParts): Segment[];
}

export type FormatName = "prefix" | "fim";

const FILE = { marker: "<file_sep>" };
const PREFIX = { marker: "<fim_prefix>" };
const SUFFIX = { marker: "<fim_suffix>" };
const MIDDLE = { marker: "<fim_middle>" };

const withPath = (path: string): Segment[] => [FILE, { text: `${path}\n` }];
const piece = (path: string, text: string): Segment[] => [...withPath(path), { text }];

/** Left to right: what a model continues that has never seen the text after the cursor. */
const prefixFormat: PromptFormat = {
  name: "prefix",
  usesSuffix: false,
  piece,
  file: ({ path, before, line }) => [...withPath(path), { text: before }, { text: line }],
};

/**
 * Fill in the middle, version 1 (frozen: the embedded model's adapter is trained on it). Suffix first, then prefix (SPM), so that typing
 * only adds at the end and the KV cache of everything before stays (Bavarian et al., "Efficient Training of Language Models to Fill in the
 * Middle", 2022). `<fim_middle>` stands before the current line and not at the cursor, as llama.vscode sends it: typing goes on after
 * it, a token that the cursor splits can be healed, and an accepted completion is in the cache already.
 */
const fimFormat: PromptFormat = {
  name: "fim",
  usesSuffix: true,
  piece,
  file: ({ path, before, line, suffix }) => [
    ...withPath(path),
    SUFFIX,
    { text: suffix },
    PREFIX,
    { text: before },
    MIDDLE,
    { text: line },
  ],
};

export const promptFormats: Readonly<Record<FormatName, PromptFormat>> = { prefix: prefixFormat, fim: fimFormat };

/** Whether the tokenizer has the special tokens of the format. (Whether the model was trained on it, its manifest says.) */
export function hasMarkersOf(tokenizer: Tokenizer, format: PromptFormat): boolean {
  if (!format.usesSuffix) return true;
  return [PREFIX, SUFFIX, MIDDLE].every(({ marker }) => tokenizer.specialId(marker) !== undefined);
}
