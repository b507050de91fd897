// Runs a job in a Node of its own that may read, write and start nothing: the permission model without one grant, no environment, no text run as code,
// 512 MB, 10 s, an empty folder to stand in, and on Linux neither a network nor other processes where the system allows that.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Cancelled } from "../../../common/errors.ts";
import { endGroup, limitedProcess, OWN_GROUP } from "../../../common/util/limitedProcess.ts";
import { type Answer, type Job, runJob } from "./sandboxProcess.ts";

const LIMIT_MS = 10_000;
const MOST_ANSWER_UNITS = 20_000_000;
const FLAGS = [
  "--permission",
  "--max-old-space-size=512",
  "--disallow-code-generation-from-strings",
  "--disable-proto=delete",
  "--no-addons",
  "--no-warnings",
  "--input-type=module",
];

export interface SandboxRun {
  answers: Answer[];
  hasEnded: boolean; // by itself; otherwise it was ended after the limit, or fell over
}

/** @param zone the time zone: what differs between two of them depends on where it runs */
export function inSandbox(job: Job, zone: "UTC" | "Asia/Kathmandu", signal: AbortSignal): Promise<SandboxRun> {
  const script = `await (${runJob.toString()})();`;
  const env = {
    TZ: zone,
    ELECTRON_RUN_AS_NODE: "1",
    ...(process.platform === "win32" && { SystemRoot: process.env.SystemRoot }),
  };
  return runIsolated([process.execPath, ...FLAGS, "--eval", script], env, job, signal);
}

/**
 * Runs a program that reads a job from its standard input and answers on descriptor 3, in an empty folder.
 * @param env its whole environment
 */
export async function runIsolated(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  job: object,
  signal: AbortSignal,
): Promise<SandboxRun> {
  const cwd = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-tests-")));
  try {
    return await run(cwd, command, env, job, signal);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

async function run(
  cwd: string,
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  job: object,
  signal: AbortSignal,
): Promise<SandboxRun> {
  const [file = process.execPath, ...args] = [...isolation(), ...command];
  if (signal.aborted) throw new Cancelled();
  const child = spawn(file, args, {
    cwd,
    env,
    stdio: ["pipe", "ignore", "ignore", "pipe"],
    detached: OWN_GROUP,
    windowsHide: true,
  });
  let told = "";
  child.stdio[3]?.on("data", (part: Buffer) => {
    told += part.toString("utf8");
    if (told.length > MOST_ANSWER_UNITS) endGroup(child);
  });
  child.stdin?.on("error", () => {}); // it ended before it had read the job
  child.stdin?.end(JSON.stringify(job));
  await limitedProcess(child, "close", LIMIT_MS, signal);
  return asRun(told);
}

function asRun(told: string): SandboxRun {
  const lines = told.split("\n").slice(0, -1); // the last one is empty, or was cut off
  const answers = lines.map((line) => JSON.parse(line) as Answer);
  return { answers, hasEnded: answers.at(-1)?.at === "end" };
}

const UNSHARE = ["unshare", "--map-root-user", "--net", "--pid", "--fork", "--kill-child"];

let isolated: string[] | undefined;

/** The command prefix that takes the network and the sight of other processes away; empty where the system does not allow that. */
function isolation(): string[] {
  const [program = "", ...args] = UNSHARE;
  isolated ??= process.platform === "linux" && spawnSync(program, [...args, "true"]).status === 0 ? UNSHARE : [];
  return isolated;
}

/** Whether what runs here has neither a network nor sight of other processes. */
export const isIsolated = (): boolean => isolation().length > 0;

/** What is said beside each result. */
export const networkWords = (): string => (isIsolated() ? "network closed" : "network not closed here");
