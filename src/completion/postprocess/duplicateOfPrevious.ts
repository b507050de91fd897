// Tells whether text only says again what stands directly before it. Pure.

/**
 * Whether the lines that the suggestion makes equal the lines above them, as many as there are.
 * Lines of brackets and punctuation alone do not count: they repeat in all code.
 * @param prefix the text before the cursor
 */
export function duplicatesPrevious(prefix: string, text: string): boolean {
  const lineStart = prefix.lastIndexOf("\n") + 1;
  const made = codeLines(prefix.slice(lineStart) + text);
  if (made.length === 0 || !made.some((line) => /[\p{L}\p{N}]/u.test(line))) return false;
  const above = codeLines(prefix.slice(Math.max(0, lineStart - 10_000), lineStart)).slice(-made.length);
  return above.length === made.length && above.every((line, i) => line === made[i]);
}

function codeLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
