// Locks: one job for each workspace, and one training at a time on this machine (for one user). Both locks belong to the kernel and end with the
// process.

import { mkdirSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../common/errors.ts";
import { LOCK_WAIT_MS, tryLock } from "../../common/util/fileLock.ts";
import { writeWhole } from "../../common/util/writeWhole.ts";
import { readJson } from "../jsonFile.ts";
import { JobFiles } from "../protocol/fineTune.ts";

const MACHINE_LOCK = "training.lock"; // in the user's data folder
const MACHINE_NOTE = "training.json"; // says whose training it is

/** Content of training.json; it is meaningless while nobody holds the lock. */
interface MachineNote {
  root: string;
  sinceMs: number; // since 1970
}

/**
 * Takes the lock of the job in `jobDir`, a folder that is created if missing.
 * @returns a function that releases it
 * @throws UserError where another process has it
 */
export function lockJob(jobDir: string, root: string): () => void {
  mkdirSync(jobDir, { recursive: true, mode: 0o700 });
  const unlock = tryLock(path.join(jobDir, JobFiles.lock), LOCK_WAIT_MS);
  if (unlock) return unlock;
  const startedMs = (readJson(path.join(jobDir, JobFiles.state)) as { startedMs?: number } | undefined)?.startedMs;
  throw jobRunning(root, startedMs);
}

/**
 * Takes the machine's lock.
 * @returns a function that releases it
 * @throws UserError where another workspace's training has it
 */
export function lockMachine(dataDir: string, root: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const unlock = tryLock(path.join(dataDir, MACHINE_LOCK), LOCK_WAIT_MS);
  const file = path.join(dataDir, MACHINE_NOTE);
  if (!unlock) {
    const note = readJson(file) as Partial<MachineNote> | undefined;
    throw jobRunning(note?.root ?? "another workspace", note?.sinceMs);
  }
  const note: MachineNote = { root, sinceMs: Date.now() };
  try {
    writeWhole(file, JSON.stringify(note));
  } catch (error) {
    unlock();
    throw error;
  }
  return unlock;
}

const jobRunning = (root: string, sinceMs: number | undefined) => {
  const since = sinceMs === undefined ? "" : ` since ${new Date(sinceMs).toLocaleString("sv")}`;
  return new UserError("jobRunning", `Fine-tuning of ${root} is running${since}.`, "Wait, or cancel it there.");
};
