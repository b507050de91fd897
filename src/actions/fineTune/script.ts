// Calls of dist/finetune.cjs: one process per call, with a JSON argument, and one JSON document as the last line of stdout. The output goes to
// unnamed files, so that a process that outlives this one never writes into a broken pipe.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Cancelled } from "../../../common/errors.ts";
import { valueOfDocument } from "../../../finetune/protocol/fineTuneDocument.ts";

export type FineTuneCommand = "plan" | "run" | "resume" | "export" | "import" | "compare";

export interface ScriptOptions {
  file: string; // absolute path of dist/finetune.cjs
  log: (line: string) => void;
}

export interface Call {
  pid: number | undefined;
  /** The value in the last line of stdout. Rejects with the UserError in it, or with one that says how the process ended. */
  value: Promise<unknown>;
  kill(): void;
  unref(): void; // the call no longer keeps this process alive
}

const KILL_AFTER_MS = 5_000;
const LOGGED_BYTES = 4_000; // of stderr, where a process ends without a result

/**
 * Starts a process in its own process group.
 * @param withParent the process is told when this one ends ("disconnect")
 */
export function startCall(
  { file, log }: ScriptOptions,
  command: FineTuneCommand,
  params: object,
  withParent: boolean,
): Call {
  const { fds, close } = namelessFiles(2);
  const [stdout, stderr] = fds;
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", file, command, JSON.stringify(params)],
    {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
      stdio: ["ignore", stdout, stderr, ...(withParent ? (["ipc"] as const) : [])],
      detached: true,
      windowsHide: true,
    },
  );
  child.channel?.unref();
  const value = endOf(child)
    .then((how) =>
      valueOfDocument(textOf(stdout), () => {
        const said = textOf(stderr, LOGGED_BYTES).trim();
        log(`finetune ${command}: ${how}${said && `\n${said}`}`);
        return how;
      }),
    )
    .finally(close);
  return { pid: child.pid, value, kill: () => kill(child), unref: () => child.unref() };
}

/** Runs a call to its end; a cancellation ends it. @throws UserError, Cancelled */
export async function call<T>(
  options: ScriptOptions,
  command: FineTuneCommand,
  params: object,
  signal?: AbortSignal,
): Promise<T> {
  if (signal?.aborted) throw new Cancelled();
  const started = startCall(options, command, { ...params, endsWithParent: true }, true);
  signal?.addEventListener("abort", started.kill, { once: true });
  try {
    return (await started.value) as T;
  } catch (error) {
    throw signal?.aborted ? new Cancelled() : error;
  } finally {
    signal?.removeEventListener("abort", started.kill);
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(`its process cannot be started (${error.message})`));
    child.once("exit", (status, signal) => resolve(`its process ended with ${signal ?? `status ${status}`}`));
  });
}

function kill(child: ChildProcess): void {
  child.kill();
  const hard = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref();
  child.once("exit", () => clearTimeout(hard));
}

/** Open for reading and writing, and gone from the file system (on Windows: once they are closed). */
function namelessFiles(count: number): { fds: number[]; close(): void } {
  const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-finetune-"));
  const remove = () => {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // what is open has a name on Windows
    }
  };
  const fds: number[] = [];
  const close = () => {
    for (const fd of fds) closeSync(fd);
    remove();
  };
  try {
    for (let index = 0; index < count; index++) fds.push(openSync(path.join(folder, String(index)), "wx+", 0o600));
  } catch (error) {
    close();
    throw error;
  }
  remove();
  return { fds, close };
}

/** @param lastBytes at most, from the end; default: all */
function textOf(fd: number, lastBytes = Number.POSITIVE_INFINITY): string {
  const { size } = fstatSync(fd);
  const bytes = Buffer.alloc(Math.min(size, lastBytes));
  readSync(fd, bytes, 0, bytes.length, size - bytes.length);
  return bytes.toString("utf8");
}
