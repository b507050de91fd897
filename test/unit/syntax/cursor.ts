// Reads a text with a drawn cursor: "a = |b" is the text "a = b" and the offset 4.

/** @throws Error when there is not exactly one cursor */
export function atCursor(drawn: string, cursor = "│"): { text: string; offset: number } {
  const parts = drawn.split(cursor);
  if (parts.length !== 2) throw new Error(`one ${cursor} wanted in ${JSON.stringify(drawn)}`);
  return { text: parts[0]! + parts[1]!, offset: parts[0]!.length };
}
