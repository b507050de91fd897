// A repository's commits as if somebody had typed them: the files that were changed, each with its hunks in the order of the file.
// Reads git's history once, and keeps what it has read in the lab's cache.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { languageOfPath, languageSyntax } from "../../../common/syntax/languages.ts";
import type { Range } from "../../../src/typescript/unresolved.ts";

/** Lines that became others. Ranges are UTF-16 units of the file before and after the commit, with whole lines. */
export interface CommitHunk {
  before: Range;
  after: Range;
}

export interface CommitFile {
  path: string;
  languageId: string;
  before: string;
  after: string;
  hunks: CommitHunk[]; // at least one
}

export interface Commit {
  hash: string;
  files: CommitFile[]; // at least one
}

/** Larger commits are moves, formatters and generated files: nobody typed them. */
const MAX_FILES = 20;
const MAX_HUNKS = 120;
const MAX_FILE_BYTES = 1_000_000;
const MAX_OUTPUT_BYTES = 2 ** 30;
const HEADER = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const DATA = /^jsonc?$/;
const NOT_WRITTEN = /(^|\/)(dist|build|vendor|deno_dist|node_modules|\.git)\//;

interface Git {
  (...args: string[]): string;
  /** @param input what the command reads */
  with(input: string, ...args: string[]): Buffer;
}

function gitOf(repository: string): Git {
  const run = (args: readonly string[], input = "") =>
    execFileSync("git", ["-C", repository, ...args], { input, maxBuffer: MAX_OUTPUT_BYTES, stdio: "pipe" });
  return Object.assign((...args: string[]) => run(args).toString("utf8"), {
    with: (input: string, ...args: string[]) => run(args, input),
  });
}

/** The commits with one parent, the newest first. */
const commitsOf = (git: Git): string[] =>
  git("log", "--format=%H", "--no-merges", "--min-parents=1").split("\n").filter(Boolean);

export interface Sessions {
  many: Commit[]; // with several hunks
  single: Commit[]; // with one
}

/** The file's text at a commit and what a later one made of it; undefined where it is not there, or the same. */
export function changeBetween(repository: string, { from, to, path }: { from: string; to: string; path: string }) {
  const languageId = languageOfPath(path);
  const git = gitOf(repository);
  const diff = git(
    "diff",
    "-U0",
    "--no-color",
    "--no-renames",
    "--no-ext-diff",
    "--diff-filter=M",
    from,
    to,
    "--",
    path,
  );
  if (diff === "" || languageId === undefined) return undefined;
  const [before, after] = textsOf(git.with(`${from}:${path}\n${to}:${path}\n`, "cat-file", "--batch"));
  const file: CommitFile = { path, languageId, before, after, hunks: hunksOf(diff, before, after) };
  return file.hunks.length === 0 ? undefined : file;
}

/** The last of the next so many commits that go back to this one; undefined where it is the newest. */
export function commitAfter(repository: string, hash: string, count: number): string | undefined {
  const later = gitOf(repository)("rev-list", "--reverse", "--ancestry-path", `${hash}..HEAD`)
    .split("\n")
    .filter(Boolean);
  return later[Math.min(count, later.length) - 1];
}

/** The newest commits of each sort, at most so many. */
export function sessionsOf(repository: string, count: { many: number; single: number }, cacheDir: string): Sessions {
  const git = gitOf(repository);
  const head = git("rev-parse", "HEAD").trim();
  const kept = path.join(cacheDir, "next-edit", `${head}-${count.many}-${count.single}-grammar.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, "utf8")) as Sessions;
  const sessions: Sessions = { many: [], single: [] };
  for (const hash of commitsOf(git)) {
    if (sessions.many.length === count.many && sessions.single.length === count.single) break;
    const commit = readIfThere(git, hash);
    if (!commit) continue;
    const sort = commit.files.length === 1 && commit.files[0].hunks.length === 1 ? "single" : "many";
    if (sessions[sort].length < count[sort]) sessions[sort].push(commit);
  }
  mkdirSync(path.dirname(kept), { recursive: true });
  writeFileSync(kept, JSON.stringify(sessions));
  return sessions;
}

/** @returns undefined also where a part of the commit was not fetched, which is told */
function readIfThere(git: Git, hash: string): Commit | undefined {
  try {
    return readCommit(git, hash);
  } catch (error) {
    if (!/unable to read/.test(String(error))) throw error;
    console.error(`${hash.slice(0, 9)} is left out: a part of it is not in this clone`);
    return undefined;
  }
}

/** The commit's changed source files, without new, deleted and renamed ones; undefined where it has none, or more than a person types. */
function readCommit(git: Git, hash: string): Commit | undefined {
  const diff = git("diff", "-U0", "--no-color", "--no-renames", "--no-ext-diff", "--diff-filter=M", `${hash}^`, hash);
  const parts: { path: string; languageId: string; diff: string }[] = [];
  let hunks = 0;
  for (const part of diff.split(/^diff --git /m).slice(1)) {
    const file = /^--- a\/(.*)$/m.exec(part)?.[1];
    const languageId = file === undefined ? undefined : languageOfPath(file);
    if (
      file === undefined ||
      languageId === undefined ||
      !languageSyntax(languageId) ||
      DATA.test(languageId) ||
      NOT_WRITTEN.test(file)
    )
      continue;
    const headers = part.split("\n").flatMap((line) => HEADER.exec(line) ?? []);
    hunks += headers.length / 5;
    if (parts.length === MAX_FILES || hunks > MAX_HUNKS) return undefined;
    parts.push({ path: file, languageId, diff: part });
  }
  const names = parts.flatMap(({ path }) => [`${hash}^:${path}`, `${hash}:${path}`]);
  const texts = parts.length === 0 ? [] : textsOf(git.with(`${names.join("\n")}\n`, "cat-file", "--batch"));
  const files = parts.flatMap(({ path, languageId, diff }, i): CommitFile[] => {
    const [before, after] = texts.slice(2 * i, 2 * i + 2);
    if (Math.max(before.length, after.length) > MAX_FILE_BYTES) return [];
    return [{ path, languageId, before, after, hunks: hunksOf(diff, before, after) }];
  });
  return files.length === 0 ? undefined : { hash, files };
}

/** The objects of `git cat-file --batch`: a line with the size in bytes before each, a line break after it. */
function textsOf(output: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 0; at < output.length; ) {
    const lineEnd = output.indexOf("\n", at);
    const bytes = Number(output.toString("latin1", at, lineEnd).split(" ")[2]);
    texts.push(output.toString("utf8", lineEnd + 1, lineEnd + 1 + bytes));
    at = lineEnd + bytes + 2;
  }
  return texts;
}

function hunksOf(diff: string, before: string, after: string): CommitHunk[] {
  const [oldStarts, newStarts] = [lineStarts(before), lineStarts(after)];
  return diff.split("\n").flatMap((line) => {
    const header = HEADER.exec(line);
    if (!header) return [];
    return [{ before: rangeOf(oldStarts, header[1], header[2]), after: rangeOf(newStarts, header[3], header[4]) }];
  });
}

/** Git counts lines from 1, and names the line before where there are none. */
function rangeOf(starts: readonly number[], first: string, lines = "1"): Range {
  const from = Number(first) - (lines === "0" ? 0 : 1);
  return { start: starts[from], end: starts[from + Number(lines)] };
}

/** Where each line begins, and the text's end, twice: a last line without a line break ends there. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  if (starts.at(-1) !== text.length) starts.push(text.length);
  return [...starts, text.length];
}
