// Keeps the stored index of copies of a workspace fresh, beside the indexer's other work: looks whether the packages are those that it was made of,
// and makes it anew where they are not. The workspace's lock must be held. May be ended at any time: the file is replaced as a whole.

import { statSync } from "node:fs";
import { readCapped } from "../../../common/util/cappedRead.ts";
import { writeWhole } from "../../../common/util/writeWhole.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { type BuiltCopies, buildCopies, copiesStamp } from "./buildCopies.ts";
import { decodeCopies, encodeCopies, MOST_STORED_BYTES } from "./copyFile.ts";

/** An older index is made anew: what is the workspace's own has changed since. */
const KEPT_MS = 86_400_000;

interface CopiesPlace {
  root: string;
  file: string; // of the index
  /** The workspace with the patterns that hold now. */
  workspace: () => Workspace;
  exclude: () => readonly string[];
  nowMs?: () => number;
}

export interface CopyKeeperOptions extends CopiesPlace {
  log: (line: string) => void; // writes one sentence
}

export class CopyKeeper {
  readonly #options: CopyKeeperOptions;
  #working: Promise<void> | undefined;
  #isDue = false;
  #signals = new AbortController();

  constructor(options: CopyKeeperOptions) {
    this.#options = options;
  }

  /** Begins a look at the stored index; where one is going on, another follows. */
  look(): void {
    this.#isDue = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Resolves when no look goes on. */
  async idle(): Promise<void> {
    await this.#working;
  }

  /** Ends what goes on; the stored index stays. */
  async close(): Promise<void> {
    this.#signals.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#isDue && !this.#signals.signal.aborted) {
      this.#isDue = false;
      try {
        await freshCopies(this.#options, this.#signals.signal);
      } catch (error) {
        if (this.#signals.signal.aborted) return;
        const reason = (error as Error).message;
        this.#options.log(
          `The licence guard's index of ${this.#options.root} cannot be made: ${reason}. Copies stay unmarked until it can.`,
        );
      }
    }
  }
}

/**
 * Makes the index anew where it is missing, broken, old, or of other packages.
 * @returns what was built; undefined where the stored one is fresh
 * @throws the signal's reason; the file system's error where the file cannot be written
 */
export async function freshCopies(
  { root, file, workspace: open, exclude, nowMs = Date.now }: CopiesPlace,
  signal: AbortSignal,
): Promise<BuiltCopies | undefined> {
  const workspace = open();
  const stamp = JSON.stringify([exclude(), await copiesStamp(root, workspace)]);
  const madeMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (madeMs !== undefined && Math.abs(nowMs() - madeMs) < KEPT_MS) {
    const read = await readCapped(file, MOST_STORED_BYTES);
    if ("bytes" in read && decodeCopies(read.bytes)?.stamp === stamp) return undefined;
  }
  const built = await buildCopies(root, workspace, { signal });
  writeWhole(file, encodeCopies({ tables: built.tables, stamp }));
  return built;
}
