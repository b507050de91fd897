// Runs git to read a repository's history. Never writes, never fetches, never runs programs that the repository's configuration names (hooks,
// monitors, signature checkers, text converters), and gives up after a time limit.

import { spawn } from "node:child_process";
import { StringDecoder } from "node:string_decoder";
import { Cancelled } from "../../common/errors.ts";

const SAFE_OPTIONS = [
  "--no-pager",
  ..."core.quotePath=false core.fsmonitor=false log.showSignature=false protocol.allow=never diff.external= blame.ignoreRevsFile="
    .split(" ")
    .flatMap((setting) => ["-c", setting]),
];

/** Environment variables that would make git use another repository than the folder's. */
const FOREIGN =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|CONFIG.*|TRACE.*)$/;

export type GitEnd = "done" | "stopped" | "failed" | "timedOut" | "missing";

export interface GitRun {
  timeoutMs: number;
  signal: AbortSignal;
  /** Receives each line of git's output; returning false ends git. */
  onLine(line: string): boolean | undefined;
}

/**
 * Runs git in a folder and waits until it has ended.
 * @param args a read-only command with its options
 * @throws Cancelled
 */
export function runGit(
  folder: string,
  args: readonly string[],
  { timeoutMs, signal, onLine }: GitRun,
): Promise<GitEnd> {
  if (signal.aborted) throw new Cancelled();
  const env: NodeJS.ProcessEnv = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)),
  );
  Object.assign(env, { GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", GIT_NO_LAZY_FETCH: "1", LC_ALL: "C" });
  return new Promise((resolve, reject) => {
    const child = spawn("git", [...SAFE_OPTIONS, ...args], {
      cwd: folder,
      env,
      stdio: ["ignore", "pipe", "ignore"],
      windowsHide: true,
    });
    let ended: GitEnd | undefined; // our own reason for ending it, known before git has ended
    const end = (how: GitEnd) => {
      ended ??= how;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(() => end("timedOut"), timeoutMs);
    const onAbort = () => end("stopped");
    signal.addEventListener("abort", onAbort);
    const decoder = new StringDecoder("utf8");
    let rest = "";
    child.stdout.on("data", (chunk: Buffer) => {
      if (ended) return;
      const lines = (rest + decoder.write(chunk)).split("\n");
      rest = lines.pop()!;
      if (!lines.every((line) => onLine(line) !== false)) end("stopped");
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      ended ??= error.code === "ENOENT" ? "missing" : "failed";
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      if (signal.aborted) return reject(new Cancelled());
      const last = rest + decoder.end(); // of a file that does not end with a line break
      if (!ended && last !== "") onLine(last);
      resolve(ended ?? (code === 0 ? "done" : "failed"));
    });
  });
}
