// Sotto's own formats: left to right, and fill in the middle in two versions. They are frozen; test/golden/prompt-golden.json pins the first
// two.

import type { PromptFormat, Segment } from "../types.ts";
import { FIM_PIPED, withSeparator } from "./families.ts";

const FILE = { marker: "<file_sep>" };
const PREFIX = { marker: "<fim_prefix>" };
const SUFFIX = { marker: "<fim_suffix>" };
const MIDDLE = { marker: "<fim_middle>" };

const withPath = (path: string): Segment[] => [FILE, { text: `${path}\n` }];
const piece = (path: string, text: string): Segment[] => [...withPath(path), { text }];

/** Left to right: for a model that was never trained with the text after the cursor. */
export const prefix: PromptFormat = {
  name: "prefix",
  usesSuffix: false,
  markers: [],
  start: () => [],
  piece,
  file: ({ path, before, line }) => [...withPath(path), { text: before }, { text: line }],
};

/**
 * Fill in the middle, version 1 (frozen: the embedded model's adapter is trained on it). Suffix first, then prefix (SPM), so that typing only
 * adds at the end and the KV cache of everything before stays valid (Bavarian et al., "Efficient Training of Language Models to Fill in the
 * Middle", 2022). `<fim_middle>` stands before the current line and not at the cursor, as llama.vscode sends it: typing continues after it, a
 * token that the cursor splits can be healed, and an accepted completion is already in the cache.
 */
export const fim: PromptFormat = {
  name: "fim",
  usesSuffix: true,
  markers: [PREFIX, SUFFIX, MIDDLE].map(({ marker }) => marker),
  start: () => [],
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

const PIPED_FILE = "<|file_sep|>";

/**
 * Fill in the middle, version 2 (frozen: the strong tier's adapter is trained on it; test/unit/engine/prompt/familyFormats.test.ts pins it): the
 * order of version 1 with the markers that Qwen2.5-Coder was trained on. The line break before the current line stays before `<|fim_middle|>`,
 * because the model's tokenizer joins a line break with the characters before it.
 */
const suffixFirst = withSeparator("fim2", FIM_PIPED, { order: "SPM", separator: { marker: PIPED_FILE } });
export const fim2: PromptFormat = { ...suffixFirst, markers: [PIPED_FILE, ...suffixFirst.markers] };
