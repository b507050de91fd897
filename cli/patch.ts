// Reads a unified diff of one file, and makes the texts that its hunks lead through. Pure.

import { badInput } from "../common/errors.ts";

const HEADER = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@/;

interface Hunk {
  line: number; // lines of the old text before it
  before: string[];
  after: string[];
}

/**
 * The text after each hunk, in their order.
 * @throws UserError where the patch has no hunk, is of several files, or does not fit the text
 */
export function textsOfPatch(text: string, patch: string, name: string): string[] {
  const hunks = hunksOf(patch, name);
  if (hunks.length === 0) throw badInput(`${name} has no hunk.`, "Write one with `git diff`.");
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = text.split(lineEnd);
  const texts: string[] = [];
  let shift = 0;
  for (const [index, { line, before, after }] of hunks.entries()) {
    const at = line + shift;
    const stands = lines.slice(at, at + before.length);
    if (stands.length < before.length || before.some((one, i) => one !== stands[i]))
      throw badInput(
        `Hunk ${index + 1} of ${name} does not fit the file.`,
        "Give the file as it was before the patch.",
      );
    lines.splice(at, before.length, ...after);
    shift += after.length - before.length;
    texts.push(lines.join(lineEnd));
  }
  return texts;
}

function hunksOf(patch: string, name: string): Hunk[] {
  const hunks: Hunk[] = [];
  let hunk: Hunk | undefined;
  let files = 0;
  for (const line of patch.split(/\r?\n/)) {
    const header = HEADER.exec(line);
    if (header) {
      hunk = { line: Number(header[1]) - (header[2] === "0" ? 0 : 1), before: [], after: [] };
      hunks.push(hunk);
    } else if (line.startsWith("diff ") || (line.startsWith("--- ") && (hunk === undefined || isFile(line)))) {
      if (line.startsWith("--- ") && ++files > 1)
        throw badInput(`${name} changes several files.`, "Give the patch of one.");
      hunk = undefined;
    } else if (line.startsWith("-")) hunk?.before.push(line.slice(1));
    else if (line.startsWith("+")) hunk?.after.push(line.slice(1));
    else if (line.startsWith(" ")) {
      hunk?.before.push(line.slice(1));
      hunk?.after.push(line.slice(1));
    }
  }
  return hunks;
}

/** A removed line that begins with "-- " looks like a file's header. */
const isFile = (line: string): boolean => /^--- (a\/|\/dev\/null)/.test(line);
