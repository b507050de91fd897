// The search terms of code. Pure; knows nothing of files or weights.

/**
 * The terms of a piece of code: each identifier in lower case, and its parts where it has several
 * (`readFileSync` gives readfilesync, read, file, sync). Digits alone, operators and one-letter names are no terms.
 */
export function codeTerms(text: string): string[] {
  const terms: string[] = [];
  for (const [identifier] of text.matchAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu)) {
    const parts = identifier.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lo}+/gu) ?? [];
    const names = parts.length > 1 ? [identifier, ...parts] : [identifier];
    for (const name of names) if (name.length > 1) terms.push(name.toLowerCase());
  }
  return terms;
}
