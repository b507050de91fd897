// What retrieval may read: a workspace as a list of files and their text. Files leave it only through here.
// Must not follow a link out of the root, nor read what is no source text. Ignore files are not honoured yet (a later issue).

import type { Dirent } from "node:fs";
import { lstat, open, readdir, realpath } from "node:fs/promises";
import path from "node:path";

export interface Workspace {
  /** Paths relative to the root, with forward slashes, sorted. */
  list(): Promise<string[]>;
  /** The text of a file; undefined where it does not exist, is binary, too large, or outside the root. */
  read(path: string): Promise<string | undefined>;
}

/** Folders that hold what nobody wrote by hand, wherever they lie. */
const skippedFolders = new Set([
  "node_modules",
  ".git",
  ".hg",
  ".svn",
  "dist",
  "build",
  "out",
  "coverage",
  "target",
  "__pycache__",
  ".venv",
  "venv",
  ".tox",
  ".mypy_cache",
]);

const MAX_FILE_BYTES = 1_000_000;
const MAX_FILES = 100_000;

/** Bytes looked at to tell binary from text. */
const SNIFFED_BYTES = 8_000;

/** A folder on disk. Links are followed only where they lead to a place inside it. */
export function folderWorkspace(root: string): Workspace {
  let realRoot: Promise<string> | undefined; // resolved once, on first use

  async function inside(relative: string): Promise<string | undefined> {
    const parts = relative.split("/");
    if (path.isAbsolute(relative) || parts.some((part) => part === ".." || skippedFolders.has(part))) return undefined;
    realRoot ??= realpath(root);
    try {
      const base = await realRoot;
      const real = await realpath(path.join(base, ...parts));
      return real.startsWith(base.endsWith(path.sep) ? base : base + path.sep) ? real : undefined;
    } catch {
      return undefined; // it does not exist, or may not be read
    }
  }

  return {
    async list() {
      const files: string[] = [];
      const folders = [""];
      while (folders.length > 0 && files.length < MAX_FILES) {
        const folder = folders.pop()!;
        for (const entry of await entriesOf(path.join(root, folder))) {
          const relative = folder === "" ? entry.name : `${folder}/${entry.name}`;
          if (entry.isDirectory()) {
            if (!skippedFolders.has(entry.name)) folders.push(relative);
          } else if (entry.isFile()) files.push(relative);
          else if (entry.isSymbolicLink() && (await linksToFile(await inside(relative)))) files.push(relative);
        }
      }
      return files.sort();
    },
    async read(relative) {
      const file = await inside(relative);
      return file === undefined ? undefined : readSource(file);
    },
  };
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    return []; // gone, or may not be read
  }
}

async function linksToFile(target: string | undefined): Promise<boolean> {
  try {
    return target !== undefined && (await lstat(target)).isFile();
  } catch {
    return false;
  }
}

async function readSource(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file, "r");
    try {
      const stat = await handle.stat();
      if (!stat.isFile() || stat.size > MAX_FILE_BYTES) return undefined;
      const bytes = await handle.readFile();
      return bytes.subarray(0, SNIFFED_BYTES).includes(0) ? undefined : bytes.toString("utf8");
    } finally {
      await handle.close();
    }
  } catch {
    return undefined; // gone meanwhile, or may not be read
  }
}
