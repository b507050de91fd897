// A small file of sums that all windows share: each window adds what is new since its last write. A problem with the file costs one line in the log,
// and never a completion. Must not know what the sums are of.

import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { writeWhole } from "../../common/util/writeWhole.ts";

/** What a file holds. */
export interface SumsForm<Sums> {
  name: string; // for a line in the log: "The file of statistics"
  goesOn: string; // what is not disturbed: "Counting goes on."
  none: (nowMs: number) => Sums;
  isNone: (sums: Sums) => boolean; // nothing has to be written
  parse: (text: string) => Sums; // throws where the text is not in this form
  render: (sums: Sums) => string;
  sum: (older: Sums, newer: Sums, nowMs: number) => Sums;
}

/** Age of an abandoned lock, in milliseconds: writing takes milliseconds, so an older lock was left by a process that is gone. */
const STALE_LOCK_MS = 10_000;

export class SharedFile<Sums> {
  readonly #file: string;
  readonly #form: SumsForm<Sums>;
  readonly #log: (line: string) => void;
  #logged = false;

  /** What is to be added to the file by the next `save`. */
  unwritten: Sums;

  /** @param log gets one line, at the first error */
  constructor(file: string, form: SumsForm<Sums>, log: (line: string) => void, nowMs = 0) {
    this.#file = file;
    this.#form = form;
    this.#log = log;
    this.unwritten = form.none(nowMs);
  }

  /** The sums of all windows, including this window's unwritten ones. */
  all(nowMs = 0): Sums {
    return this.#form.sum(this.#readAll(nowMs).sums, this.unwritten, nowMs);
  }

  /** Adds what is unwritten to the file. Where that fails, it stays for the next time. */
  save(nowMs: number): void {
    if (this.#form.isNone(this.unwritten)) return;
    this.#locked(nowMs, () => {
      const { sums, hasOlder } = this.#readAll(nowMs);
      writeWhole(this.#file, this.#form.render(this.#form.sum(sums, this.unwritten, nowMs)));
      this.unwritten = this.#form.none(nowMs);
      if (hasOlder) rmSync(this.#aside, { force: true });
    });
  }

  /** Forgets everything. @returns false where the file cannot be written */
  reset(nowMs: number): boolean {
    this.unwritten = this.#form.none(nowMs);
    return this.#locked(nowMs, () => {
      writeWhole(this.#file, this.#form.render(this.unwritten));
      if (this.#setAsideByOlder()) rmSync(this.#aside, { force: true });
    });
  }

  #readAll(nowMs: number): { sums: Sums; hasOlder: boolean } {
    const sums = this.#read(nowMs); // sets a damaged file aside
    const older = this.#setAsideByOlder();
    return { sums: older ? this.#form.sum(older, sums, nowMs) : sums, hasOlder: older !== undefined };
  }

  #read(nowMs: number): Sums {
    let text: string;
    try {
      text = readFileSync(this.#file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT")
        this.#logOnce(`cannot be read: ${(error as Error).message}`);
      return this.#form.none(nowMs);
    }
    try {
      return this.#form.parse(text);
    } catch (error) {
      this.#setAside(error as Error);
      return this.#form.none(nowMs);
    }
  }

  get #aside(): string {
    return `${this.#file}.damaged`;
  }

  /** A window of an earlier version takes a file of this one for damaged and sets it aside: its sums are whole, and come back. */
  #setAsideByOlder(): Sums | undefined {
    try {
      return this.#form.parse(readFileSync(this.#aside, "utf8"));
    } catch {
      return undefined; // there is none, or it is damaged indeed
    }
  }

  #setAside(error: Error): void {
    try {
      renameSync(this.#file, this.#aside);
      this.#logOnce(`is damaged and was moved to ${path.basename(this.#aside)}: ${error.message}`);
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
    this.#log(`The file of ${this.#form.name} ${this.#file} ${what}. ${this.#form.goesOn}`);
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
