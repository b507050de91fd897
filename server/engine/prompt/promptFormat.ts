// The layout of a prompt: which special tokens stand where between the texts. One value for each format that some model was trained on. Pure;
// knows nothing of budgets (packPrompt.ts) or tokens. Changing a format requires a model that was trained on the changed one.

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
import type { FormatName, PromptFormat } from "./types.ts";

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

/** Versions of our own fill-in-the-middle format; adapters and datasets record the version that they were trained on. */
export const FORMAT_OF_VERSION: ReadonlyMap<number, FormatName> = new Map([
  [1, "fim"],
  [2, "fim2"],
]);

/** The inverse: the version of a format; undefined for one of another family. */
export const versionOfFormat = (format: FormatName): number | undefined =>
  [...FORMAT_OF_VERSION].find(([, name]) => name === format)?.[0];

/** Whether the tokenizer has the special tokens of the format. This does not tell whether the model was trained on it. */
export function hasMarkersOf(tokenizer: Tokenizer, format: PromptFormat): boolean {
  return format.markers.every((marker) => tokenizer.specialId(marker) !== undefined);
}
