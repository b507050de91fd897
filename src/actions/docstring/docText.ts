// A docstring as its parts, whatever its style. Types and small helpers only.

/** What is said of one thing. */
export interface DocEntry {
  name: string; // of a parameter ("options.a" for a property of one), a type parameter, an error's class; "" where it has none
  /** The name as it stands, where more than the name stands there: `[a=1]`, `*args`. */
  label?: string;
  type?: string; // as it is written in the docstring
  words: string; // lines joined by "\n"; "" where nothing is said
}

export interface DocText {
  lead: string; // summary, and what follows it up to the first entry; lines joined by "\n"
  typeParameters: DocEntry[];
  parameters: DocEntry[];
  returns?: DocEntry;
  yields?: DocEntry;
  throws: DocEntry[];
  /** Tags and sections of which nothing more is known, as they stand; lines joined by "\n". */
  others: string[];
}

export const emptyDoc = (): DocText => ({ lead: "", typeParameters: [], parameters: [], throws: [], others: [] });

/** Whether nothing but the lead says something. */
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

/** The lines without the indentation that all but the empty ones have in common. */
export function dedented(lines: readonly string[]): string[] {
  const widths = lines.filter((line) => line.trim() !== "").map((line) => /^\s*/.exec(line)![0].length);
  const common = Math.min(...widths, Number.MAX_SAFE_INTEGER);
  return lines.map((line) => line.slice(common));
}
