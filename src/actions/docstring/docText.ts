// A docstring as its parts, whatever its style. Types and small helpers only.

/** The docstring's text about one item. */
export interface DocEntry {
  name: string; // of a parameter ("options.a" for a property of one), a type parameter, an error's class; "" where it has none
  /** The name as written, where it is more than the bare name: `[a=1]`, `*args`. */
  label?: string;
  type?: string; // as written in the docstring
  words: string; // lines joined by "\n"; "" where there are none
}

export interface DocText {
  lead: string; // the summary and the text after it up to the first entry; lines joined by "\n"
  typeParameters: DocEntry[];
  parameters: DocEntry[];
  returns?: DocEntry;
  yields?: DocEntry;
  throws: DocEntry[];
  /** Unknown tags and sections, unchanged; lines joined by "\n". */
  others: string[];
}

export const emptyDoc = (): DocText => ({ lead: "", typeParameters: [], parameters: [], throws: [], others: [] });

/** Whether only the lead has text. */
export const hasLeadOnly = (doc: DocText): boolean =>
  doc.typeParameters.length + doc.parameters.length + doc.throws.length + doc.others.length === 0 &&
  !doc.returns &&
  !doc.yields;

/** Without empty lines at the beginning and the end, and without blanks at the ends of lines. */
export const tidied = (lines: readonly string[]): string =>
  lines
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/^\n+/, "")
    .trimEnd();

/** The lines without the common indentation of the non-empty ones. */
export function dedented(lines: readonly string[]): string[] {
  const widths = lines.filter((line) => line.trim() !== "").map((line) => /^\s*/.exec(line)![0].length);
  const common = Math.min(...widths, Number.MAX_SAFE_INTEGER);
  return lines.map((line) => line.slice(common));
}
