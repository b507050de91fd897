// Reads a unified diff of one file and makes the texts that its hunks lead through; writes one of a changed part. Pure.

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

const CONTEXT_LINES = 3;

/** An edit of whole lines as a unified diff with one hunk. @param start and `end` in UTF-16 units of `text` */
export function patchOf(
  path: string,
  text: string,
  { start, end, newText }: { start: number; end: number; newText: string },
): string {
  const linesOf = (part: string) => part.split(/\r?\n/);
  const [above, below] = [linesOf(text.slice(0, start)).slice(0, -1), linesOf(text.slice(end)).slice(1)];
  const [before, after] = [linesOf(text.slice(start, end)), linesOf(newText)];
  const last = (lines: string[], at: number) => lines[lines.length - 1 - at];
  const isCommon = (at: number, least: number) => at < least && last(before, at) === last(after, at);
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (isCommon(tail, shorter - head)) tail++;
  const leading = [...above, ...before.slice(0, head)];
  const trailing = [...before.slice(before.length - tail), ...below];
  if (trailing.at(-1) === "") trailing.pop(); // the file's last line break
  const shownAbove = leading.slice(-CONTEXT_LINES);
  const shownBelow = trailing.slice(0, CONTEXT_LINES);
  const [removed, added] = [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
  const count = (lines: string[]) => shownAbove.length + lines.length + shownBelow.length;
  const line = leading.length - shownAbove.length + 1;
  const marked = (sign: string, lines: string[]) => lines.map((one) => sign + one);
  return [
    `--- a/${path}`,
    `+++ b/${path}`,
    `@@ -${line},${count(removed)} +${line},${count(added)} @@`,
    ...[...marked(" ", shownAbove), ...marked("-", removed), ...marked("+", added), ...marked(" ", shownBelow)],
  ].join("\n");
}
