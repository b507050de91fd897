// What of a text is compared: its lines without blanks and semicolons and with one kind of quotes, so neither indentation nor line breaks nor a
// formatter's style count; and without what nobody owns: imports, lines of comment, and directives. Works line by line, so that a part of a file and the file agree. Pure.

/** A line that nobody owns. Each of its alternatives is linear in the line. */
const NOBODYS =
  /^\s*(?:\/\/|\/\*|\*(?:\s|\/|$)|#(?:[\s!#]|$)|#include\b|import\b(?!\s*\()|from [\w.]+ import\b|export \*|["']use \w+["']|(?:const|let|var) [^=]*= ?(?:__\w+\()?require\(|(?:use|using|package) [\w.:]+;?$)/;

/** A statement over several lines that imports, or exports what comes from elsewhere: its first line, and its last. */
const OPENS_IMPORT = /^\s*(?:(?:import|export) (?:type )?[\w$, ]*\{[^}]*$|from [\w.]+ import \([^)]*$)/;
const CLOSES_IMPORT = /^[^{}()]*(?:\} from ["'][^"']*["'];?\s*$|\)\s*$)/;
const MOST_IMPORT_LINES = 100;

export interface BareText {
  bare: string;
  /** Where each line ends in `bare`: the line, from 0, of a unit is the number of ends up to it. */
  ends: readonly number[];
}

export function bareText(text: string): BareText {
  const lines = text.split("\n");
  const ends: number[] = [];
  let bare = "";
  let imports = 0; // the line behind an import over several lines
  for (const [i, line] of lines.entries()) {
    if (i >= imports && OPENS_IMPORT.test(line)) imports = endOfImport(lines, i);
    if (i >= imports && !NOBODYS.test(line)) bare += line.replace(/[\s;]+/g, "").replaceAll("'", '"');
    ends.push(bare.length);
  }
  return { bare, ends };
}

/** The line behind an import that begins on a line; that line itself where it is none. */
function endOfImport(lines: readonly string[], start: number): number {
  for (let at = start + 1; at < Math.min(lines.length, start + MOST_IMPORT_LINES); at++) {
    if (CLOSES_IMPORT.test(lines[at]!)) return at + 1;
    if (/[{}()=;]/.test(lines[at]!)) return start;
  }
  return start;
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
