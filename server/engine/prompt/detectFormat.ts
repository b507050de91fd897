// Guesses the format that a model was trained on: by the special tokens of its vocabulary, as llama.cpp does (`src/llama-vocab.cpp`), and by its
// name where several families share them. Not used for models that state their format themselves.

import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { hasMarkersOf, promptFormats } from "./promptFormat.ts";
import type { FormatName } from "./types.ts";

/** What is known of a model besides its vocabulary. */
export interface ModelHints {
  modelType: string; // its architecture, such as "llama", "starcoder2", "gemma"
  name: string; // its id or its file's name
}

/** The format that fits; "prefix" where the vocabulary has the complete markers of no known family. */
export function detectFormat(tokenizer: Tokenizer, hints: ModelHints): FormatName {
  const family = familyOf(tokenizer, hints);
  return hasMarkersOf(tokenizer, promptFormats[family]) ? family : "prefix";
}

function familyOf(tokenizer: Tokenizer, hints: ModelHints): FormatName {
  const has = (name: string) => tokenizer.specialId(name) !== undefined;
  const isCalled = (family: RegExp) => family.test(hints.name) || family.test(hints.modelType);
  if (isCalled(/smollm/i)) return "prefix"; // in the embedded model the markers belong to its adapter, which states its format itself
  if (has("<｜fim▁hole｜>")) return "deepseek";
  if (has("<[fim-suffix]>")) return "seed-coder";
  if (has("▁<PRE>")) return "codellama";
  if (has("<|fim_prefix|>")) {
    if (has("<|file_separator|>") || isCalled(/gemma/i)) return "codegemma";
    return has("<|filename|>") || isCalled(/granite/i) ? "granite4" : "qwen";
  }
  if (!has("<fim_prefix>")) return "prefix";
  if (isCalled(/mellum/i)) return "mellum";
  if (isCalled(/granite/i)) return "granite";
  if (isCalled(/starcoder/i) || has("<file_sep>")) return "starcoder2";
  return has("<|im_start|>") ? "mellum" : "granite"; // both have <filename>
}
