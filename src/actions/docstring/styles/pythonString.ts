// The string literal of a Python docstring: removes and adds its quotes and the indentation of the code. Knows no sections.

import { dedented, tidied } from "../docText.ts";

/** The lines between the quotes, in the form of `inspect.cleandoc`. */
export function innerLines(text: string): string[] {
  const inner = text.replace(/^[rRuUbBfF]{0,2}("""|'''|"|')/, "").replace(/("""|'''|"|')$/, "");
  const [first = "", ...others] = inner.split(/\r?\n/);
  return tidied([first.trim(), ...dedented(others)]).split("\n");
}

/** The whole string literal. A text with a backslash becomes a raw string, so that its content is unchanged. */
export function quoted(lines: readonly string[], indent: string): string {
  const open = lines.some((line) => line.includes("\\")) ? 'r"""' : '"""';
  if (lines.length <= 1 && !/["\\]$/.test(lines[0] ?? "")) return `${open}${lines[0] ?? ""}"""`;
  const [first, ...others] = lines;
  return [`${open}${first}`, ...others.map((line) => (line === "" ? "" : indent + line)), `${indent}"""`].join("\n");
}

/** The width of the white space that a line begins with. */
export const indentOf = (line: string): number => /^\s*/.exec(line)![0].length;
