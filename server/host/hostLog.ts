// The host's log file. A detached process has no terminal, so its messages are visible nowhere else. Bounded in size; never throws.

import { appendFileSync, renameSync, statSync } from "node:fs";

const MAX_BYTES = 512 * 1024; // of one log file; the previous file is kept beside it

/** A function that appends a line, with the time and the process id, to the file at `logPath`. */
export function hostLog(logPath: string): (line: string) => void {
  return (line) => {
    try {
      if ((statSync(logPath, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES) renameSync(logPath, `${logPath}.old`);
      appendFileSync(logPath, `${new Date().toISOString()} ${process.pid} ${line}\n`, { mode: 0o600 });
    } catch {
      // The disk is full or the folder is gone: the host continues without its log.
    }
  };
}
