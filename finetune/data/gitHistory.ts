// What git knows of a workspace: when each file and each line was last changed. Where git knows nothing there is a reason, and the caller
// continues without history.

import { stat } from "node:fs/promises";
import { type GitEnd, runGit } from "./git.ts";

/** Why there is no history. */
export const HISTORY_GAPS = {
  noFolder: "the folder is gone",
  noGit: "git is not installed",
  noRepository: "the folder lies in no repository that git reads",
  bare: "the repository has no files of its own",
  shallow: "the repository holds only its last commits",
  noCommits: "none of the files was ever committed",
  broken: "git cannot read the repository",
  slow: "git took too long",
} as const;
export type HistoryGap = keyof typeof HISTORY_GAPS;

export interface ChangeTimes {
  /** Seconds since 1970, by path relative to the workspace. */
  times: ReadonlyMap<string, number>;
  /** Those of the given paths that were never committed; empty where the history was not read completely. */
  uncommitted: ReadonlySet<string>;
}

const ASK_TIMEOUT_MS = 10_000;
const LOG_TIMEOUT_MS = 30_000;
const MAX_COMMITS = 20_000;
const BLAME_TIMEOUT_MS = 10_000;
/** First character of a commit's line; git would quote a path that begins with it. */
const MARK = "\u0001";

/**
 * When the files were last changed, according to the commits that HEAD leads to.
 * @param paths relative to `root`, with forward slashes
 * @throws Cancelled
 */
export async function changeTimes(
  root: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ChangeTimes | { gap: HistoryGap }> {
  const gap = await repositoryGap(root, signal);
  if (gap) return { gap };
  const wanted = new Set(paths);
  const times = new Map<string, number>();
  let timeS = 0;
  let commits = 0;
  const args = ["log", `--format=${MARK}%ct`, "--name-only", "--relative", "--no-renames"];
  const end = await runGit(root, [...args, `--max-count=${MAX_COMMITS}`, "HEAD", "--", "."], {
    timeoutMs: LOG_TIMEOUT_MS,
    signal,
    onLine(line) {
      if (line.startsWith(MARK)) {
        timeS = Number(line.slice(MARK.length));
        commits++;
      } else if (wanted.delete(line)) times.set(line, timeS);
      return wanted.size > 0;
    },
  });
  if (end === "failed" || end === "missing")
    return { gap: times.size > 0 ? "broken" : await gapWithoutLog(root, signal) };
  if (end === "timedOut" && times.size === 0) return { gap: "slow" };
  if (times.size === 0) return { gap: "noCommits" };
  return { times, uncommitted: end === "done" && commits < MAX_COMMITS ? wanted : new Set() };
}

async function repositoryGap(root: string, signal: AbortSignal): Promise<HistoryGap | undefined> {
  try {
    if (!(await stat(root)).isDirectory()) return "noFolder";
  } catch {
    return "noFolder";
  }
  const answers: string[] = [];
  const end = await ask(root, ["rev-parse", "--is-bare-repository", "--is-shallow-repository"], answers, signal);
  if (end === "missing") return "noGit";
  if (end === "timedOut") return "slow";
  if (end !== "done") return "noRepository";
  const [isBare, isShallow] = answers;
  return isBare === "true" ? "bare" : isShallow === "true" ? "shallow" : undefined;
}

/** The reason for an empty log: a repository without any commit, or else a damaged one. */
async function gapWithoutLog(root: string, signal: AbortSignal): Promise<HistoryGap> {
  const refs: string[] = [];
  const end = await ask(root, ["for-each-ref", "--count=1"], refs, signal);
  return end === "done" && refs.length === 0 ? "noCommits" : "broken";
}

function ask(root: string, args: readonly string[], answers: string[], signal: AbortSignal): Promise<GitEnd> {
  return runGit(root, args, { timeoutMs: ASK_TIMEOUT_MS, signal, onLine: (line) => void answers.push(line) });
}

/** A line of a file as it was last committed. */
export interface CommittedLine {
  text: string; // without its line break
  timeS: number; // since 1970, time of the commit that added it
}

/**
 * The lines of a file as last committed; undefined where git cannot tell. Uncommitted changes are not included.
 * @throws Cancelled
 */
export async function committedLines(
  root: string,
  path: string,
  signal: AbortSignal,
): Promise<CommittedLine[] | undefined> {
  const times = new Map<string, number>(); // by commit
  const lines: CommittedLine[] = [];
  let commit = "";
  const end = await runGit(root, ["blame", "--no-textconv", "--porcelain", "HEAD", "--", path], {
    timeoutMs: BLAME_TIMEOUT_MS,
    signal,
    onLine(line) {
      const header = /^([0-9a-f]{40,64}) \d+ \d+/.exec(line);
      if (line.startsWith("\t")) lines.push({ text: line.slice(1), timeS: times.get(commit) ?? 0 });
      else if (header) commit = header[1]!;
      else if (line.startsWith("committer-time ")) times.set(commit, Number(line.slice("committer-time ".length)));
      return undefined;
    },
  });
  return end === "done" ? lines : undefined;
}
