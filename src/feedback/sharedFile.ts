// A small file of sums that all windows share: each window adds what is new since its last write, in slices that let completions in between. A
// problem with the file costs one line in the log, and never a completion. Must not know what the sums are of.

import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { atOnce, inSlices } from "../../common/util/slices.ts";
import { writeWhole } from "../../common/util/writeWhole.ts";

/** What a file holds, and work with it, which may be done in parts. */
export interface SumsForm<Sums> {
  name: string; // for a line in the log: "The file of statistics"
  goesOn: string; // what is not disturbed: "Counting goes on."
  none: (nowMs: number) => Sums;
  isNone: (sums: Sums) => boolean; // nothing has to be written
  /** Throws where the text is not in this form. @param from the first day that is wanted, where sums have days */
  parse: (text: string, from?: string) => Generator<void, Sums>;
  render: (sums: Sums) => Generator<void, string>;
  sum: (older: Sums, newer: Sums, nowMs: number) => Generator<void, Sums>;
  /** The same for reading alone: nothing is summed into weeks, and `older` may be changed. */
  sumToRead: (older: Sums, newer: Sums, nowMs: number) => Sums;
  /** What is unwritten of both; corrections of what is in the file stay. */
  join: (older: Sums, newer: Sums, nowMs: number) => Sums;
}

/** Age of an abandoned lock, in milliseconds: writing takes milliseconds, so an older lock was left by a process that is gone. */
const STALE_LOCK_MS = 10_000;

/** How long one waits between two looks at another window's lock. */
const LOOK_MS = 10;

export class SharedFile<Sums> {
  readonly #file: string;
  readonly #form: SumsForm<Sums>;
  readonly #log: (line: string) => void;
  #logged = false;

  /** What is to be added to the file by the next `save`. */
  unwritten: Sums;

  #saving: Generator<void, void> | undefined; // a save that has begun
  #beingSaved: Sums | undefined; // what it adds

  /** @param log gets one line, at the first error */
  constructor(file: string, form: SumsForm<Sums>, log: (line: string) => void, nowMs = 0) {
    this.#file = file;
    this.#form = form;
    this.#log = log;
    this.unwritten = form.none(nowMs);
  }

  /**
   * The sums of all windows, including this window's unwritten ones.
   * @param from the first day that is wanted, where sums have days
   */
  all(nowMs = 0, from?: string): Sums {
    const { sums } = atOnce(this.#readAll(nowMs, from));
    const saved = this.#beingSaved;
    const withSaved = saved === undefined ? sums : this.#form.sumToRead(sums, saved, nowMs);
    return this.#form.sumToRead(withSaved, this.unwritten, nowMs);
  }

  /**
   * Adds what is unwritten to the file, at once. Where that fails, it stays for the next time.
   * @param patienceMs how long to wait for another window that is writing
   */
  save(nowMs: number, patienceMs = 0): void {
    this.#stopSaving();
    const endMs = performance.now() + patienceMs;
    while (existsSync(this.#lockFile) && performance.now() < endMs)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
    atOnce(this.#adding(nowMs));
  }

  /** The same in slices, with others in between. While one goes on, another is not begun: what is counted meanwhile waits for the next. */
  async saveInSlices(nowMs: number): Promise<void> {
    if (this.#saving) return;
    const saving = this.#adding(nowMs);
    this.#saving = saving;
    await inSlices(saving);
    if (this.#saving === saving) this.#saving = undefined;
  }

  /** Forgets everything. @returns false where the file cannot be written */
  reset(nowMs: number): boolean {
    this.#stopSaving();
    this.unwritten = this.#form.none(nowMs);
    return atOnce(this.#locked(nowMs, () => this.#emptying(nowMs)));
  }

  *#emptying(nowMs: number): Generator<void, void> {
    writeWhole(this.#file, yield* this.#form.render(this.#form.none(nowMs)));
    if (this.#setAsideByOlder()) rmSync(this.#aside, { force: true });
  }

  /** Ends a save where it is: nothing of it is in the file then, and what it would have added is unwritten again. */
  #stopSaving(): void {
    this.#saving?.return();
    this.#saving = undefined;
  }

  *#adding(nowMs: number): Generator<void, void> {
    if (this.#form.isNone(this.unwritten)) return;
    yield* this.#locked(nowMs, (isOurs) => this.#addingLocked(nowMs, isOurs));
  }

  *#addingLocked(nowMs: number, isOurs: () => boolean): Generator<void, void> {
    const form = this.#form;
    const added = this.unwritten;
    this.unwritten = form.none(nowMs);
    this.#beingSaved = added;
    let isWritten = false;
    try {
      const { sums, hasOlder } = yield* this.#readAll(nowMs);
      const text = yield* form.render(yield* form.sum(sums, added, nowMs));
      if (!isOurs()) return; // the machine slept meanwhile, and another window may have written
      writeWhole(this.#file, text);
      isWritten = true;
      if (hasOlder) rmSync(this.#aside, { force: true });
    } finally {
      this.#beingSaved = undefined;
      if (!isWritten) this.unwritten = form.join(added, this.unwritten, nowMs);
    }
  }

  *#readAll(nowMs: number, from?: string): Generator<void, { sums: Sums; hasOlder: boolean }> {
    const sums = yield* this.#read(nowMs, from); // sets a damaged file aside
    const older = this.#setAsideByOlder();
    return { sums: older ? yield* this.#form.sum(older, sums, nowMs) : sums, hasOlder: older !== undefined };
  }

  *#read(nowMs: number, from?: string): Generator<void, Sums> {
    let text: string;
    try {
      text = readFileSync(this.#file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT")
        this.#logOnce(`cannot be read: ${(error as Error).message}`);
      return this.#form.none(nowMs);
    }
    try {
      return yield* this.#form.parse(text, from);
    } catch (error) {
      this.#setAside(error as Error);
      return this.#form.none(nowMs);
    }
  }

  get #lockFile(): string {
    return `${this.#file}.lock`;
  }

  get #aside(): string {
    return `${this.#file}.damaged`;
  }

  /** A window of an earlier version takes a file of this one for damaged and sets it aside: its sums are whole, and come back. */
  #setAsideByOlder(): Sums | undefined {
    try {
      return atOnce(this.#form.parse(readFileSync(this.#aside, "utf8")));
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

  /** Does `writing` in one window at a time; it is given whether the lock is still this window's. @returns whether it was done */
  *#locked(nowMs: number, writing: (isOurs: () => boolean) => Generator<void, void>): Generator<void, boolean> {
    const lock = this.#lockFile;
    try {
      mkdirSync(path.dirname(lock), { recursive: true, mode: 0o700 });
      if (!tryLock(lock, nowMs)) return false;
      const own = identityOf(lock);
      const isOurs = () => identityOf(lock) === own;
      try {
        yield* writing(isOurs);
      } finally {
        if (isOurs()) rmSync(lock, { force: true });
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

/** Tells a lock from a later one of the same name: a file system gives the number of a removed file to the next that is made. */
function identityOf(lock: string): string | undefined {
  const stat = statSync(lock, { bigint: true, throwIfNoEntry: false });
  return stat && `${stat.ino} ${stat.mtimeNs}`;
}

/** @returns whether the lock was taken; false while another process has it. @throws the file system's error */
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
