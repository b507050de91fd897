// Makes sure that only one process at a time trains into a folder. A parent that was killed may be restarted, and start a second training before
// the first has written its checkpoint.

import { mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { badInput, Cancelled } from "../../../common/errors.ts";
import { tryLock } from "../../../common/util/fileLock.ts";

const LOCK_FILE = "run.lock";
const WAIT_MS = 60_000; // the gradients of a sequence and a checkpoint take seconds
const LOOK_MS = 100;

/**
 * Locks the folder, which is created if missing, for this process; waits for another process that is ending.
 * @returns a function that releases the lock
 * @throws UserError where the folder cannot be created, or another training runs in it; Cancelled
 */
export async function lockRunFolder(dir: string, signal: AbortSignal, waitMs = WAIT_MS): Promise<() => void> {
  const endMs = performance.now() + waitMs;
  for (;;) {
    const unlock = take(dir);
    if (unlock) return unlock;
    if (signal.aborted) throw new Cancelled();
    if (performance.now() > endMs)
      throw badInput(`Another process trains into ${dir}.`, "Wait for it, or give another folder.");
    await sleep(LOOK_MS);
  }
}

function take(dir: string): (() => void) | undefined {
  try {
    mkdirSync(dir, { recursive: true });
    return tryLock(path.join(dir, LOCK_FILE));
  } catch (error) {
    throw badInput(`The folder ${dir} cannot be made: ${(error as Error).message}.`, "Give another one with --out.");
  }
}
