// Edits in the order in which they were made, from git: of each hunk of the last commits the text of its file before a part of the hunk was written,
// and what followed there. Hunks above it, and its own first lines, are in the file already; those below it still have what stood there before.
// Only what stands in the file to this day is learnt, and nothing of held-out files.

import { secretsIn } from "../../common/rules/redactSecrets.ts";
import { languageOfPath } from "../../common/syntax/languages.ts";
import type { CommitWeights } from "../protocol/fineTune.ts";
import type { SourceFile } from "../sourceFile.ts";
import { cleanLines, cleanText } from "./cleanText.ts";
import type { Gap } from "./examples.ts";
import { runGit } from "./git.ts";
import type { Lesson } from "./keptExamples.ts";
import { SeededRandom } from "./seededRandom.ts";

/** Reasons for not learning from an edit of a commit, with the words shown to the user. */
export const EDIT_DROPS = {
  otherFile: "in files that are held out or not learnt from",
  tooLarge: "in files of more than 400,000 characters",
  gone: "what was written there is gone",
  heldOut: "lines beside them stand in held-out files",
  secret: "held a secret",
  first: "nothing was written before them in their commit",
  repeated: "the same lines again",
  unfit: "too long, or nothing before them",
  sizeCap: "beyond 10 % of what is learnt; the latest are kept",
} as const;
export type EditDrop = keyof typeof EDIT_DROPS;
export type EditDrops = Partial<Record<EditDrop, number>>;

const OWN_WEIGHT = 1.5; // of an own commit's edit, where own ones count more
const MOST_COMMITS = 300;
const ASK_TIMEOUT_MS = 5_000;
const LOG_TIMEOUT_MS = 30_000;
const MAX_UNITS = 400_000;
const MOST_LINES = 4; // of what followed
const LEAST_UNITS = 3; // of what followed, that are not white space
const SHARED_LINE_UNITS = 20; // a shorter line says nothing about where it comes from
const MARK = "\u0001"; // first character of a commit's line

export interface ChosenEdits {
  lessons: Lesson[]; // the latest first
  dropped: EditDrops;
}

export interface EditsOptions {
  commits: CommitWeights;
  train: readonly SourceFile[]; // with their current text
  heldOut: readonly SourceFile[];
  seed: number;
  signal: AbortSignal;
}

/**
 * The edits of the last commits of a workspace; none where git cannot tell.
 * @throws Cancelled
 */
export async function commitEdits(root: string, options: EditsOptions): Promise<ChosenEdits> {
  const { train, heldOut, seed, signal } = options;
  const drops: EditDrops = {};
  const drop = (reason: EditDrop) => {
    drops[reason] = (drops[reason] ?? 0) + 1;
  };
  const email = options.commits === "ownMore" ? await ownEmail(root, signal) : undefined;
  const current = new Map(train.map(({ path, text }) => [path, linesIn(text)]));
  const elsewhere = new Set(heldOut.flatMap(({ text }) => [...linesIn(text)]));
  const random = new SeededRandom(seed);
  const seen = new Set<string>();
  const lessons: Lesson[] = [];
  const take = ({ path, lines }: FilePatch, { timeS, author }: Commit) => {
    const known = current.get(path)!;
    const languageId = languageOfPath(path)!;
    for (const edit of editsOf(lines, random)) {
      const key = edit && JSON.stringify([path, edit.middle.trim()]);
      const fault = edit ? faultOf(edit, known, elsewhere) : "first";
      const reason = fault ?? (seen.has(key!) ? "repeated" : undefined);
      if (!edit || reason) {
        drop(reason ?? "first");
        continue;
      }
      seen.add(key!);
      const weight = author === email ? OWN_WEIGHT : 1;
      lessons.push({ path, languageId, gap: edit, weight, atMs: timeS * 1_000 });
    }
  };
  const isLearnt = (path: string) => current.has(path) && languageOfPath(path) !== undefined;
  await readPatches(root, isLearnt, take, drop, signal);
  return { lessons, dropped: drops };
}

/** Why an edit teaches nothing. @param known lines of its file today @param elsewhere those of held-out files */
function faultOf(
  { prefix, middle, suffix }: Gap,
  known: ReadonlySet<string>,
  elsewhere: ReadonlySet<string>,
): EditDrop | undefined {
  if ([...linesIn(middle)].some((line) => !known.has(line))) return "gone";
  const leaks = (line: string) => line.length >= SHARED_LINE_UNITS && elsewhere.has(line) && !known.has(line);
  const text = prefix + middle + suffix;
  if ([...linesIn(text)].some(leaks)) return "heldOut";
  return secretsIn(text).length > 0 ? "secret" : undefined;
}

/** The lines of a text that are not blank, trimmed. */
const linesIn = (text: string): Set<string> =>
  new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  );

/** A line of a patch that has the whole file. */
interface PatchLine {
  kind: " " | "-" | "+";
  text: string;
}

/** One place of each hunk, top to bottom: what stood before a part of it was written, and what followed; undefined where nothing was written before. */
function editsOf(lines: readonly PatchLine[], random: SeededRandom): (Gap | undefined)[] {
  const edits: (Gap | undefined)[] = [];
  let isFirst = true;
  for (let start = 0, end = 0; start < lines.length; start = end) {
    for (end = start + 1; end < lines.length && (lines[end]!.kind === " ") === (lines[start]!.kind === " "); ) end++;
    if (lines[start]!.kind === " ") continue;
    const added = lines.slice(start, end).flatMap(({ kind, text }) => (kind === "+" ? [text] : []));
    const starts = added.flatMap((text, at) =>
      text.trim().length >= LEAST_UNITS && !(isFirst && at === 0) ? [at] : [],
    );
    if (added.some((text) => text.trim() !== "")) {
      const at = starts.length > 0 ? starts[random.between(0, starts.length - 1)]! : undefined;
      edits.push(at === undefined ? undefined : gapAt(lines, start, end, added, at));
      isFirst = false;
    } else if (added.length === 0) isFirst = false; // something was taken out first
  }
  return edits;
}

/** @param at the first of the `added` lines of the hunk, which goes from `start` to `end`, that is not written yet */
function gapAt(lines: readonly PatchLine[], start: number, end: number, added: readonly string[], at: number): Gap {
  const written = lines.slice(0, start).flatMap(({ kind, text }) => (kind === "-" ? [] : [text]));
  const later = lines.slice(end).flatMap(({ kind, text }) => (kind === "+" ? [] : [text]));
  const before = [...written, ...added.slice(0, at)].map((line) => `${line}\n`).join("");
  const [first, ...others] = added.slice(at, at + MOST_LINES) as [string, ...string[]];
  const indent = /^\s*/.exec(first)![0];
  const middle = [first.slice(indent.length), ...others].join("\n").trimEnd();
  return {
    prefix: cleanText(before) + indent,
    middle: cleanLines(middle),
    suffix: cleanLines(later.map((line) => `\n${line}`).join("")),
  };
}

interface Commit {
  timeS: number; // since 1970
  author: string; // e-mail address
}

interface FilePatch {
  path: string;
  lines: readonly PatchLine[];
}

/** Calls `take` with each change of a file that is learnt from, the latest commit first. */
async function readPatches(
  root: string,
  isLearnt: (path: string) => boolean,
  take: (patch: FilePatch, commit: Commit) => void,
  drop: (reason: EditDrop) => void,
  signal: AbortSignal,
): Promise<void> {
  let commit: Commit = { timeS: 0, author: "" };
  let patch: { path: string; lines: PatchLine[] } | undefined;
  let units = 0;
  const finish = () => {
    if (patch && units > MAX_UNITS) drop("tooLarge");
    else if (patch && patch.lines.length > 0) take(patch, commit);
    patch = undefined;
    units = 0;
  };
  const form = [`--format=${MARK}%at %ae`, "--patch", "--unified=1000000", "--relative", "--no-renames", "--no-merges"];
  const plain = ["--diff-filter=M", "--no-color", "--no-ext-diff", "--no-textconv", "--no-prefix"];
  await runGit(root, ["log", ...form, ...plain, `--max-count=${MOST_COMMITS}`, "HEAD", "--", "."], {
    timeoutMs: LOG_TIMEOUT_MS,
    signal,
    onLine(line) {
      if (line.startsWith(MARK)) {
        finish();
        const [time, author = ""] = line.slice(MARK.length).split(" ");
        commit = { timeS: Number(time), author };
      } else if (line.startsWith("diff --git ")) finish();
      else if (line.startsWith("+++ ") && !patch) {
        const path = line.slice("+++ ".length).replace(/\t$/, "");
        if (isLearnt(path)) patch = { path, lines: [] };
        else drop("otherFile");
      } else if (patch && /^[ +-]/.test(line)) {
        units += line.length;
        if (units <= MAX_UNITS) patch.lines.push({ kind: line[0] as PatchLine["kind"], text: line.slice(1) });
      }
      return undefined;
    },
  });
  finish();
}

async function ownEmail(root: string, signal: AbortSignal): Promise<string | undefined> {
  const told: string[] = [];
  await runGit(root, ["config", "--get", "user.email"], {
    timeoutMs: ASK_TIMEOUT_MS,
    signal,
    onLine: (line) => void told.push(line),
  });
  return told[0];
}
