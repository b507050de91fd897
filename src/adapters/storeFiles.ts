// The store's files: active.json, the adapters' folders and the lock around changes. Decides nothing about which adapter is in use.

import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { badInput } from "../../common/errors.ts";
import { tryLock } from "../../common/util/fileLock.ts";
import { realRoot } from "../../common/util/realRoot.ts";
import { writeWhole } from "../../common/util/writeWhole.ts";
import type { AdapterDir, AdapterId } from "../../server/host/protocol/adapters.ts";
import { WorkspaceFiles, workspaceFolder } from "./workspaceFolder.ts";

/** Content of active.json. */
export interface Choice {
  active: AdapterId | null; // the adapter in use
  history: AdapterId[]; // the adapters in use before, the newest first
  lastVersion: number; // the highest version assigned; versions of removed adapters are not assigned again
}

/** Pattern of a version's id. Only a text that matches becomes part of a path. */
const ID = /^[a-z0-9]+(?:-[a-z0-9]+)*-([1-9][0-9]{0,8})$/;
const LONGEST_ID = 64;
const LOCK_FILE = "adapters.lock";
const LOCK_WAIT_MS = 10_000; // long enough for several processes that each copy an adapter and wait for the disk

export const isAdapterId = (id: string): boolean => id.length <= LONGEST_ID && ID.test(id);

export const versionOf = (id: AdapterId): number => Number(ID.exec(id)?.[1] ?? 0);

export const adapterDir = (folder: string, id: AdapterId): AdapterDir => path.join(folder, WorkspaceFiles.adapters, id);

/** The content of active.json; where it is damaged, an empty choice and a sentence about the problem. */
export function readChoice(folder: string): { choice: Choice; problem?: string } {
  const file = path.join(folder, WorkspaceFiles.active);
  const none: Choice = { active: null, history: [], lastVersion: 0 };
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT"
      ? { choice: none }
      : { choice: none, problem: `${file} cannot be read (${code}), so that no adapter is in use.` };
  }
  const isId = (id: unknown): id is AdapterId => typeof id === "string" && isAdapterId(id);
  try {
    const { active, history, lastVersion } = JSON.parse(text) as Partial<Choice>;
    if ((active === null || isId(active)) && Array.isArray(history) && history.every(isId))
      return { choice: { active, history, lastVersion: Number.isSafeInteger(lastVersion) ? lastVersion! : 0 } };
  } catch {
    // reported below
  }
  return { choice: none, problem: `${file} is damaged, so that no adapter is in use.` };
}

/** The ids of all adapter folders, damaged ones included. */
export function storedIds(folder: string): AdapterId[] {
  try {
    const entries = readdirSync(path.join(folder, WorkspaceFiles.adapters), { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && isAdapterId(entry.name)).map(({ name }) => name);
  } catch {
    return [];
  }
}

/**
 * Runs `change` while no other process changes the store, and writes its result; then runs `after`, or, where the result could not be
 * written, `undo`.
 * @throws UserError where another process has the lock for long, or the disk refuses; what `change` throws
 */
export function changeStore(
  root: string,
  dataDir: string,
  change: (folder: string, choice: Choice) => Choice,
  { after, undo }: { after?: (folder: string) => void; undo?: () => void } = {},
): Choice {
  const folder = workspaceFolder(root, dataDir);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const unlock = tryLock(path.join(folder, LOCK_FILE), LOCK_WAIT_MS);
    if (!unlock)
      throw badInput("Another process is changing the adapters of this workspace.", "Try again in a moment.");
    try {
      const rootFile = path.join(folder, WorkspaceFiles.root);
      if (!statSync(rootFile, { throwIfNoEntry: false })) writeWhole(rootFile, json({ root: realRoot(root) }));
      const { choice, problem } = readChoice(folder);
      const changed = change(folder, choice);
      try {
        if (changed !== choice || problem !== undefined)
          writeWhole(path.join(folder, WorkspaceFiles.active), json(changed));
      } catch (error) {
        undo?.();
        throw error;
      }
      after?.(folder);
      return changed;
    } finally {
      unlock();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException & { errcode?: number };
    const ofTheDisk = typeof code === "string" && /^(E[A-Z]+|ERR_SQLITE_ERROR)$/.test(code);
    if (!ofTheDisk) throw error;
    throw badInput(
      `The adapters in ${folder} cannot be changed: ${message}.`,
      "Make room there, or choose another folder in the environment variable SOTTO_DATA_DIR.",
    );
  }
}

export const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
