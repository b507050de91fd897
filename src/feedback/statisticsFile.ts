// The counts on disk, shared by all windows: each window adds its counts since its last write. A problem with the file costs one line in the log,
// and never a completion. Must not know what is counted.

import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { writeWhole } from "../../common/util/writeWhole.ts";
import { type Days, parseDays, renderDays, sumOf } from "./statistics.ts";

/** The file's name in the folder of the user's data. */
export const STATISTICS_NAME = "statistics.json";

/** Age of an abandoned lock, in milliseconds: writing takes milliseconds, so an older lock was left by a process that is gone. */
const STALE_LOCK_MS = 10_000;

export class StatisticsFile {
  readonly #file: string;
  readonly #log: (line: string) => void;
  #logged = false;
  #unwritten: Days = {};

  /** @param log gets one line, at the first error */
  constructor(file: string, log: (line: string) => void) {
    this.#file = file;
    this.#log = log;
  }

  /** The counts to add to; the next `save` adds them to the file. */
  get unwritten(): Days {
    return this.#unwritten;
  }

  /** The counts of all windows, including this window's unwritten ones. */
  days(): Days {
    return sumOf(this.#read(), this.#unwritten);
  }

  /** Adds the unwritten counts to the file. Where that fails, they stay for the next time. */
  save(nowMs: number): void {
    if (Object.keys(this.#unwritten).length === 0) return;
    this.#locked(nowMs, () => {
      writeWhole(this.#file, renderDays(sumOf(this.#read(), this.#unwritten)));
      this.#unwritten = {};
    });
  }

  /** Deletes all counts. @returns false where the file cannot be written */
  reset(nowMs: number): boolean {
    this.#unwritten = {};
    return this.#locked(nowMs, () => writeWhole(this.#file, renderDays({})));
  }

  #read(): Days {
    let text: string;
    try {
      text = readFileSync(this.#file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT")
        this.#logOnce(`cannot be read: ${(error as Error).message}`);
      return {};
    }
    try {
      return parseDays(text);
    } catch (error) {
      this.#setAside(error as Error);
      return {};
    }
  }

  #setAside(error: Error): void {
    const aside = `${this.#file}.damaged`;
    try {
      renameSync(this.#file, aside);
      this.#logOnce(`is damaged and was moved to ${path.basename(aside)}: ${error.message}`);
    } catch {
      this.#logOnce(`is damaged: ${error.message}`);
    }
  }

  /** Runs `write` in one window at a time. @returns whether it ran */
  #locked(nowMs: number, write: () => void): boolean {
    const lock = `${this.#file}.lock`;
    try {
      mkdirSync(path.dirname(lock), { recursive: true, mode: 0o700 });
      if (!tryLock(lock, nowMs)) return false;
      try {
        write();
      } finally {
        rmSync(lock, { force: true });
      }
      return true;
    } catch (error) {
      this.#logOnce(`cannot be written: ${(error as Error).message}`);
      return false;
    }
  }

  #logOnce(what: string): void {
    if (this.#logged) return;
    this.#logged = true;
    this.#log(`The file of statistics ${this.#file} ${what}. Counting goes on.`);
  }
}

/** @returns false while another process has the lock. @throws the file system's error */
function tryLock(lock: string, nowMs: number): boolean {
  const lockedMs = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? nowMs;
  if (nowMs - lockedMs > STALE_LOCK_MS) rmSync(lock, { force: true });
  try {
    closeSync(openSync(lock, "wx", 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
