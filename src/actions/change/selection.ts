// The lines that a selection stands for: whole ones, without blank ones at their ends. Pure.

/** Whole lines of a text, in UTF-16 units; the last line break is not part of them. */
export interface SelectedLines {
  start: number;
  end: number;
  firstLine: number; // from 0
  lastLine: number; // from 0, itself included
  isWider: boolean; // than what was selected, by more than blanks
}

/** @returns undefined where nothing but blanks is selected */
export function selectedLines(text: string, from: number, to: number): SelectedLines | undefined {
  const [first, last] = [Math.min(from, to), Math.max(from, to)];
  const chosen = text.slice(first, last);
  const isEmpty = chosen.trim() === ""; // a cursor stands for its line
  const begin = isEmpty ? first : first + (chosen.length - chosen.trimStart().length);
  const finish = isEmpty ? first : last - (chosen.length - chosen.trimEnd().length);
  const start = text.lastIndexOf("\n", begin - 1) + 1;
  const lineEnd = text.indexOf("\n", finish);
  const whole = text.slice(start, lineEnd < 0 ? text.length : lineEnd).trimEnd();
  if (whole.trim() === "") return undefined;
  const end = start + whole.length;
  const linesIn = (part: string) => part.split("\n").length - 1;
  const firstLine = linesIn(text.slice(0, start));
  const isWider = isEmpty || text.slice(start, begin).trim() !== "" || text.slice(finish, end).trim() !== "";
  return { start, end, firstLine, lastLine: firstLine + linesIn(whole), isWider };
}
