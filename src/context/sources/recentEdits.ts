// The last edits of all documents of a folder as small diffs, made from the editor's deltas in time proportional to the edit.
// Never compares whole documents. Does not redact: the caller that turns a hunk into a piece does.

import type { Position, Range, TextDocumentContentChangeEvent } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { EditHunk } from "./sources.ts";

/** The greatest distance of edits in one hunk, in lines and milliseconds. Edits of the same lines always share a hunk. */
const MERGE_LINES = 3;
const MERGE_MS = 3_000;

/** The most lines of a hunk. Larger edits were not typed: a branch switch, a formatter, a generated file. */
const MAX_HUNK_LINES = 60;
const MAX_HUNK_UNITS = 8_192;

const MAX_HUNKS = 20;
const MAX_TOTAL_UNITS = 65_536;
const MAX_AGE_MS = 30 * 60_000;

const CONTEXT_LINES = 2;
const MAX_CONTEXT_UNITS = 500; // for the lines before, and for the lines after

/** Lines [startLine, endLine) of the document as it is now, and the lines that were there before the first edit. */
interface Hunk {
  uri: string;
  path: string;
  startLine: number;
  endLine: number;
  leading: string[];
  before: string[];
  after: string[];
  trailing: string[];
  atMs: number;
  open: boolean; // false when the document was closed: its lines are no longer followed
}

interface Edit extends Range {
  text: string; // inserted
}

export class EditHistory {
  #hunks: Hunk[] = []; // in the order of their last edit

  /**
   * Records one change of a document.
   * @param text the document before the change
   * @param path relative to the folder
   * @param rewrite whether the change is part of an untyped one: its lines are counted, but nothing is kept (`isRewrite`)
   */
  note(text: TextDocument, path: string, change: TextDocumentContentChangeEvent, atMs: number, rewrite = false): void {
    const { uri } = text;
    if (!("range" in change)) {
      this.#hunks = this.#hunks.filter((hunk) => hunk.uri !== uri || !hunk.open);
      return;
    }
    const { start, end } = clamped(change.range, text);
    const addedLines = linesOf(change.text).length - 1 - (end.line - start.line);
    const edit = { start, end, text: change.text };
    const near = this.#near(uri, start.line, end.line + 1, atMs);
    const hunk =
      rewrite || isLarge(edit)
        ? undefined
        : (hunkOf(text, path, edit, near, atMs) ?? hunkOf(text, path, edit, [], atMs)); // alone, where all together are too large
    const from = hunk?.startLine ?? start.line;
    const to = hunk?.endLine ?? end.line + 1;
    this.#hunks = this.#hunks.filter((one) => one.uri !== uri || !one.open || !overlaps(one, from, to));
    for (const one of this.#hunks) {
      if (one.uri !== uri || !one.open || one.startLine <= end.line) continue;
      one.startLine += addedLines;
      one.endLine += addedLines;
    }
    if (!hunk || sameLines(hunk.before, hunk.after)) return; // undone
    hunk.endLine += addedLines;
    this.#hunks.push(hunk);
    this.#forgetOldest();
  }

  /** The document is closed: its hunks stay as they are, and are not compared with its text when it is opened again. */
  closed(uri: string): void {
    for (const hunk of this.#hunks) if (hunk.uri === uri) hunk.open = false;
  }

  /** The hunks, newest first, without unchanged lines at their ends. */
  recent({ nowMs, limit }: { nowMs: number; limit: number }): EditHunk[] {
    return this.#hunks
      .filter(({ atMs }) => nowMs - atMs <= MAX_AGE_MS)
      .slice(-limit)
      .reverse()
      .map(trimmed);
  }

  /** The open hunks that an edit of these lines merges with, in their order. */
  #near(uri: string, startLine: number, endLine: number, atMs: number): Hunk[] {
    const open = this.#hunks.filter((hunk) => hunk.uri === uri && hunk.open);
    const margin = (hunk: Hunk) => (atMs - hunk.atMs <= MERGE_MS ? MERGE_LINES : 0);
    const near = open.filter((hunk) => overlaps(hunk, startLine - margin(hunk), endLine + margin(hunk)));
    const { from, to } = span(startLine, endLine, near);
    return open.filter((hunk) => overlaps(hunk, from, to)).sort((a, b) => a.startLine - b.startLine);
  }

  #forgetOldest(): void {
    if (this.#hunks.length > MAX_HUNKS) this.#hunks.splice(0, this.#hunks.length - MAX_HUNKS);
    let total = 0;
    const first = this.#hunks.findLastIndex((hunk) => (total += unitsOf(hunk)) > MAX_TOTAL_UNITS);
    this.#hunks.splice(0, first + 1);
  }
}

/** Whether the changes of one notification were probably not typed: together they touch more lines than a hunk may have. */
export function isRewrite(changes: readonly TextDocumentContentChangeEvent[]): boolean {
  let lines = 0;
  for (const change of changes)
    lines += "range" in change ? touchedLines({ ...change.range, text: change.text }) : Infinity;
  return lines > MAX_HUNK_LINES;
}

/** A hunk in the form of a unified diff, without line numbers. */
export function renderHunk({ leading, before, after, trailing }: EditHunk): string {
  const lines = [...leading.map(unchanged), ...lineDiff(before, after), ...trailing.map(unchanged)];
  return lines.join("\n");
}

const unchanged = (line: string) => ` ${line}`;

/** Lines with " ", "-" or "+" before them, by their longest common subsequence: a table of lines × lines, both bounded. */
function lineDiff(before: readonly string[], after: readonly string[]): string[] {
  const common = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i][j] = before[i] === after[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push(unchanged(before[i++]));
      j++;
    } else if (i < before.length && (j === after.length || common[i + 1][j] >= common[i][j + 1])) {
      lines.push(`-${before[i++]}`);
    } else lines.push(`+${after[j++]}`);
  }
  return lines;
}

/** Joins an edit with the hunks near it, with `endLine` as before the edit; undefined where the result is too large to keep. */
function hunkOf(
  text: TextDocument,
  path: string,
  { start, end, text: inserted }: Edit,
  near: readonly Hunk[],
  atMs: number,
): Hunk | undefined {
  const { from, to } = span(start.line, end.line + 1, near);
  if (to - from > MAX_HUNK_LINES) return undefined;
  const units = text.offsetAt({ line: to, character: 0 }) - text.offsetAt({ line: from, character: 0 });
  if (units + inserted.length > MAX_HUNK_UNITS) return undefined;
  const lines = linesAt(text, from, to);
  const before: string[] = [];
  let line = from;
  for (const hunk of near) {
    before.push(...lines.slice(line - from, hunk.startLine - from), ...hunk.before);
    line = hunk.endLine;
  }
  before.push(...lines.slice(line - from));

  const head = lines[start.line - from].slice(0, start.character);
  const tail = lines[end.line - from].slice(end.character);
  const after = [
    ...lines.slice(0, start.line - from),
    ...linesOf(head + inserted + tail),
    ...lines.slice(end.line + 1 - from),
  ];
  if (Math.max(before.length, after.length) > MAX_HUNK_LINES) return undefined;
  return {
    uri: text.uri,
    path,
    startLine: from,
    endLine: to,
    leading: short(linesAt(text, Math.max(0, from - CONTEXT_LINES), from)),
    before,
    after,
    trailing: short(linesAt(text, to, Math.min(text.lineCount, to + CONTEXT_LINES))),
    atMs,
    open: true,
  };
}

/** Moves unchanged lines at both ends into the surrounding lines. */
function trimmed({ path, startLine, endLine, leading, before, after, trailing, atMs }: Hunk): EditHunk {
  const shortest = Math.min(before.length, after.length);
  let head = 0;
  while (head < shortest && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shortest - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return {
    path,
    startLine: startLine + head,
    endLine: endLine - tail,
    leading: [...leading, ...after.slice(0, head)].slice(-CONTEXT_LINES),
    before: before.slice(head, before.length - tail),
    after: after.slice(head, after.length - tail),
    trailing: [...after.slice(after.length - tail), ...trailing].slice(0, CONTEXT_LINES),
    atMs,
  };
}

const overlaps = (hunk: Hunk, from: number, to: number) => hunk.startLine < to && hunk.endLine > from;

/** The range of lines of an edit and of hunks. */
function span(startLine: number, endLine: number, hunks: readonly Hunk[]): { from: number; to: number } {
  return {
    from: Math.min(startLine, ...hunks.map((hunk) => hunk.startLine)),
    to: Math.max(endLine, ...hunks.map((hunk) => hunk.endLine)),
  };
}

const isLarge = (edit: Edit) => edit.text.length > MAX_HUNK_UNITS || touchedLines(edit) > MAX_HUNK_LINES;

function touchedLines({ start, end, text }: Edit): number {
  return Math.max(Math.abs(end.line - start.line) + 1, linesOf(text).length);
}

/** As TextDocument.update does: a range whose ends are reversed is swapped, and positions beyond the document become its end. */
function clamped({ start, end }: Range, text: TextDocument): Range {
  const turned = start.line > end.line || (start.line === end.line && start.character > end.character);
  const within = (position: Position) => (position.line < text.lineCount ? position : text.positionAt(Infinity));
  return turned ? { start: within(end), end: within(start) } : { start: within(start), end: within(end) };
}

/** Lines [from, to) of a document, without line breaks; missing lines are left out. */
function linesAt(text: TextDocument, from: number, to: number): string[] {
  if (from >= to) return [];
  const lines = linesOf(text.getText({ start: { line: from, character: 0 }, end: { line: to, character: 0 } }));
  return lines.slice(0, to - from);
}

const linesOf = (text: string) => text.split(/\r\n|\r|\n/);

const short = (lines: string[]) => (lines.join().length > MAX_CONTEXT_UNITS ? [] : lines);

const sameLines = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((line, i) => line === b[i]);

function unitsOf({ leading, before, after, trailing }: Hunk): number {
  return [leading, before, after, trailing].flat().reduce((sum, line) => sum + line.length + 1, 0);
}
