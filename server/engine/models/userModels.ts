// The user's own models: one folder for each in the data folder, assembled in a staging folder and renamed into place when complete. Owns the
// folders, their lock and their removal; looks into no model.

import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { badInput, modelBusy, modelDiskTooSmall, modelPresent, storeUnwritable } from "../../../common/errors.ts";
import { defaultDataDir } from "../../../common/util/dataDir.ts";
import { tryLock } from "../../../common/util/fileLock.ts";
import { isModelId, MANIFEST_FILE, type Manifest } from "./manifest.ts";

/** How a model is assembled before it is complete. An interrupted download is kept and resumed; an import starts again. */
export type Staging = "download" | "import";

const staging = { download: ".downloads", import: ".imports" } as const; // cannot clash with ids, which begin with a letter or digit
const REMOVED = ".removed";
const LOCKS = ".locks";

/** The folder of this user's models. It may not exist yet. */
export const userModelsDir = (): string => path.join(defaultDataDir(), "models");

export const stagingDir = (storeDir: string, kind: Staging, id: string): string =>
  path.join(storeDir, staging[kind], id);

/**
 * Runs `work` while nobody else, in this process or another, adds or removes the model `id`.
 * @throws UserError modelBusy, badInput for an invalid id, storeUnwritable, diskTooSmall; what `work` throws
 */
export async function whileLocked<T>(storeDir: string, id: string, work: () => Promise<T>): Promise<T> {
  if (!isModelId(id))
    throw badInput(`"${id}" cannot be the name of a model.`, "Use up to 64 small letters, digits, dots and hyphens.");
  try {
    await mkdir(path.join(storeDir, LOCKS), { recursive: true, mode: 0o700 });
    const unlock = tryLock(path.join(storeDir, LOCKS, id));
    if (!unlock) throw modelBusy(id);
    try {
      return await work();
    } finally {
      unlock();
    }
  } catch (error) {
    throw diskError(storeDir, error);
  }
}

/** The error shown to the user where the disk refuses; other errors stay unchanged. */
export function diskError(dir: string, error: unknown, needBytes = 0): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") return modelDiskTooSmall(dir, needBytes, undefined);
  const ofTheDisk =
    typeof code === "string" && /^(EACCES|EPERM|EROFS|EIO|EBUSY|ENOTDIR|EMFILE|ERR_SQLITE_ERROR)$/.test(code);
  return ofTheDisk ? storeUnwritable(dir, message) : error;
}

/** @throws UserError modelPresent where the user has a model of this id, complete or not */
export async function requireFree(storeDir: string, id: string): Promise<void> {
  if ((await stat(path.join(storeDir, id)).catch(() => undefined)) !== undefined) throw modelPresent(id);
}

/** @throws UserError diskTooSmall where `dir` has no room for `needBytes` and some spare room */
export function requireRoom(dir: string, needBytes: number, free: number | undefined): void {
  if (free !== undefined && free < needBytes + SPARE_BYTES) throw modelDiskTooSmall(dir, needBytes + SPARE_BYTES, free);
}

const SPARE_BYTES = 64e6; // room that stays free: a completely full disk is of no use

/** Writes the manifest of a model that is assembled in `dir`; it is on the disk when this resolves. */
export async function writeManifest(dir: string, manifest: Manifest): Promise<void> {
  const file = await open(path.join(dir, MANIFEST_FILE), "w", 0o600);
  try {
    await file.writeFile(`${JSON.stringify(manifest, undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Moves the complete model in `staged` into place: from now on it is listed. @returns its folder */
export async function adopt(storeDir: string, staged: string, id: string): Promise<string> {
  const dir = path.join(storeDir, id);
  await requireFree(storeDir, id); // a rename would replace an empty folder
  await rename(staged, dir);
  return dir;
}

/**
 * Removes a model, and what an unfinished download or import of it has left. The model disappears at once, even if the removal is interrupted.
 * @returns how many bytes were removed; undefined where nothing of that id exists
 * @throws UserError modelBusy, storeUnwritable
 */
export async function removeUserModel(storeDir: string, id: string): Promise<number | undefined> {
  return whileLocked(storeDir, id, async () => {
    const there = [path.join(storeDir, id), stagingDir(storeDir, "download", id), stagingDir(storeDir, "import", id)];
    let freedBytes: number | undefined;
    await mkdir(path.join(storeDir, REMOVED), { recursive: true, mode: 0o700 });
    for (const dir of there) {
      if ((await stat(dir).catch(() => undefined)) === undefined) continue;
      freedBytes = (freedBytes ?? 0) + (await diskUse(dir));
      await rename(dir, path.join(storeDir, REMOVED, `${id}-${randomBytes(4).toString("hex")}`));
    }
    await rm(path.join(storeDir, REMOVED), { recursive: true, force: true }); // together with what a killed process has left there
    return freedBytes;
  });
}

/** Names of the folders in the store that may be models, sorted. */
export async function userModelIds(storeDir: string): Promise<string[]> {
  return (await folderNames(storeDir)).filter(isModelId);
}

/** Models whose download or import is unfinished, with the size of what is there. */
export async function unfinishedModels(storeDir: string): Promise<{ id: string; kind: Staging; sizeBytes: number }[]> {
  const kinds = Object.keys(staging) as Staging[];
  const found = kinds.map(async (kind) => {
    const dir = path.join(storeDir, staging[kind]);
    const ids = (await folderNames(dir)).filter(isModelId);
    return Promise.all(ids.map(async (id) => ({ id, kind, sizeBytes: await diskUse(path.join(dir, id)) })));
  });
  return (await Promise.all(found)).flat();
}

async function folderNames(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink()) // a link, since the user may keep a large model on another disk
    .map(({ name }) => name)
    .sort();
}

/** Size of all files in a folder and its subfolders, in bytes. What cannot be read counts as nothing. */
export async function diskUse(dir: string): Promise<number> {
  const names = await readdir(dir, { recursive: true }).catch(() => []);
  const sizes = names.map(async (name) => {
    const found = await stat(path.join(dir, name)).catch(() => undefined);
    return found?.isFile() ? found.size : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
