// Decides between one line and several lines: several only where an empty block begins, or where the person asks for a suggestion.
// Pure; reads the text around the cursor.

import { indentationOf } from "../../common/syntax/lines.ts";
import type { Region } from "../../common/syntax/syntax.ts";
import { onBlankLine, type Place } from "./place.ts";
import { bracketsOf } from "./text/brackets.ts";

export type LineMode = "single" | "multi";

export function classify(
  place: Place,
  region: Region,
  explicit: boolean,
  setting: "never" | "auto" | "always",
): LineMode {
  if (setting === "never" || region === "comment") return "single";
  if (setting === "always" && region === "code") return "multi";
  return explicit || (region === "code" && emptyBlockBegins(place)) ? "multi" : "single";
}

/** The end of a line that opens a block, or a list with each entry on its own line. */
const opening = /(=>|[{([])$/;

/** Python: a line that ends in a colon and begins like a compound statement, or that ends a multi-line header. */
const pythonHeader =
  /^\s*(async\s|def\b|class\b|if\b|elif\b|else\b|for\b|while\b|with\b|try\b|except\b|finally\b|match\b|case\b|\)|\]).*:$/;

/** Whether an empty block, literal or argument list begins at the cursor. */
export function emptyBlockBegins({ line, prefix, suffix, rest, language }: Place): boolean {
  if (onBlankLine({ line }) && line === prefix) return false; // the first line of the file
  const above = onBlankLine({ line }) ? prefix.slice(0, prefix.length - line.length).trimEnd() : prefix.trimEnd();
  if (onBlankLine({ line }) && prefix.slice(above.length).split("\n").length !== 2) return false; // not directly below
  const opener = withoutComment(lastLine(language.indented ? withoutDocstring(above) : above), language.lineComment);
  if (bracketsOf(opener).quote !== undefined) return false; // a bracket in a string that is still open
  const begins = language.indented ? pythonHeader.test(opener) || /[{([]$/.test(opener) : opening.test(opener);
  if (!begins || (!onBlankLine({ line }) && /[([]$/.test(opener))) return false; // a call's arguments go on its line
  if (rest.trim() !== "") return /^\s*[)\]}]/.test(rest);
  const next = suffix.split("\n", 200).find((text) => text.trim() !== "");
  if (next === undefined) return true;
  return indentationOf(next) <= indentationOf(opener);
}

const lastLine = (text: string): string => text.slice(text.lastIndexOf("\n") + 1);

/** A body that consists of a docstring alone counts as empty. */
function withoutDocstring(above: string): string {
  const quote = /(?:"""|''')$/.exec(above)?.[0];
  const start = quote === undefined ? -1 : above.lastIndexOf(quote, above.length - quote.length - 1);
  if (start === -1) return above;
  const before = above.slice(0, start);
  const header = before.trimEnd();
  return /\n[ \t]*$/.test(before) && /^\s*(?:async\s+def|def|class)\b/.test(lastLine(header)) ? header : above;
}

/** Drops a comment after the opener. A "//" in a string is taken for a comment, which only costs a line break. */
function withoutComment(line: string, lineComment: string): string {
  const at = line.indexOf(` ${lineComment}`);
  return (at === -1 ? line : line.slice(0, at)).trimEnd();
}
