// Waits for a child that runs code nobody trusts: it ends in time or when it is told to, with all processes that it started. Starts nothing itself.

import type { ChildProcess } from "node:child_process";
import { Cancelled } from "../errors.ts";

/** What `spawn` takes as `detached` so that the processes of a child end with it. */
export const OWN_GROUP = process.platform !== "win32";

/** Ends a child that was started with `detached: OWN_GROUP`, and what it started. */
export function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(OWN_GROUP ? -pid : pid, "SIGKILL");
  } catch {
    // the process has already ended
  }
}

/**
 * The exit status once `event` has come, or null when the child was killed (too slow, or by a signal).
 * @throws Cancelled when `signal` fires; Error when the child cannot be started
 */
export function limitedProcess(
  child: ChildProcess,
  event: "exit" | "close",
  limitMs: number,
  signal: AbortSignal,
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const end = () => endGroup(child);
    const timer = setTimeout(end, limitMs);
    signal.addEventListener("abort", end, { once: true });
    const settle = (result: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      end();
      result();
    };
    child.on("error", (error) => settle(() => reject(error)));
    child.on(event, (status: number | null) =>
      settle(() => (signal.aborted ? reject(new Cancelled()) : resolve(status))),
    );
  });
}
