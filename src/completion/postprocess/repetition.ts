// Tells whether text goes round in circles, as small models do when they have nothing to say. Pure.

const LINES_IN_A_ROW = 3; // the same line, or the same two lines by turns
const TIMES_IN_A_LINE = 4;
const LONGEST_PERIOD = 32;

export function repeats(text: string): boolean {
  return repeatsLines(text) || text.split("\n").some(repeatsInLine);
}

/** The same line three times in a row, or the same pair of lines. Brackets alone do not count. */
function repeatsLines(text: string): boolean {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  for (const period of [1, 2]) {
    for (let start = 0; start + period * LINES_IN_A_ROW <= lines.length; start++) {
      const run = lines.slice(start, start + period * LINES_IN_A_ROW);
      if (run.some((line) => /[\p{L}\p{N}]/u.test(line)) && run.every((line, i) => line === run[i % period]))
        return true;
    }
  }
  return false;
}

/** A piece of up to 32 units that ends the line four times over and is more than half of it: `a, a, a, a, `. */
function repeatsInLine(line: string): boolean {
  const text = line.trim().slice(-400);
  for (let period = 3; period <= LONGEST_PERIOD; period++) {
    const piece = text.slice(-period);
    if (!/[\p{L}]/u.test(piece)) continue;
    let from = text.length;
    while (from >= period && text.slice(from - period, from) === piece) from -= period;
    const length = text.length - from;
    if (length >= period * TIMES_IN_A_LINE && length * 2 > text.length) return true;
  }
  return false;
}
