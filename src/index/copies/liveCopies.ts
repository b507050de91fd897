// A window's reader of the index of copies that another process writes: it may be absent, replaced or broken. Nobody waits for it: without an
// index nothing is found. Must not write.

import { stat } from "node:fs/promises";
import { readCapped } from "../../../common/util/cappedRead.ts";
import { isInstalled } from "../../workspace/declarationFiles.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import type { CopySearch } from "../searchIndex.ts";
import { decodeCopies, MOST_STORED_BYTES } from "./copyFile.ts";
import { CopyIndex, type CopyPlace, type OwnText, type ReadPart } from "./copyIndex.ts";

const LOOK_MS = 1_000;

/** Time limit for the look at the files of one text's hits, in milliseconds: a network's folder may never answer. */
const FIND_MS = 50;

export interface LiveCopiesOptions {
  file: string;
  workspace: Workspace;
  /** Called where the file is broken: it has to be made anew. */
  onDamage?: () => void;
  log?: (line: string) => void; // writes one sentence, each only once
}

export class LiveCopies implements CopySearch {
  readonly #options: LiveCopiesOptions;
  readonly #read: ReadPart;
  #index: CopyIndex | undefined;
  #stamp = ""; // of the file that was read last
  #lookedMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(options: LiveCopiesOptions) {
    this.#options = options;
    const { workspace } = options;
    this.#read = async (path, part) =>
      isInstalled(path) ? workspace.readInstalled?.(path, part) : partOf(await workspace.read(path), part);
    void this.look();
  }

  async find(text: string, line: string, own: () => readonly OwnText[]): Promise<CopyPlace | undefined> {
    if (performance.now() - this.#lookedMs > LOOK_MS) void this.look();
    const index = this.#index;
    if (!index) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        this.#options.log?.(
          `The licence guard left a suggestion unmarked: its files took more than ${FIND_MS} ms to read.`,
        );
        resolve(undefined);
      }, FIND_MS);
    });
    try {
      return await Promise.race([index.find(text, line, this.#read, own), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Reads the file again if it has changed. Never rejects. */
  look(): Promise<void> {
    this.#lookedMs = performance.now();
    this.#looking ??= this.#reload().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #reload(): Promise<void> {
    const { file, onDamage } = this.#options;
    const found = await stat(file).catch(() => undefined);
    const stamp = found ? `${found.size}:${found.mtimeMs}:${found.ino}` : "";
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    const read = found && (await readCapped(file, MOST_STORED_BYTES));
    const stored = read && "bytes" in read ? decodeCopies(read.bytes) : undefined;
    this.#index = stored && new CopyIndex(stored.tables);
    if (found && !stored) onDamage?.();
  }
}

const partOf = (text: string | undefined, { from, bytes }: { from: number; bytes: number }): string | undefined =>
  text === undefined
    ? undefined
    : Buffer.from(text)
        .subarray(from, from + bytes)
        .toString();
