// The host's log file. A detached process has no terminal, so its messages are visible nowhere else. Bounded in size; never throws.

import { appendFileSync, renameSync, statSync } from "node:fs";

const MAX_BYTES = 512 * 1024; // of the file; the one before is kept beside it
const MAX_LINE_UNITS = 8_192; // what is longer came in from outside

/** A function that appends a line, with the time and the process id, to the file at `logPath`. */
export function hostLog(logPath: string): (line: string) => void {
  return (line) => {
    try {
      if ((statSync(logPath, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES) renameSync(logPath, `${logPath}.old`);
      appendFileSync(logPath, `${new Date().toISOString()} ${process.pid} ${cut(line)}\n`, { mode: 0o600 });
    } catch {
      // The disk is full or the folder is gone: the host continues without its log.
    }
  };
}

function cut(line: string): string {
  const more = line.length - MAX_LINE_UNITS;
  return more <= 0 ? line : `${line.slice(0, MAX_LINE_UNITS)}… (${more} more characters)`;
}
