// The data of a tokenizer, whichever file it came from, and which tokens are not text. Reads no file and encodes nothing.

import type { Merge } from "./bpe.ts";

/** A vocabulary with its merges. */
export interface Vocabulary {
  tokens: string[]; // by id: stand-in characters of bytes, or text with "▁" for spaces; special tokens by their names
  merges: Merge[]; // in order of rank
  specialIds: ReadonlyMap<string, number>; // by name; these tokens have no bytes, and a model that writes one has left the text
  addedIds?: ReadonlyMap<string, number>; // tokens outside the merges that are text nevertheless, such as "<think>"; by their text
}

/** Tokens that mark parts of a prompt in some family, even where a file lists them among ordinary words (llama.cpp, `src/llama-vocab.cpp`). */
const MARKERS: ReadonlySet<string> = new Set([
  ...[
    "<fim_prefix>",
    "<fim_suffix>",
    "<fim_middle>",
    "<fim_pad>",
    "<fim-prefix>",
    "<fim-suffix>",
    "<fim-middle>",
    "<fim-pad>",
  ],
  ...["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|fim_pad|>", "<|file_sep|>", "<|file_separator|>"],
  ...["<PRE>", "<SUF>", "<MID>", "<EOT>", "▁<PRE>", "▁<SUF>", "▁<MID>", "▁<EOT>"],
  ...["<[fim-prefix]>", "<[fim-suffix]>", "<[fim-middle]>", "<[begin▁of▁sentence]>", "<[end▁of▁sentence]>"],
  ...["<file_sep>", "<filename>", "<reponame>", "<repo_name>"],
]);

/** Pattern of added tokens that are special whatever their file says (llama.cpp, `does_token_look_special` of its converter). */
const SPECIAL_LOOKS = /^(?:<\|.*\|>|<｜.*｜>|<unused\d+>|<pad>|<mask>|<2mass>|\[@BOS@\]|\[multimodal\])$/;

/** Whether a token is special although its file does not say so: "<|file_sep|>", "<｜fim▁hole｜>", "<fim_pad>". */
export function isMarker(token: string, isAdded: boolean): boolean {
  return MARKERS.has(token) || (isAdded && SPECIAL_LOOKS.test(token));
}

/**
 * Ids of the tokens that merging may start from or produce, by their text. A merge that would make a special token from text is ignored: text
 * never becomes a marker.
 */
export function textIds({ tokens, specialIds }: Vocabulary): Map<string, number> {
  const special = new Set(specialIds.values());
  const ids = new Map<string, number>();
  tokens.forEach((token, id) => {
    if (!special.has(id)) ids.set(token, id);
  });
  return ids;
}
