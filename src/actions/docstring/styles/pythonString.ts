// The string that a docstring of Python is: its quotes off and on, its lines without the indentation of the code. Knows no section.

import { dedented, tidied } from "../docText.ts";

/** The lines of what stands between the quotes, as `inspect.cleandoc` gives them. */
export function innerLines(text: string): string[] {
  const inner = text.replace(/^[rRuUbBfF]{0,2}("""|'''|"|')/, "").replace(/("""|'''|"|')$/, "");
  const [first = "", ...others] = inner.split(/\r?\n/);
  return tidied([first.trim(), ...dedented(others)]).split("\n");
}

/** The whole string. A text with a backslash becomes a raw one, so that it says what it says. */
export function quoted(lines: readonly string[], indent: string): string {
  const open = lines.some((line) => line.includes("\\")) ? 'r"""' : '"""';
  if (lines.length <= 1 && !/["\\]$/.test(lines[0] ?? "")) return `${open}${lines[0] ?? ""}"""`;
  const [first, ...others] = lines;
  return [`${open}${first}`, ...others.map((line) => (line === "" ? "" : indent + line)), `${indent}"""`].join("\n");
}

/** The width of the white space that a line begins with. */
export const indentOf = (line: string): number => /^\s*/.exec(line)![0].length;
