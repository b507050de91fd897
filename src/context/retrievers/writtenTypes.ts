// The types that a text writes down, by patterns common to most languages: `name: T`, `name = new T(`, `T name`, `f(): T`, `extends T`.
// Pure. Takes linear time on any text: the text that a pattern may skip is bounded, so that a hostile text is not scanned once per character.

const TYPE = String.raw`(?:readonly\s+)?(?:Promise<|Readonly<|Partial<|Required<|\*|&(?:'\w+\s+)?(?:mut\s+)?|const\s+)?([\p{L}_$][\p{L}\p{N}_$]*)`;
const TYPE_NAME = String.raw`(\p{Lu}[\p{L}\p{N}_]*)`;
const ARGUMENTS = String.raw`(?:\s*\([^)\n]{0,300}\))`;
const TYPE_ARGUMENTS = String.raw`(?:<[^>\n]{0,200}>)`;

/** `class A extends B`, and `class A(B)` of Python. */
const BASE = /\bextends\s+([\p{L}_$][\p{L}\p{N}_$]*)|^class\s+[\p{L}\p{N}_]+\(([\p{L}_][\p{L}\p{N}_]*)/mu;
const MAX_HEADER_UNITS = 500;

const RETURNED = new RegExp(String.raw`\)\s*(?::|->)\s*${TYPE}`, "u");

/** Possible types of a variable, the most certain first: `name: T`, `name = new T(` or `name = T(`, `T name`. */
export function typesOfVariable(name: string, text: string): string[] {
  return lastMatches(text, [
    String.raw`${word(name)}[?!]?\s*:\s*${TYPE}`,
    String.raw`${word(name)}\s*(?::[^=\n]{0,200})?=\s*(?:await\s+)?(?:new\s+|&)?(\p{Lu}[\p{L}\p{N}_$]*)\s*[({<]`,
    String.raw`${word(TYPE_NAME)}${TYPE_ARGUMENTS}?[\s*&]+${word(name)}`,
  ]);
}

/** Possible types of a field, or return types of a method or getter. @param text of the class or interface */
export function typesOfMember(name: string, text: string): string[] {
  return lastMatches(text, [
    String.raw`(?<![.\p{L}\p{N}_$])(?:self\.)?${word(name)}${ARGUMENTS}?[?!]?\s*(?::|->)\s*${TYPE}`,
    String.raw`${word(name)}\s*=\s*(?:new\s+)?(\p{Lu}[\p{L}\p{N}_$]*)\s*[(<]`,
    String.raw`${word(TYPE_NAME)}${TYPE_ARGUMENTS}?[\s*&]+${word(name)}`,
  ]);
}

/** `f` in the last `name = f(`. */
export function calledFor(name: string, text: string): string | undefined {
  return lastMatches(text, [String.raw`${word(name)}\s*=\s*(?:await\s+)?([\p{L}_$][\p{L}\p{N}_$]*)\s*[(<]`])[0];
}

/** The return type in a function's signature. */
export const returnType = (signature: string): string | undefined => RETURNED.exec(signature)?.[1];

/** The first class that a class's header names as its base. */
export function baseOf(declaration: string): string | undefined {
  const [, extended, inherited] = BASE.exec(declaration.slice(0, MAX_HEADER_UNITS)) ?? [];
  return extended ?? inherited;
}

/** The last match of each pattern; patterns without a match are left out. */
function lastMatches(text: string, patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => {
    let last: string | undefined;
    for (const match of text.matchAll(new RegExp(pattern, "gu"))) last = match[1];
    return last === undefined ? [] : [last];
  });
}

/** Matches the pattern as a whole word; "\b" only knows ASCII letters. @param pattern a name, or a pattern without "$" */
function word(pattern: string): string {
  return String.raw`(?<![\p{L}\p{N}_$])${pattern.replaceAll("$", "\\$")}(?![\p{L}\p{N}_$])`;
}
