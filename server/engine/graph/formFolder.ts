// A folder of derived files that is either complete or absent: it is written under another name, then renamed, and checked against its own
// manifest at each use. Owns this discipline; knows nothing of the files' content.

import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { isAlive } from "../../../common/util/isAlive.ts";

export interface FormFile {
  name: string; // name in the folder
  sizeBytes: number;
  sha256: string;
}

/** The state in which a folder was found: anything but "intact" means that the folder has to be made again. */
export type FormState = "intact" | "absent" | "unreadable" | "truncated" | "altered" | "linked";

const MANIFEST = "manifest.json";
const TEMPORARY = /\.tmp-(\d+)-\d+$/; // contains the id of the process that writes the folder
const STALE_AFTER_MS = 10 * 60_000;
const READ_BYTES = 4 << 20;

/**
 * Checks the folder against its manifest, which must list the files `names`. Symbolic links and files with further hard links are refused: they
 * could be changed from elsewhere.
 */
export async function readForm(dir: string, names: readonly string[]): Promise<FormState> {
  let files: FormFile[];
  try {
    if (!(await fs.lstat(dir)).isDirectory()) return "linked";
    if (!(await isOwnFile(path.join(dir, MANIFEST)))) return "linked";
    files = parseManifest(await fs.readFile(path.join(dir, MANIFEST), "utf8"));
    if (!names.every((name) => files.some((file) => file.name === name))) return "unreadable";
  } catch (error) {
    return hasCode(error, "ENOENT") ? "absent" : "unreadable";
  }
  for (const { name, sizeBytes, sha256 } of files) {
    const file = path.join(dir, name);
    try {
      if (!(await isOwnFile(file))) return "linked";
      if ((await fs.stat(file)).size !== sizeBytes) return "truncated";
      if ((await hashFile(file)) !== sha256) return "altered";
    } catch (error) {
      return hasCode(error, "ENOENT") ? "truncated" : "unreadable";
    }
  }
  return "intact";
}

/**
 * Creates the folder `dir`: `write` fills a temporary folder beside it and returns what it wrote, and the whole is renamed into place. Where
 * another process was faster, its result stays.
 */
export async function writeForm(dir: string, write: (temporary: string) => Promise<FormFile[]>): Promise<void> {
  const temporary = `${dir}.tmp-${process.pid}-${Math.trunc(Math.random() * 1e9)}`;
  await fs.mkdir(temporary, { mode: 0o700 });
  try {
    const files = await write(temporary);
    await fs.writeFile(path.join(temporary, MANIFEST), JSON.stringify({ files }), {
      flag: "wx",
      mode: 0o600,
      flush: true,
    });
    await sync(temporary);
    const names = files.map(({ name }) => name);
    await takePlace(temporary, dir, names);
    await sync(path.dirname(dir));
  } finally {
    await fs.rm(temporary, { recursive: true, force: true });
  }
}

async function takePlace(temporary: string, dir: string, names: readonly string[]): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await fs.rename(temporary, dir);
    } catch (error) {
      if ((await readForm(dir, names)) === "intact") return; // another process was faster
      if (attempt === 3) throw error;
    }
    const aside = `${temporary}-aside`;
    await fs.rename(dir, aside).catch((error) => {
      if (!hasCode(error, "ENOENT")) throw error;
    });
    await fs.rm(aside, { recursive: true, force: true });
  }
}

/** Removes the temporary folders of processes that were killed in the middle of `writeForm`. */
export async function removeStaleFolders(parent: string): Promise<void> {
  for (const name of await fs.readdir(parent)) {
    const pid = TEMPORARY.exec(name.replace(/-aside$/, ""))?.[1];
    if (!pid || isAlive(Number(pid))) continue;
    const folder = path.join(parent, name);
    const ageMs = Date.now() - (await fs.lstat(folder).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    // The age limit protects a process in another container, whose process ids are separate.
    if (ageMs > STALE_AFTER_MS) await fs.rm(folder, { recursive: true, force: true });
  }
}

/** Records that the folder is in use; `removeUnused` reads this. */
export async function noteUse(dir: string): Promise<void> {
  await fs.utimes(dir, new Date(), new Date()).catch(() => {}); // it may belong to another user, or have just been replaced
}

/** Removes all folders in `parent` but the `most` recently used ones and those being written. A folder that a process has open may stay. */
export async function removeUnused(parent: string, most: number): Promise<void> {
  const names = (await fs.readdir(parent)).filter((name) => !name.includes(".tmp-"));
  const used = await Promise.all(
    names.map(async (name) => {
      const folder = path.join(parent, name);
      return { folder, usedMs: (await fs.lstat(folder).catch(() => ({ mtimeMs: 0 }))).mtimeMs };
    }),
  );
  used.sort((a, b) => b.usedMs - a.usedMs);
  for (const { folder } of used.slice(most)) await fs.rm(folder, { recursive: true, force: true }).catch(() => {});
}

/** Writes `bytes` into the new file `file` and waits until they are on the disk. */
export async function writeFormFile(file: string, bytes: Uint8Array): Promise<FormFile> {
  await fs.writeFile(file, bytes, { flag: "wx", mode: 0o600, flush: true });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { name: path.basename(file), sizeBytes: bytes.length, sha256 };
}

function parseManifest(text: string): FormFile[] {
  const { files } = JSON.parse(text) as { files: FormFile[] };
  const valid = (f: FormFile) => path.basename(f.name) === f.name && f.sizeBytes >= 0 && f.sha256.length === 64;
  if (!Array.isArray(files) || files.length === 0 || !files.every(valid)) throw new Error("not a manifest");
  return files;
}

async function isOwnFile(file: string): Promise<boolean> {
  const stat = await fs.lstat(file);
  return stat.isFile() && stat.nlink === 1;
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  const handle = await fs.open(file, "r");
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

/** Makes a folder's entries durable, where the platform can. */
async function sync(folder: string): Promise<void> {
  try {
    const handle = await fs.open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {
    // Windows cannot open a folder; the files in it are synced.
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
