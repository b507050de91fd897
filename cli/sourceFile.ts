// Reads a source file, finds a position in it and changes it, with a clear error for each thing that can be wrong. Must not know any command.

import { existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { badInput, type UserError } from "../common/errors.ts";
import { readCappedSync, UNREAD } from "../common/util/cappedRead.ts";
import { counted } from "../common/util/counted.ts";
import { type TextChange, withChanges } from "../src/typescript/problems.ts";

/** The largest source file; larger ones are refused before they are read. */
export const MAX_SOURCE_BYTES = 10_000_000;

export interface SourceFile {
  path: string; // relative to the workspace, forward slashes
  absolutePath: string;
  text: string;
}

/**
 * The text of `file` (UTF-8; a byte order mark is dropped).
 * @throws UserError when it is missing, not a file, outside `root`, too large, binary or not UTF-8
 */
export function readSource(file: string, root: string): SourceFile {
  const absolutePath = path.resolve(file);
  const relative = path.relative(root, absolutePath);
  if (relative.startsWith("..") || path.isAbsolute(relative))
    throw badInput(`${file} lies outside the workspace ${root}.`, "Give the folder that holds it with --root.");
  let sizeBytes: number;
  try {
    const stat = statSync(absolutePath);
    if (!stat.isFile()) throw badInput(`${file} is not a file.`, "Give a source file with --file.");
    sizeBytes = stat.size;
  } catch (error) {
    throw asReadError(error, file);
  }
  if (sizeBytes >= MAX_SOURCE_BYTES)
    throw badInput(
      `${file} is too large: ${(sizeBytes / 1e6).toFixed(1)} MB, and the limit is ${MAX_SOURCE_BYTES / 1e6} MB.`,
      "Choose a smaller file.",
    );
  return { path: relative.split(path.sep).join("/"), absolutePath, text: decode(file, absolutePath) };
}

function decode(file: string, absolutePath: string): string {
  const bytes = readWhole(file, absolutePath);
  if (bytes.includes(0)) throw badInput(`${file} is a binary file.`, "Choose a source file.");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badInput(`${file} is not UTF-8 text.`, "Save the file as UTF-8.");
  }
}

/** @throws UserError */
function readWhole(file: string, absolutePath: string): Buffer {
  const read = readCappedSync(absolutePath, MAX_SOURCE_BYTES);
  if ("bytes" in read) return read.bytes;
  if (read.code !== undefined) throw asReadError(read, file);
  throw badInput(`${file} cannot be read: ${UNREAD[read.unread]}.`, "Give a source file with --file.");
}

const BYTE_ORDER_MARK = "\uFEFF";

/**
 * Replaces a part of a file, which keeps its mode and its byte order mark. The file is replaced as a whole, never left half written.
 * @param text the text that the edit was made for, as returned by `readSource`
 * @param edit offsets in UTF-16 units of `text`
 * @throws UserError where the file has changed meanwhile, or cannot be written
 */
export function writeEdit(file: string, text: string, edit: { start: number; end: number; newText: string }): void {
  try {
    const target = realpathSync(file);
    const now = readWhole(file, target).toString("utf8");
    const mark = now.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
    if (now !== mark + text) throw badInput(`${file} was changed meanwhile.`, "Ask again.");
    const draft = `${target}.${process.pid}.new`;
    try {
      const whole = `${mark}${text.slice(0, edit.start)}${edit.newText}${text.slice(edit.end)}`;
      writeFileSync(draft, whole, { mode: statSync(target).mode, flag: "wx" });
      renameSync(draft, target);
    } finally {
      rmSync(draft, { force: true });
    }
  } catch (error) {
    throw asReadError(error, file);
  }
}

/** Like `writeEdit`, with several edits, which must not overlap. */
export function writeEdits(file: string, text: string, edits: readonly TextChange[]): void {
  writeEdit(file, text, { start: 0, end: text.length, newText: withChanges(text, edits) });
}

/** The error shown to the user when the file system refuses; errors that are already UserErrors pass through. */
export function asReadError(error: unknown, file: string): UserError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "badInput") return error as UserError;
  const reason =
    code === "ENOENT" ? "does not exist" : code === "EACCES" ? "may not be read" : `cannot be read (${code})`;
  return badInput(`${file} ${reason}.`, "Check the path.");
}

/**
 * The offset of a 1-based line and column. Both count UTF-16 units; \n, \r\n and \r end a line.
 * @throws UserError when there is no such position
 */
export function offsetAt(text: string, line: number, column: number): number {
  const starts = lineStarts(text);
  if (line < 1 || line > starts.length)
    throw badInput(`There is no line ${line}: the file has ${counted(starts.length, "line")}.`, "Correct --line.");
  const start = starts[line - 1];
  const end = lineEnd(text, start);
  if (column < 1 || column > end - start + 1)
    throw badInput(
      `Line ${line} has no column ${column}: its last column is ${end - start + 1}.`,
      "Correct --column (it counts UTF-16 units from 1).",
    );
  return start + column - 1;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return starts;
}

function lineEnd(text: string, start: number): number {
  const length = text.slice(start).search(/[\r\n]/);
  return length < 0 ? text.length : start + length;
}

const MARKERS = [".git", "package.json"];

/** The nearest folder at or above `from` that holds `.git` or `package.json`; `from` itself where there is none. */
export function workspaceRoot(from: string): string {
  for (let dir = path.resolve(from); ; dir = path.dirname(dir)) {
    if (MARKERS.some((marker) => existsSync(path.join(dir, marker)))) return dir;
    if (dir === path.dirname(dir)) return path.resolve(from);
  }
}
