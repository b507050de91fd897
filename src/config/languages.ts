// The languages that Sotto completes, by VS Code's ids. Owns this list only.

export const supportedLanguages = ["typescript", "typescriptreact", "javascript", "javascriptreact", "python"] as const;

/** Whether Sotto knows the language at all; what a person has switched on is `languageEnabled` of settings.ts. */
export function languageSupported(languageId: string): boolean {
  return (supportedLanguages as readonly string[]).includes(languageId);
}
