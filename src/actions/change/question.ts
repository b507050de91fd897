// What a model is asked about lines of a document, and how its answer becomes text of the document. Pure.

import type { PromptInput } from "../../../server/host/protocol/messages.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { promptOfInstruction } from "../gap.ts";
import type { Lines } from "./selection.ts";

/** How many lines above are shown: more say little. */
const LINES_ABOVE = 12;

/**
 * Its end stays where a prompt is too long, so the instruction comes last. Secrets are redacted.
 * @param showsAbove false for small models, which mix up the two (docs/log/2026-12.md)
 */
export function question(
  document: OpenDocument,
  { start, end }: Lines,
  instruction: string,
  showsAbove: boolean,
): { prompt: PromptInput; hidesSecret: boolean } {
  const text = document.text.getText();
  const asked = unixLines(text.slice(start, end));
  const above = unixLines(text.slice(0, start)).trimEnd().split("\n").slice(-LINES_ABOVE).join("\n");
  const fence = `\`\`\`${document.languageId}\n`;
  const shown = showsAbove && above !== "" ? `The code above it, which stays:\n${fence}${above}\n\`\`\`\n\n` : "";
  const whole = `${shown}Change this code of ${document.path}:\n${fence}${asked}\n\`\`\`\n\nThe change: ${instruction}\n\nWrite the whole changed code, and nothing else. Keep everything that the change does not ask for.`;
  const prompt = promptOfInstruction(document, whole, fence);
  return { prompt, hidesSecret: prompt.instruction !== whole };
}

/**
 * What an answer puts in the place of the selected lines: without what it repeats of the lines around those that were asked about, at their
 * indentation, with the file's line ends.
 * @param asked the lines that the model was asked about, the selected ones among them
 * @returns undefined where it changes more than the selected lines
 */
export function changedLines(answer: string, text: string, asked: Lines, selected: Lines): string | undefined {
  const linesOf = (start: number, end: number) => (start >= end ? [] : unixLines(text.slice(start, end)).split("\n"));
  const before = linesOf(asked.start, asked.end);
  const above = unixLines(text.slice(0, asked.start)).trimEnd().split("\n");
  const below = unixLines(text.slice(asked.end)).trimStart().split("\n");
  const written = trimmedLines(
    unixLines(answer)
      .replace(/\n```[\s\S]*$/, "")
      .split("\n"),
  );
  const own = indentedLike(withoutRepeated(written, before, above, below), before);
  const head = linesOf(asked.start, selected.start - 1);
  const tail = linesOf(selected.end, asked.end).slice(1);
  const keeps = (kept: readonly string[], from: number) => kept.every((line, at) => same(line, own[from + at]));
  if (own.length < head.length + tail.length && own.length > 0) return undefined;
  if (!keeps(head, 0) || !keeps(tail, own.length - tail.length)) return own.length === 0 ? "" : undefined;
  return own.slice(head.length, own.length - tail.length).join(text.includes("\r\n") ? "\r\n" : "\n");
}

export const unixLines = (text: string): string => text.replaceAll("\r\n", "\n");
const same = (a: string | undefined, b: string | undefined): boolean => a?.trim() === b?.trim();

/** Without blanks at their ends, and without blank lines around them. */
function trimmedLines(all: readonly string[]): string[] {
  const lines = all.map((line) => line.trimEnd());
  const first = lines.findIndex((line) => line !== "");
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => line !== "") + 1);
}

/** Without lines around those that were asked about, which a model has written again before or after its own. */
function withoutRepeated(
  lines: readonly string[],
  asked: readonly string[],
  above: readonly string[],
  below: readonly string[],
): string[] {
  const isTold = (repeated: readonly string[]) => repeated.some((line) => line.trim().length > 3); // a bracket alone may be its own
  const most = (around: readonly string[]) => Math.min(around.length, LINES_ABOVE, lines.length - 1);
  const isAt = (repeated: readonly string[], at: number) => repeated.every((line, i) => same(line, lines[at + i]));
  let [from, to] = [0, lines.length];
  for (let count = most(above); count > 0 && from === 0 && !same(lines[0], asked[0]); count--) {
    const repeated = above.slice(-count);
    if (isTold(repeated) && isAt(repeated, 0)) from = count;
  }
  for (let count = most(below); count > 0 && to === lines.length && !same(lines.at(-1), asked.at(-1)); count--) {
    const repeated = below.slice(0, count);
    if (isTold(repeated) && isAt(repeated, to - count)) to -= count;
  }
  return trimmedLines(lines.slice(from, Math.max(from, to)));
}

/** Moved as a whole so that the outermost line stands where that of the asked lines does. */
function indentedLike(lines: readonly string[], asked: readonly string[]): string[] {
  const [is, was] = [outermost(lines), outermost(asked)];
  if (is === was) return [...lines];
  return lines.map((line) => (line.startsWith(is) && line !== "" ? was + line.slice(is.length) : line));
}

/** The indentation that all lines share. */
export function outermost(lines: readonly string[]): string {
  const all = lines.filter((line) => line.trim() !== "").map((line) => /^[ \t]*/.exec(line)![0]);
  return all.reduce((least, one) => (one.length < least.length ? one : least), all[0] ?? "");
}
