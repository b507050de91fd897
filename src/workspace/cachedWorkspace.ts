// A workspace that caches its answers for a moment, so that a burst of typing does not go to the disk for each key.
// Must not return a text for more than half a second after the file has changed or been excluded.

import type { Refusal } from "../../common/rules/refusal.ts";
import type { FileStat, Workspace } from "./workspace.ts";

/** How long an answer is valid, in milliseconds. With the rules' own half second, an exclusion takes effect within one second. */
const HOLDS_MS = 500;

const MAX_BYTES = 16_000_000;

/** Approximate size of an entry besides its texts, in bytes. */
const ENTRY_BYTES = 200;

/** A file that changed less than this before it was read may change again with the same stamp, in milliseconds. */
const RACY_MS = 100;

interface Reading {
  text: string | undefined;
  refusal: Refusal | undefined;
  stamp: string | undefined; // absent where it identifies nothing
  ignored: Refusal | undefined;
}

export interface CacheOptions {
  nowMs?: () => number; // Unix time
  maxBytes?: number;
}

/**
 * The same workspace with its answers cached for half a second. After that a text is read again only where the file's state or the rules
 * have changed. A workspace in memory is returned unchanged.
 */
export function cachedWorkspace(
  workspace: Workspace,
  { nowMs = Date.now, maxBytes = MAX_BYTES }: CacheOptions = {},
): Workspace {
  if (!workspace.stat) return workspace;
  const answers = new Answers(nowMs, maxBytes);

  const cachedRead =
    (method: "read" | "readDeclaration"): Workspace["read"] =>
    async (path, refused) => {
      const make = (before?: Reading) => readAgain(method, path, before);
      const { text, refusal } = await answers.of(`${method} ${path}`, make, ({ text }) => 2 * (text?.length ?? 0));
      if (refusal !== undefined) refused?.(refusal);
      return text;
    };

  async function readAgain(method: "read" | "readDeclaration", path: string, before?: Reading): Promise<Reading> {
    const git = method === "read";
    const askedMs = nowMs();
    const [stat, ignored] = await Promise.all([workspace.stat!(path), workspace.ignored?.(path, git)]);
    const stamp = stat && stampOf(stat, askedMs);
    if (before && before.ignored === ignored) {
      if (stamp !== undefined && before.stamp === stamp) return before;
      if (!stat && before.text === undefined && before.refusal === undefined) return before;
    }
    let refusal: Refusal | undefined;
    const text = await workspace[method]!(path, (told) => (refusal = told));
    return { text, refusal, stamp, ignored };
  }

  const lengthOf = (paths: string[]) => paths.reduce((sum, path) => sum + 2 * path.length, 0);
  const cached: Workspace = {
    list: () => answers.of("list", () => workspace.list(), lengthOf),
    read: cachedRead("read"),
    stat: (path) => answers.of(`stat ${path}`, () => workspace.stat!(path)),
  };
  if (workspace.readDeclaration) cached.readDeclaration = cachedRead("readDeclaration");
  if (workspace.listFolder) {
    cached.listFolder = (folder) => answers.of(`listFolder ${folder}`, () => workspace.listFolder!(folder), lengthOf);
  }
  if (workspace.realPath) cached.realPath = (path) => answers.of(`realPath ${path}`, () => workspace.realPath!(path));
  if (workspace.ignored) cached.ignored = (path, git) => workspace.ignored!(path, git);
  return cached;
}

const stampOf = ({ mtimeMs, stamp }: FileStat, askedMs: number): string | undefined =>
  Math.abs(askedMs - mtimeMs) < RACY_MS ? undefined : stamp;

interface Answer {
  atMs: number; // time of the question
  isSettled: boolean;
  value: Promise<unknown>;
  bytes: number;
}

/** Answers by question; the least recently used are dropped first. */
class Answers {
  readonly #nowMs: () => number;
  readonly #maxBytes: number;
  readonly #kept = new Map<string, Answer>(); // in the order of use
  #bytes = 0;

  constructor(nowMs: () => number, maxBytes: number) {
    this.#nowMs = nowMs;
    this.#maxBytes = maxBytes;
  }

  /**
   * @param make makes the answer, given the previous one where that is still known; called once while several wait. Failures are not kept.
   * @param bytesOf size of an answer besides its entry, in bytes
   */
  of<T>(key: string, make: (before?: T) => Promise<T>, bytesOf: (value: T) => number = () => 0): Promise<T> {
    const nowMs = this.#nowMs();
    const known = this.#kept.get(key);
    const ageMs = known ? nowMs - known.atMs : 0;
    if (known && (!known.isSettled || (ageMs >= 0 && ageMs < HOLDS_MS))) {
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return known.value as Promise<T>;
    }
    const before = known?.value as Promise<T> | undefined;
    const value = before ? before.then(make) : make();
    const answer: Answer = { atMs: nowMs, isSettled: false, value, bytes: known?.bytes ?? 0 };
    this.#replace(key, answer);
    value.then(
      (made) => this.#settle(key, answer, ENTRY_BYTES + 2 * key.length + bytesOf(made)),
      () => this.#drop(key, answer),
    );
    return value;
  }

  #replace(key: string, answer: Answer): void {
    const before = this.#kept.get(key);
    if (before) this.#drop(key, before);
    this.#kept.set(key, answer);
    this.#bytes += answer.bytes;
  }

  #settle(key: string, answer: Answer, bytes: number): void {
    if (this.#kept.get(key) !== answer) return;
    this.#bytes += bytes - answer.bytes;
    answer.bytes = bytes;
    answer.isSettled = true;
    for (const [oldest, { bytes: freed }] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#kept.delete(oldest);
      this.#bytes -= freed;
    }
  }

  #drop(key: string, answer: Answer): void {
    if (this.#kept.get(key) !== answer) return;
    this.#kept.delete(key);
    this.#bytes -= answer.bytes;
  }
}
