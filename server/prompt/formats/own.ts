// The formats of Sotto's own: left to right, and fill in the middle in two versions. They are frozen; test/fixtures/prompt-golden.json holds them.

import type { PromptFormat, Segment } from "../promptFormat.ts";
import { atLine, ended } from "./parts.ts";

const FILE = { marker: "<file_sep>" };
const PREFIX = { marker: "<fim_prefix>" };
const SUFFIX = { marker: "<fim_suffix>" };
const MIDDLE = { marker: "<fim_middle>" };

const withPath = (path: string): Segment[] => [FILE, { text: `${path}\n` }];
const piece = (path: string, text: string): Segment[] => [...withPath(path), { text }];

/** Left to right: what a model continues that has never seen the text after the cursor. */
export const prefix: PromptFormat = {
  name: "prefix",
  usesSuffix: false,
  markers: [],
  start: () => [],
  piece,
  file: ({ path, before, line }) => [...withPath(path), { text: before }, { text: line }],
};

/**
 * Fill in the middle, version 1 (frozen: the embedded model's adapter is trained on it). Suffix first, then prefix (SPM), so that typing
 * only adds at the end and the KV cache of everything before stays (Bavarian et al., "Efficient Training of Language Models to Fill in the
 * Middle", 2022). `<fim_middle>` stands before the current line and not at the cursor, as llama.vscode sends it: typing goes on after
 * it, a token that the cursor splits can be healed, and an accepted completion is in the cache already.
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

const PIPED_FILE = { marker: "<|file_sep|>" };
const PIPED_PREFIX = { marker: "<|fim_prefix|>" };
const PIPED_SUFFIX = { marker: "<|fim_suffix|>" };
const PIPED_MIDDLE = { marker: "<|fim_middle|>" };

/**
 * Fill in the middle, version 2 (frozen: the strong tier's adapter is trained on it): the order of version 1 with the markers that Qwen2.5-Coder
 * was trained on. The line break before the current line stays before `<|fim_middle|>`, because its tokenizer joins a break with the signs before it.
 */
export const fim2: PromptFormat = {
  name: "fim2",
  usesSuffix: true,
  markers: [PIPED_FILE, PIPED_PREFIX, PIPED_SUFFIX, PIPED_MIDDLE].map(({ marker }) => marker),
  start: () => [],
  piece: (path, text) => [PIPED_FILE, { text: `${path}\n` }, { text: ended(text) }],
  file: (parts) => {
    const { before, line } = atLine(parts);
    return [
      PIPED_FILE,
      { text: `${parts.path}\n` },
      PIPED_SUFFIX,
      { text: parts.suffix },
      PIPED_PREFIX,
      { text: before },
      PIPED_MIDDLE,
      { text: line },
    ];
  },
};
