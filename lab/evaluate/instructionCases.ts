// Cases of edits from an instruction, drawn from real commits: the subject is the instruction, and the one hunk of the one source file that the
// commit changes is what was meant; the statements around it are selected. Tests, documents and configuration may have changed with it. Reads
// repositories, changes nothing.

import { execFileSync } from "node:child_process";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { selectedLines, wholeStatements } from "../../src/actions/change/selection.ts";

export interface InstructionCase {
  id: string; // repository and commit
  repository: string; // its git directory
  commit: string;
  path: string;
  instruction: string;
  firstLine: number; // of the selected lines in the file before the commit, from 1
  lastLine: number;
  before: string; // the selected lines
  after: string; // what the commit made of them
}

const MOST_LINES = 12;
const MOST_COMMITS = 3_000;

const NOT_ASKED = /^(chore|docs?|tests?|ci|build|release|style|deps|examples?|bench)\b/i; // kinds of commits that change no behaviour
const PREFIX = /^\w+(?:\([^)]{1,40}\))?!?:\s*/;
const OF_NO_USE = /^(merge|revert|release|bump|update dep|v?\d)|typo|changelog|eslint|biome|prettier|lint/i;
const NOT_SOURCE =
  /(^|\/)(tests?|__tests?__|specs?|examples?|docs?|bench(marks?)?|scripts?|deno[-_\w]*|typedoc|website)\/|\.(test|spec|bench|d|test-d)\.[cm]?tsx?$|\.config\.|dtslint|(^|\/)tests?\.[cm]?tsx?$|__testfixtures__/i;
const COMMENT = /^\s*(\/\/|\/?\*|$)/;
const HUNK = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@/;

/** The newest cases of a repository. @param gitDir its bare or its `.git` folder */
export function instructionCases(gitDir: string, name: string, most: number, parsers: Parsers): InstructionCase[] {
  const git = (...args: string[]): string =>
    execFileSync("git", ["--git-dir", gitDir, ...args], { encoding: "utf8", maxBuffer: 1 << 30 });
  const sources = ["*.ts", "*.tsx", "*.mts", "*.cts", "*.js", "*.mjs", "*.jsx"];
  const format = ["--no-merges", "--no-renames", `-n${MOST_COMMITS}`, "--format=%x01%H%x02%s", "-p", "-U0"];
  const found: InstructionCase[] = [];
  for (const entry of git("log", ...format, "--", ...sources)
    .split("\u0001")
    .slice(1)) {
    const hunk = hunkOf(entry);
    const text = hunk && git("show", `${hunk.commit}^:${hunk.path}`);
    const selection = hunk && selectionOf(hunk, text!, parsers);
    if (!hunk || !selection) continue;
    const { commit, path, instruction } = hunk;
    found.push({ id: `${name}@${commit.slice(0, 10)}`, repository: gitDir, commit, path, instruction, ...selection });
    if (found.length === most) break;
  }
  return found;
}

interface Hunk {
  commit: string;
  path: string;
  instruction: string;
  line: number; // lines of the file before it
  removed: string[];
  added: string[];
}

function hunkOf(entry: string): Hunk | undefined {
  const end = entry.indexOf("\n");
  const [commit, subject] = entry.slice(0, end < 0 ? undefined : end).split("\u0002");
  const instruction = instructionOf(subject!);
  const files = entry.split(/^diff --git /m).slice(1);
  const own = files.filter((file) => !NOT_SOURCE.test(pathOf(file)));
  const [file] = own;
  if (!instruction || !file || own.length > 1 || !/\.[cm]?ts$/.test(pathOf(file))) return undefined;
  if (/^(new|deleted) file mode/m.test(file)) return undefined;
  const lines = file.split("\n");
  const at = lines.findIndex((line) => HUNK.test(line));
  if (at < 0 || lines.findLastIndex((line) => HUNK.test(line)) !== at) return undefined;
  const [, first, count] = HUNK.exec(lines[at]!)!;
  const changed = (sign: string) => lines.slice(at + 1).flatMap((one) => (one.startsWith(sign) ? [one.slice(1)] : []));
  const [removed, added] = [changed("-"), changed("+")];
  const all = [...removed, ...added];
  if (all.every((line) => COMMENT.test(line)) || all.every((line) => /^\s*(import|export \*)\b/.test(line)))
    return undefined;
  const line = Number(first) - (count === "0" ? 0 : 1);
  return { commit: commit!, path: pathOf(file), instruction, line, removed, added };
}

/** The whole statements around the hunk, before and after the commit; undefined where they are too many lines. */
function selectionOf({ line, removed, added }: Hunk, text: string, parsers: Parsers) {
  const lines = text.split("\n");
  const tree = parsers.for("typescript")!.parse(text);
  const isAfter = removed.length === 0; // only added: the line above is selected, or the one below where that is blank
  const from = isAfter ? (lines[line - 1]?.trim() ? line - 1 : line) : line;
  const to = isAfter ? from + 1 : line + removed.length;
  const startOf = (at: number) => lines.slice(0, at).join("\n").length + (at > 0 ? 1 : 0);
  const chosen = selectedLines(text, startOf(from), startOf(to) - 1);
  const whole = chosen && tree && wholeStatements(text, tree, chosen, 2_000);
  tree?.dispose();
  if (!whole) return undefined;
  const first = text.slice(0, whole.start).split("\n").length - 1;
  const before = text.slice(whole.start, whole.end).split("\n");
  const after = before.toSpliced(line - first, removed.length, ...added);
  if (before.length > MOST_LINES || after.length > MOST_LINES || line < first || line > first + before.length)
    return undefined;
  return {
    ...{ firstLine: first + 1, lastLine: first + before.length },
    ...{ before: before.join("\n"), after: after.join("\n") },
  };
}

const pathOf = (file: string): string => / b\/(\S+)$/.exec(file.slice(0, file.indexOf("\n")))?.[1] ?? "";

/** A commit's subject as one would say it; undefined where it asks for nothing that could be done in a few lines. */
function instructionOf(subject: string): string | undefined {
  const plain = subject.replace(/^[^\p{L}\p{N}`'"([]+/u, "");
  if (NOT_ASKED.test(plain)) return undefined;
  const words = plain
    .replace(PREFIX, "")
    .replace(/\s*\((?:fix(?:es)?|close[sd]?)?\s*#\d+\)|\s*#\d+/gi, "")
    .trim();
  return words.split(/\s+/).length < 4 || OF_NO_USE.test(words) ? undefined : words;
}
