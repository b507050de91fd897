// What of a text is compared: its lines without blanks, so neither indentation nor line breaks count; and without what nobody owns: imports, lines
// of comment, and directives. Works line by line, so that a part of a file and the file agree. Pure.

const STATEMENT_UNITS = 2_000; // of an import over several lines

/** An import, or an export from elsewhere, that may take several lines. */
const IMPORTS = [
  new RegExp(
    `^[ \\t]*(?:import|export)\\s+(?:type\\s+)?[\\w*\\s{},$]{0,${STATEMENT_UNITS}}\\sfrom\\s*["'][^"'\\n]+["'];?`,
    "gm",
  ),
  new RegExp(`^[ \\t]*from\\s+[\\w.]+\\s+import\\s*\\([^()]{0,${STATEMENT_UNITS}}\\)`, "gm"),
];

/** A line that nobody owns. */
const NOBODYS =
  /^\s*(?:\/\/|\/\*|\*(?:\s|\/|$)|#(?:[\s!#]|$)|#include\b|import\b(?!\s*\()|from\s+[\w.]+\s+import\b|export\s+\*|["']use \w+["']|(?:const|let|var)\s[^=]*=\s*(?:__\w+\()?require\(|(?:use|using|package)\s+[\w.:]+;?\s*$)/;

export interface BareText {
  bare: string;
  /** Where each line ends in `bare`: the line, from 0, of a unit is the number of ends up to it. */
  ends: readonly number[];
}

export function bareText(text: string): BareText {
  let whole = text;
  for (const pattern of IMPORTS) whole = whole.replace(pattern, (found) => found.replace(/[^\n]+/g, ""));
  const ends: number[] = [];
  let bare = "";
  for (const line of whole.split("\n")) {
    if (!NOBODYS.test(line)) bare += line.replace(/\s+/g, "");
    ends.push(bare.length);
  }
  return { bare, ends };
}

/** The line, from 1, of a unit of the bare text. */
export function lineAt({ ends }: BareText, at: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ends[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

/** The number of lines that are not empty in the bare text. */
export const lineCount = ({ ends }: BareText): number => ends.filter((end, i) => end > (ends[i - 1] ?? 0)).length;
