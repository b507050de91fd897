// What a model is asked about selected lines, and how its answer becomes text of the file. Pure.

import type { PromptInput } from "../../../server/host/protocol/messages.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { promptOfInstruction } from "../gap.ts";
import type { SelectedLines } from "./selection.ts";

/** How many lines above the selection are shown: more say little and cost small models their attention. */
const LINES_ABOVE = 12;

/** Where the answer ends: its code block, which `question` has opened. */
export const ANSWER_END = ["\n```"];

/** Its end stays where a prompt is too long, so the instruction comes last. Secrets are redacted. */
export function question(
  document: OpenDocument,
  { start, end }: SelectedLines,
  instruction: string,
): { prompt: PromptInput; hidesSecret: boolean } {
  const text = document.text.getText();
  const selected = unixLines(text.slice(start, end));
  const above = unixLines(text.slice(0, start)).trimEnd().split("\n").slice(-LINES_ABOVE).join("\n");
  const fence = `\`\`\`${document.languageId}\n`;
  const shown = above === "" ? "" : `The code above it, which stays as it is:\n${fence}${above}\n\`\`\`\n\n`;
  const asked = `${shown}Change this code of ${document.path}:\n${fence}${selected}\n\`\`\`\n\nThe change: ${instruction}\n\nWrite the whole changed code, without the code above it and without explanations. Keep everything that the change does not ask for.`;
  const prompt = promptOfInstruction(document, asked, fence);
  return { prompt, hidesSecret: prompt.instruction !== asked };
}

/**
 * The lines that an answer puts in the place of the selected ones: without what it repeats of the lines around them, at their indentation, with
 * the file's line ends.
 */
export function changedLines(answer: string, text: string, { start, end }: SelectedLines): string {
  const selected = unixLines(text.slice(start, end)).split("\n");
  const above = unixLines(text.slice(0, start)).trimEnd().split("\n");
  const below = unixLines(text.slice(end)).trimStart().split("\n");
  const written = trimmedLines(unixLines(answer).replace(/\n```[\s\S]*$/, ""));
  const own = withoutRepeated(written, selected, above, below);
  return indentedLike(own, selected).join(text.includes("\r\n") ? "\r\n" : "\n");
}

const unixLines = (text: string): string => text.replaceAll("\r\n", "\n");

/** Without blank lines at both ends. */
function trimmedLines(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trimEnd());
  const isFull = (line: string) => line !== "";
  return lines.slice(
    lines.findIndex(isFull) < 0 ? lines.length : lines.findIndex(isFull),
    lines.findLastIndex(isFull) + 1,
  );
}

/** Without the lines around the selection that a model has written again before or after its own. */
function withoutRepeated(
  lines: readonly string[],
  selected: readonly string[],
  above: readonly string[],
  below: readonly string[],
): string[] {
  const same = (a: string | undefined, b: string | undefined) => a?.trim() === b?.trim();
  let from = 0;
  const [first, last] = [selected[0], selected.at(-1)];
  for (let count = Math.min(above.length, LINES_ABOVE, lines.length - 1); count > 0 && from === 0; count--) {
    const repeated = above.slice(-count);
    if (same(lines[0], first) || !repeated.every((line, at) => same(line, lines[at]))) continue;
    from = count;
  }
  let to = lines.length;
  for (let count = Math.min(below.length, LINES_ABOVE, to - from - 1); count > 0 && to === lines.length; count--) {
    const repeated = below.slice(0, count);
    const isTold = repeated.some((line) => line.trim().length > 3); // a bracket alone may be the answer's own
    if (same(lines.at(-1), last) || !isTold || !repeated.every((line, at) => same(line, lines[to - count + at])))
      continue;
    to -= count;
  }
  return trimmedLines(lines.slice(from, to).join("\n"));
}

/** Moved as a whole so that its outermost line stands where the selection's does. */
function indentedLike(lines: readonly string[], selected: readonly string[]): string[] {
  const [is, was] = [outermost(lines), outermost(selected)];
  if (is === was) return [...lines];
  return lines.map((line) => (line.startsWith(is) && line !== "" ? was + line.slice(is.length) : line));
}

/** The indentation that all lines share. */
function outermost(lines: readonly string[]): string {
  const all = lines.filter((line) => line.trim() !== "").map((line) => /^[ \t]*/.exec(line)![0]);
  return all.reduce((least, one) => (one.length < least.length ? one : least), all[0] ?? "");
}
