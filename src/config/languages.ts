// The languages that Sotto completes, by VS Code's language ids. Owns no list of its own: a language is a row of common/syntax/languages.ts.

import { languageIds } from "../../common/syntax/languages.ts";

export const supportedLanguages: readonly string[] = languageIds;

/** Whether Sotto knows the language at all; what a person has switched on is `languageEnabled` of settings.ts. */
export function languageSupported(languageId: string): boolean {
  return supportedLanguages.includes(languageId);
}
