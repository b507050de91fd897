// Finds the recently added lines of a workspace: those of its last commits, and those not committed yet.

import { setImmediate as turn } from "node:timers/promises";
import type { SourceFile } from "../sourceFile.ts";
import { type ChangeTimes, type CommittedLine, committedLines } from "./gitHistory.ts";

/** How many of the most recently changed files git is asked about; the recent lines are in those. */
const MAX_FILES = 300;
const MAX_MS = 30_000; // for all files together
const AT_A_TIME = 2;
/**
 * The largest share of all text that counts as recent, in whole commits from the last one back. Lines older than MAX_AGE_S, compared with the
 * last commit, never do.
 */
const MAX_SHARE = 0.2;
const MAX_AGE_S = 365 * 24 * 3600;

/** Whether the line with this number (from 0) of this file was recently added. */
export type IsRecent = (path: string, line: number) => boolean;

/**
 * @param files with their current text, split into lines at "\n"
 * @throws Cancelled
 */
export async function recentLines(
  root: string,
  files: readonly SourceFile[],
  { times, uncommitted }: ChangeTimes,
  signal: AbortSignal,
): Promise<IsRecent> {
  const newest = files
    .filter(({ path }) => times.has(path))
    .sort((a, b) => times.get(b.path)! - times.get(a.path)! || (a.path < b.path ? -1 : 1))
    .slice(0, MAX_FILES);
  const blamed = new Map<string, CommittedLine[]>();
  const queue = newest.map(({ path }) => path);
  const endMs = performance.now() + MAX_MS;
  const work = async () => {
    for (let path = queue.shift(); path !== undefined && performance.now() < endMs; path = queue.shift()) {
      const lines = await committedLines(root, path, signal);
      if (lines) blamed.set(path, lines);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));

  const sinceS = recentSince([...blamed.values()].flat(), sizeOf(files));
  const recent = new Map<string, Set<number>>();
  for (const { path, text } of newest) {
    const lines = blamed.get(path);
    if (lines) recent.set(path, recentOf(text, lines, sinceS));
    await turn();
  }
  const newFiles = files.filter(({ path }) => uncommitted.has(path));
  const isNew = sizeOf(newFiles) <= sizeOf(files) * MAX_SHARE ? uncommitted : new Set<string>();
  return (path, line) => isNew.has(path) || (recent.get(path)?.has(line) ?? false);
}

const sizeOf = (files: readonly SourceFile[]) => files.reduce((sum, { text }) => sum + text.length, 0);

/** The time of the oldest commit whose lines are recent; infinity where the last commit alone exceeds the share. */
function recentSince(lines: readonly CommittedLine[], allUnits: number): number {
  const units = new Map<number, number>();
  for (const { text, timeS } of lines) units.set(timeS, (units.get(timeS) ?? 0) + text.length + 1);
  const commits = [...units].sort(([a], [b]) => b - a);
  let sum = 0;
  let sinceS = Number.POSITIVE_INFINITY;
  for (const [timeS, own] of commits) {
    sum += own;
    if (sum > allUnits * MAX_SHARE || timeS < commits[0]![0] - MAX_AGE_S) break;
    sinceS = timeS;
  }
  return sinceS;
}

/** Lines of `text` that were committed recently at every occurrence in the file, or never. Blank lines are not counted. */
function recentOf(text: string, committed: readonly CommittedLine[], sinceS: number): Set<number> {
  const isRecent = new Map<string, boolean>();
  for (const { text: line, timeS } of committed) {
    const known = line.trim();
    isRecent.set(known, timeS >= sinceS && (isRecent.get(known) ?? true));
  }
  const recent = new Set<number>();
  text.split("\n").forEach((line, number) => {
    const known = line.trim();
    if (known !== "" && (isRecent.get(known) ?? true)) recent.add(number);
  });
  return recent;
}
