// What retrieval may read: a workspace as a list of files and their text. Files leave it only through here.
// Must not follow a link out of the root, nor read what the rules (common/rules/) refuse, under the given path or the real one.

import type { Dirent } from "node:fs";
import { lstat, open, readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { isSecretPath } from "../../common/rules/pathRules.ts";
import { readRules } from "../../common/rules/readRules.ts";
import { isDecided, type Refusal } from "../../common/rules/refusal.ts";
import { MAX_FILE_BYTES } from "../../common/rules/textRules.ts";

export interface FileStat {
  sizeBytes: number;
  mtimeMs: number;
  /** Another one when the file has changed; clocks are as fine as the file system's, so not for changes of the last 100 ms. */
  stamp: string;
}

export interface Workspace {
  /** Paths relative to the root, with forward slashes, sorted; those that the rules refuse by their path left out. */
  list(): Promise<string[]>;
  /**
   * The text of a file; undefined where it does not exist, lies outside the root, or may not be read.
   * @param refused told why, where the file is there and a rule refuses it
   */
  read(path: string, refused?: (refusal: Refusal) => void): Promise<string | undefined>;
  /** The state of a file without reading it; undefined where it does not exist. Absent where files have none (in memory). */
  stat?(path: string): Promise<FileStat | undefined>;
  /**
   * Why a person would not have this file looked at: an ignore file, `sotto.exclude`, or a name that says "secret".
   * Absent where no rules hold (workspaces in memory).
   */
  ignored?(path: string): Promise<Refusal | undefined>;
}

/** Why nothing may be asked of the model for this file: what its workspace says, or, also without one, its name. */
export async function refusalToComplete(path: string, workspace?: Workspace): Promise<Refusal | undefined> {
  return isSecretPath(path) ? "secretFile" : workspace?.ignored?.(path);
}

const MAX_FILES = 100_000;

/**
 * A folder on disk. Links are followed only where they lead to a place inside it.
 * @param exclude patterns as in an ignore file that are left out too, asked for at each look
 */
export function folderWorkspace(root: string, exclude: () => readonly string[] = () => []): Workspace {
  const rules = readRules(root, { exclude });
  let realRoot: Promise<string> | undefined; // resolved once, on first use

  /** Where a path really leads, and that relative to the root; undefined where that is outside, or nowhere. */
  async function inside(relative: string): Promise<{ file: string; real: string } | undefined> {
    const parts = relative.split("/");
    if (path.isAbsolute(relative) || parts.includes("..")) return undefined;
    realRoot ??= realpath(root);
    try {
      const base = await realRoot;
      const file = await realpath(path.join(base, ...parts));
      if (!file.startsWith(base.endsWith(path.sep) ? base : base + path.sep)) return undefined;
      return { file, real: path.relative(base, file).split(path.sep).join("/") };
    } catch {
      return undefined; // it does not exist, or may not be read
    }
  }

  const refusalOf = async (relative: string, real: string, text?: string) =>
    (await rules.refusal(relative, text)) ?? (real === relative ? undefined : rules.refusal(real));

  async function isListedLink(relative: string): Promise<boolean> {
    const target = await inside(relative);
    if (!target || !(await isFile(target.file))) return false;
    return (await refusalOf(relative, target.real)) === undefined;
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
            if ((await rules.refusal(`${relative}/`)) === undefined) folders.push(relative);
          } else if (entry.isFile()) {
            if ((await rules.refusal(relative)) === undefined) files.push(relative);
          } else if (entry.isSymbolicLink() && (await isListedLink(relative))) files.push(relative);
        }
      }
      return files.sort();
    },
    async read(relative, refused) {
      const target = await inside(relative);
      if (!target) return undefined;
      const byPath = await refusalOf(relative, target.real);
      const source = byPath === undefined ? await readSource(target.file) : { refusal: byPath };
      if (source === undefined) return undefined;
      const refusal = "refusal" in source ? source.refusal : await rules.refusal(relative, source.text);
      if (refusal !== undefined) refused?.(refusal);
      return refusal === undefined && "text" in source ? source.text : undefined;
    },
    async stat(relative) {
      if (path.isAbsolute(relative) || relative.split("/").includes("..")) return undefined;
      try {
        const { size, mtimeMs, ctimeMs, ino } = await stat(path.join(root, relative));
        return { sizeBytes: size, mtimeMs, stamp: `${size}:${mtimeMs}:${ctimeMs}:${ino}` };
      } catch {
        return undefined; // gone, or may not be read
      }
    },
    async ignored(relative) {
      const real = (await inside(relative))?.real ?? relative;
      for (const name of new Set([relative, real])) {
        const refusal = await rules.refusal(name);
        if (refusal !== undefined && isDecided(refusal)) return refusal;
      }
      return undefined;
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

async function isFile(target: string): Promise<boolean> {
  try {
    return (await lstat(target)).isFile();
  } catch {
    return false;
  }
}

async function readSource(file: string): Promise<{ text: string } | { refusal: Refusal } | undefined> {
  try {
    const handle = await open(file, "r");
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) return undefined;
      if (stat.size > MAX_FILE_BYTES) return { refusal: "tooLarge" };
      return { text: (await handle.readFile()).toString("utf8") };
    } finally {
      await handle.close();
    }
  } catch {
    return undefined; // gone meanwhile, or may not be read
  }
}
