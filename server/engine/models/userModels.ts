// The user's own models: a folder for each in the data folder, put together out of sight and renamed into place when it is whole.
// Owns the folders, their lock and their removal; looks into no model.

import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { badInput, modelBusy, modelDiskTooSmall, modelPresent, storeUnwritable } from "../../../common/errors.ts";
import { defaultDataDir } from "../../../common/util/dataDir.ts";
import { tryLock } from "../../../common/util/fileLock.ts";
import { isModelId, MANIFEST_FILE, type Manifest } from "./manifest.ts";

/** Where a model lies before it is whole. A download is kept to go on with; an import begins anew. */
export type Staging = "download" | "import";

const staging = { download: ".downloads", import: ".imports" } as const; // no ids: those begin with a letter or digit
const REMOVED = ".removed";
const LOCKS = ".locks";

/** The folder of this user's models. It may not exist yet. */
export const userModelsDir = (): string => path.join(defaultDataDir(), "models");

export const stagingDir = (storeDir: string, kind: Staging, id: string): string =>
  path.join(storeDir, staging[kind], id);

/**
 * Runs `work` while no other process, and nobody else in this one, adds or removes the model `id`.
 * @throws UserError modelBusy, badInput for what is no id, storeUnwritable, diskTooSmall; what `work` throws
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

/** What a person is told where the disk refuses; other errors as they are. */
export function diskError(dir: string, error: unknown, needBytes = 0): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") return modelDiskTooSmall(dir, needBytes, undefined);
  const ofTheDisk =
    typeof code === "string" && /^(EACCES|EPERM|EROFS|EIO|EBUSY|ENOTDIR|EMFILE|ERR_SQLITE_ERROR)$/.test(code);
  return ofTheDisk ? storeUnwritable(dir, message) : error;
}

/** @throws UserError modelPresent where the user has a model of this id, whole or not */
export async function requireFree(storeDir: string, id: string): Promise<void> {
  if ((await stat(path.join(storeDir, id)).catch(() => undefined)) !== undefined) throw modelPresent(id);
}

/** @throws UserError diskTooSmall where `dir` has not `needBytes` and some room besides */
export function requireRoom(dir: string, needBytes: number, free: number | undefined): void {
  if (free !== undefined && free < needBytes + SPARE_BYTES) throw modelDiskTooSmall(dir, needBytes + SPARE_BYTES, free);
}

const SPARE_BYTES = 64e6; // a disk that is full to the last byte is no use to anybody

/** The manifest of a model that is put together in `dir`, on the disk when this resolves. */
export async function writeManifest(dir: string, manifest: Manifest): Promise<void> {
  const file = await open(path.join(dir, MANIFEST_FILE), "w", 0o600);
  try {
    await file.writeFile(`${JSON.stringify(manifest, undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Gives the whole model in `staged` its place: from now on it is listed. @returns its folder */
export async function adopt(storeDir: string, staged: string, id: string): Promise<string> {
  const dir = path.join(storeDir, id);
  await requireFree(storeDir, id); // a rename would replace an empty folder
  await rename(staged, dir);
  return dir;
}

/**
 * Removes a model, and what an unfinished download or import of it has left. It is out of sight at once, whatever happens then.
 * @returns how many bytes that were; undefined where there is nothing of that id
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
    await rm(path.join(storeDir, REMOVED), { recursive: true, force: true }); // with what a kill has left there earlier
    return freedBytes;
  });
}

/** Names of the folders in the store that should be models, sorted. */
export async function userModelIds(storeDir: string): Promise<string[]> {
  return (await folderNames(storeDir)).filter(isModelId);
}

/** Models whose download or import is not finished, with what is there of them. */
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
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink()) // a person may keep a large model on another disk
    .map(({ name }) => name)
    .sort();
}

/** Bytes of all files in a folder and those below. What cannot be read counts as nothing. */
export async function diskUse(dir: string): Promise<number> {
  const names = await readdir(dir, { recursive: true }).catch(() => []);
  const sizes = names.map(async (name) => {
    const found = await stat(path.join(dir, name)).catch(() => undefined);
    return found?.isFile() ? found.size : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
