// Removes indentation that the cursor's line has already: models repeat it. Pure; reads no tree.

import { indentationOf } from "../../../common/syntax/lines.ts";

/** The beginning of a continuation line, which may be indented further. */
const goesOn = /^(?:[.?:&|+\-*/=<>,)\]}]|and\b|or\b|in\b|is\b)/;
const opens = /(?:[([{:,=+\-*/&|?\\<]|=>)$/;

/**
 * @param prefix text before the cursor
 * @param line the current line before the cursor
 */
export function withoutDoubledIndentation(text: string, prefix: string, line: string): string {
  const doubled = /^[ \t]+(?=\S)/.exec(text)?.[0];
  if (doubled === undefined || line === "" || line.trim() !== "") return text;
  if (goesOn.test(text.slice(doubled.length))) return text;
  const above = prefix.slice(0, prefix.length - line.length).trimEnd();
  const last = above.slice(above.lastIndexOf("\n") + 1);
  const depth = indentationOf(line);
  const isDeepEnough = opens.test(last) ? depth > indentationOf(last) : depth >= indentationOf(last);
  if (last === "" || !isDeepEnough) return text;
  const [first, ...others] = text.split("\n");
  const all = others.every((other) => other.trim() === "" || other.startsWith(line + doubled));
  const moved = all ? others.map((other) => (other.trim() === "" ? other : other.slice(doubled.length))) : others;
  return [first!.slice(doubled.length), ...moved].join("\n");
}
