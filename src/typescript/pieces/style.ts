// How a file is written: quotes, indentation, semicolons, line ends. What is added to it is written the same way. Pure.

/** The longest part of a text that is looked at, in UTF-16 units. */
const MOST_UNITS = 200_000;

export interface Style {
  quote: string;
  indent: string; // one level
  semicolon: string; // ";" or nothing
  newline: string;
}

export function styleOf(whole: string): Style {
  const text = whole.slice(0, MOST_UNITS);
  const lines = text.split(/\r?\n/);
  const indents = lines.map((line) => /^[ \t]*/.exec(line)![0]).filter((indent) => indent !== "");
  const isTabbed = indents.filter((indent) => indent.startsWith("\t")).length * 2 > indents.length;
  const statements = lines.filter((line) =>
    /^\s*(?:return|const|let|import|throw|break|export \*)\b.*[^,{([\s]\s*$/.test(line),
  );
  const ended = statements.filter((line) => /;\s*$/.test(line)).length;
  return {
    quote: text.split("'").length > text.split('"').length ? "'" : '"',
    indent: isTabbed ? "\t" : " ".repeat(widthOf(indents)),
    semicolon: ended * 2 >= statements.length ? ";" : "",
    newline: text.includes("\r\n") ? "\r\n" : "\n",
  };
}

/** The step by which lines are indented most often. */
function widthOf(indents: readonly string[]): number {
  const counts = new Map<number, number>();
  let last = 0;
  for (const { length } of indents) {
    const step = Math.abs(length - last);
    if (step > 1 && step <= 8) counts.set(step, (counts.get(step) ?? 0) + 1);
    last = length;
  }
  const [first] = [...counts].toSorted(([a, m], [b, n]) => n - m || a - b);
  return first?.[0] ?? 2;
}

export const quoted = (text: string, quote: string): string => {
  const plain = JSON.stringify(text);
  return quote === '"' ? plain : `'${plain.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
};
