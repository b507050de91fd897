// The messages between extension and agent about code in another language. Types and names only.

import type { Answer } from "./answer.ts";
import type { Position } from "./docstring.ts";

export interface TranslationParams {
  uri: string;
  /** The selected part; absent: the whole file. */
  part?: { start: Position; end: Position };
  languageId: string;
}

/** A text, with what a person should know about it; or why there is none. */
export type ToldTranslation = { text: string; languageId: string; notes: string[] } | { reason: string };

export type TranslationAnswer = Answer<ToldTranslation>;

export const TranslationMethod = {
  translate: "sotto/translate", // request, extension → agent: TranslationParams, TranslationAnswer
} as const;
