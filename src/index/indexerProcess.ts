// Ensures that some process keeps a workspace's index: starts one where no process holds the lock, and checks again every second, so that
// another window takes over when the holder's window closes. Must not touch the database itself.

import { type ChildProcess, fork } from "node:child_process";
import { isLocked } from "../../common/util/fileLock.ts";
import { type FromIndexer, INDEX_UNWRITABLE, type ToIndexer } from "./indexerMessages.ts";
import { lockFile } from "./location.ts";

export interface IndexerProcessOptions {
  script: string; // absolute path of dist/indexer.cjs
  root: string;
  file: string; // of the database
  exclude: () => readonly string[]; // asked again every second
  copies?: () => boolean; // whether the licence guard's index is kept; asked again every second; default: it is not
  log: (line: string) => void;
  lookMs?: number;
  nowMs?: () => number;
}

const LOOK_MS = 1_000;

/** An indexer that ends unasked this often within the window is started again only after as long a pause. */
const MAX_CRASHES = 5;
const CRASH_WINDOW_MS = 10 * 60_000;

export class IndexerProcess {
  readonly #options: IndexerProcessOptions;
  readonly #timer: NodeJS.Timeout;
  #child: ChildProcess | undefined;
  #told: readonly string[] = []; // the patterns that the process has
  #keepsCopies = false; // the process, as it was told
  #crashesMs: number[] = []; // since the last rest, within the window
  #hasCrashed = false;
  #restsUntil = 0; // ms
  #givenUp = false;

  constructor(options: IndexerProcessOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), options.lookMs ?? LOOK_MS).unref();
    this.#look();
  }

  /** Id of the process, where this window has one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Passes changes on to this window's process. Where another window's process writes, that window's editor reports them. */
  changed(paths: readonly string[]): void {
    this.#send({ kind: "changed", paths });
  }

  /** A reader found damage in the file of this identity. Where another window's process writes, that window will find it too. */
  damaged(identity: string): void {
    this.#send({ kind: "damaged", identity });
  }

  /** A reader found the licence guard's index broken. Where another window's process writes, that window will find it too. */
  copiesDamaged(): void {
    this.#send({ kind: "copiesDamaged" });
  }

  dispose(): void {
    this.#givenUp = true;
    clearInterval(this.#timer);
    this.#child?.kill();
  }

  #look(): void {
    if (!this.#child) this.#start();
    const patterns = this.#options.exclude();
    if (JSON.stringify(patterns) !== JSON.stringify(this.#told)) this.#send({ kind: "exclude", exclude: patterns });
    this.#told = patterns;
    const on = this.#options.copies?.() ?? false;
    if (on !== this.#keepsCopies) this.#send({ kind: "copies", on });
    this.#keepsCopies = on;
  }

  #start(): void {
    const { script, root, file, exclude, log } = this.#options;
    if (this.#givenUp || this.#restsUntil > this.#nowMs() || isHeld(file)) return;
    const child = fork(script, [], {
      execArgv: process.execArgv.filter((flag) => !flag.startsWith("--inspect")),
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", ...(this.#hasCrashed && { SOTTO_SYNTAX: "wasm" }) },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#child = child;
    this.#told = exclude();
    this.#keepsCopies = this.#options.copies?.() ?? false;
    this.#send({ kind: "open", root, file, exclude: this.#told, copies: this.#keepsCopies });
    child.on("message", ({ message }: FromIndexer) => log(message));
    child.on("error", (error) => log(`The indexer cannot be started: ${error.message}.`));
    child.on("exit", (status, signal) => this.#ended(status, signal));
    child.unref();
    child.channel?.unref();
  }

  #send(message: ToIndexer): void {
    if (this.#child?.connected) this.#child.send(message, () => {}); // a process that has just ended is started again
  }

  #ended(status: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined;
    if (this.#givenUp || status === 0) return; // another process writes
    if (status === INDEX_UNWRITABLE)
      this.#givenUp = true; // it has said why
    else this.#crashed(signal ?? `status ${status}`);
  }

  #crashed(how: string): void {
    const nowMs = this.#nowMs();
    this.#hasCrashed = true;
    this.#crashesMs = [...this.#crashesMs, nowMs].filter((crashMs) => nowMs - crashMs < CRASH_WINDOW_MS);
    if (this.#crashesMs.length < MAX_CRASHES) return;
    this.#crashesMs = [];
    this.#restsUntil = nowMs + CRASH_WINDOW_MS;
    const minutes = CRASH_WINDOW_MS / 60_000;
    this.#options.log(
      `The indexer of ${this.#options.root} ended ${MAX_CRASHES} times in ${minutes} minutes (${how}); ` +
        `the index stays as it is, and the next try is in ${minutes} minutes.`,
    );
  }

  #nowMs(): number {
    return this.#options.nowMs?.() ?? performance.now();
  }
}

function isHeld(file: string): boolean {
  try {
    return isLocked(lockFile(file));
  } catch {
    return false; // there is no folder yet, or it is not writable: the process reports it
  }
}
