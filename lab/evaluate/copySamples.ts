// What the licence guard is judged by: planted copies, which are functions of other code with other blanks, and blocks of code that was copied from
// nowhere. Reads folders; asks no index.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const BLOCK_LINES = 6;

/** Sources under a folder; links are not followed. */
export function textsUnder(folder: string): { file: string; text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:[cm]?[jt]sx?|py)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ file, text: readFileSync(file, "utf8") }));
}

/** Functions and methods of 3 to 30 lines: from a line that begins one to the closing brace at the same indentation; in Python to the next line there. */
export function functionsOf(text: string): string[] {
  const lines = text.split("\n");
  return lines.flatMap((line, first) => {
    const braces =
      /^(\s*)(?:export |default |async |static |public |private )*(?:function\b.*|[\w$#]+\(.*\)(?:: .*)? )\{$/.exec(
        line,
      )?.[1];
    const python = /^(\s*)(?:async )?def \w+\(.*:$/.exec(line)?.[1];
    const rest = lines.slice(first + 1, first + 30);
    const length =
      braces !== undefined
        ? rest.indexOf(`${braces}}`) + 1
        : python !== undefined
          ? rest.findIndex((one) => one.trim() !== "" && one.search(/\S/) <= python.length)
          : 0;
    return length >= 2 && !/^\s*(?:if|for|while|switch|catch)\b/.test(line)
      ? [lines.slice(first, first + length + 1).join("\n")]
      : [];
  });
}

/** Another indentation, and blanks around operators gone. */
export function otherBlanks(text: string): string {
  return text.replace(/^[ \t]+/gm, (blanks) => "\t".repeat(blanks.length)).replace(/ ([=+<>&|?:]+) /g, "$1");
}

/** Blocks of a few lines, one after the other. */
export function blocksOf(text: string): string[] {
  const lines = text.split("\n");
  return Array.from({ length: Math.ceil(lines.length / BLOCK_LINES) }, (_, block) =>
    lines.slice(block * BLOCK_LINES, (block + 1) * BLOCK_LINES).join("\n"),
  ).filter((block) => block.trim().length >= 60);
}
