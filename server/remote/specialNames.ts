// Names of special tokens in text. Servers that take a prompt as text read such a name as the token, wherever it stands; so names in a user's text
// are broken up before the prompt is laid out, and after that every whole name is a marker of the format's own. Pure.

import { promptFormats } from "../engine/prompt/promptFormat.ts";
import type { PromptFormat } from "../engine/prompt/types.ts";

/** Stands within a broken name until the prompt is laid out: a character that Unicode reserves for such uses, in no real text. */
const BREAK = "\u{FDD0}";

/** What looks like a special token of any family: pipes or full-width pipes or brackets within angle brackets, and names that are known. */
const NAME = new RegExp(
  [
    "<\\|[^|<>\\s\\u{FDD0}]{1,40}\\|>",
    "<｜[^｜<>\\s\\u{FDD0}]{1,40}｜>",
    "<\\[[^\\]\\[<>\\s\\u{FDD0}]{1,40}\\]>",
    "</?(?:s|unk|pad|bos|eos|mask)>",
    "<(?:fim_[a-z]{1,20}|file_sep|filename|repo_?name|gh_stars|endoftext|jupyter_[a-z]{1,20}|issue_[a-z]{1,20}|commit_[a-z]{1,20})>",
    "<(?:empty_output|start_of_turn|end_of_turn|end_of_text|unused\\d{1,5}|think|/think|tool_call|/tool_call)>",
    "▁?<(?:PRE|SUF|MID|EOT)>",
    "\\[/?INST\\]",
  ].join("|"),
  "gu",
);

/** `text` in which no name of a special token is whole. */
export const breakNames = (text: string): string =>
  text.replaceAll(BREAK, "").replace(NAME, (name) => {
    const middle = name.length >> 1;
    return name.slice(0, middle) + BREAK + name.slice(middle);
  });

/** `text` as it can be sent, with a space where a name was broken up. */
export const withSpaces = (text: string): string => text.replaceAll(BREAK, " ");

/** Marker names and the texts between them, in their order; broken names are cut in two. No text is empty. */
export function cutAtNames(text: string): { name?: string; text?: string }[] {
  const parts: { name?: string; text?: string }[] = [];
  const pushText = (piece: string) => {
    for (const part of piece.split(BREAK)) if (part !== "") parts.push({ text: part });
  };
  let at = 0;
  for (const { 0: name, index } of text.matchAll(NAME)) {
    pushText(text.slice(at, index));
    parts.push({ name });
    at = index + name.length;
  }
  pushText(text.slice(at));
  return parts;
}

/** A server puts the token of a text's beginning there itself. */
const BEGINS = /^(?:<s>|<bos>|<｜begin▁of▁sentence｜>|<\[begin▁of▁sentence\]>)/u;

export const withoutBegin = (text: string): string => text.replace(BEGINS, "");

const PARTS = { path: "a", before: "", line: "", suffix: "" };

/** The markers that a format can put into a prompt, and those of them that are left out where a model lacks them. */
export function markersOf(format: PromptFormat): { all: string[]; optional: Set<string> } {
  const segments = [...format.start(PARTS), ...format.piece("a", "b"), ...format.file(PARTS)];
  const markers = segments.flatMap((segment) => ("marker" in segment ? [segment] : []));
  return {
    all: [...new Set(markers.map(({ marker }) => marker))],
    optional: new Set(markers.flatMap(({ marker, optional }) => (optional ? [marker] : []))),
  };
}

/** The markers of all formats, and others by which a vocabulary shows whose it is, or which end a text. */
export const KNOWN_NAMES: readonly string[] = [
  ...new Set([
    ...Object.values(promptFormats).flatMap((format) => markersOf(format).all),
    "<|file_separator|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>",
    "<file_sep>",
    "<|fim_pad|>",
  ]),
];
