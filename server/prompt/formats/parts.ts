// What several formats do with the texts that they lay out. Pure.

import type { FileParts } from "../promptFormat.ts";

/** The parts with the line break that begins the current line moved before it. */
export function atLine({ before, line }: FileParts): { before: string; line: string } {
  const start = line.lastIndexOf("\n") + 1;
  return { before: before + line.slice(0, start), line: line.slice(start) };
}

/** With a line break at its end. */
export const ended = (code: string): string => (code.endsWith("\n") ? code : `${code}\n`);
