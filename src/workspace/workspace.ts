// The files that retrieval may read: a workspace as a list of files and their text. Retrieval reads files only through here.
// Must not follow a link out of the root, nor read a file that the rules (common/rules/) refuse, by its given path or its real one.

import type { Dirent } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { isSecretPath } from "../../common/rules/pathRules.ts";
import { type ReadRules, readRules } from "../../common/rules/readRules.ts";
import { isDecided, type Refusal } from "../../common/rules/refusal.ts";
import { MAX_FILE_BYTES } from "../../common/rules/textRules.ts";
import { readCapped, readPart } from "../../common/util/cappedRead.ts";
import { isInstalled, isOfDependency } from "./declarationFiles.ts";

export interface FileStat {
  sizeBytes: number;
  mtimeMs: number;
  /** Changes when the file changes. File system clocks are coarse, so changes of the last 100 ms may not show. */
  stamp: string;
}

export interface Workspace {
  /**
   * Paths relative to the root, with forward slashes, sorted; without those that the rules refuse by their path.
   * @param refused called for each of those, and for folders that are not searched (with a slash at the end)
   */
  list(refused?: (path: string, refusal: Refusal) => void): Promise<string[]>;
  /**
   * The text of a file; undefined where it does not exist, lies outside the root, or may not be read.
   * @param refused called with the reason where the file exists and a rule refuses it
   */
  read(path: string, refused?: (refusal: Refusal) => void): Promise<string | undefined>;
  /**
   * Reads a dependency's declarations: `package.json` and `*.d.ts` (`.d.mts`, `.d.cts`) below a `node_modules` folder, which `read` refuses.
   * Git's ignore files do not matter here; `.sottoignore`, `sotto.exclude` and secret names do. Absent where there are no dependencies.
   */
  readDeclaration?(path: string, refused?: (refusal: Refusal) => void): Promise<string | undefined>;
  /**
   * Reads any file of an installed package, under the same rules as its declarations: for the licence guard, which compares texts and keeps their
   * hashes. Nothing of it may reach a prompt. Absent where there are no dependencies.
   * @param part in bytes; absent: the whole file
   */
  readInstalled?(path: string, part?: { from: number; bytes: number }): Promise<string | undefined>;
  /** Files directly in a folder ("" is the root), in the form of `list`. Absent in memory; use `filesIn`. */
  listFolder?(folder: string): Promise<string[]>;
  /** The real path of a file or folder, relative to the root; undefined where it does not exist or is outside. Absent where there are no links. */
  realPath?(path: string): Promise<string | undefined>;
  /** The state of a file without reading it; undefined where there is no such file. Absent where files have no state (in memory). */
  stat?(path: string): Promise<FileStat | undefined>;
  /**
   * Why a person does not want this file to be read: an ignore file, `sotto.exclude`, or a name that indicates a secret.
   * Absent where no rules apply (workspaces in memory).
   * @param git false where git's ignore files do not matter, as for the declarations of dependencies; default true
   */
  ignored?(path: string, git?: boolean): Promise<Refusal | undefined>;
}

/** Why the model must not be asked about this file: by the rules of its workspace, or, with or without a workspace, by its name. */
export async function refusalToComplete(path: string, workspace?: Workspace): Promise<Refusal | undefined> {
  return isSecretPath(path) ? "secretFile" : workspace?.ignored?.(path);
}

/** A workspace that reads nothing but its ignore files, so that excluded files stay excluded. */
export const closedWorkspace = ({ ignored }: Workspace): Workspace => ({
  list: async () => [],
  read: async () => undefined,
  ignored,
});

/** Files directly in a folder of any workspace, sorted. */
export async function filesIn(workspace: Workspace, folder: string): Promise<string[]> {
  if (workspace.listFolder) return workspace.listFolder(folder);
  const prefix = folder === "" ? "" : `${folder}/`;
  return (await workspace.list())
    .filter((path) => path.startsWith(prefix) && !path.includes("/", prefix.length))
    .sort();
}

type ListRefused = NonNullable<Parameters<Workspace["list"]>[0]>;

const MAX_FILES = 100_000;

/** Size limit of a dependency's declaration file: larger ones are generated, and their outline does not fit a prompt. */
const MAX_DECLARATION_BYTES = 300_000;

/** Size limit of an installed file that is read whole, in bytes. */
const MAX_INSTALLED_BYTES = 16_000_000;

/**
 * A folder on disk. Links are followed only where they lead to a place inside it.
 * @param exclude further patterns to leave out, in the syntax of ignore files; called at each access
 * @param nowMs the clock that decides when ignore files are read again
 */
export const folderWorkspace = (
  root: string,
  exclude: () => readonly string[] = () => [],
  nowMs?: () => number,
): Workspace => new FolderWorkspace(root, exclude, nowMs);

/** Workspaces are wrapped by spreading them (`{ ...workspace, list }`): so the interface's methods are bound fields. */
class FolderWorkspace implements Workspace {
  readonly #root: string;
  readonly #rules: ReadRules;
  readonly #declarationRules: ReadRules;
  #realRoot: Promise<string> | undefined; // resolved once, on first use

  constructor(root: string, exclude: () => readonly string[], nowMs: (() => number) | undefined) {
    this.#root = root;
    this.#rules = readRules(root, { exclude, nowMs });
    this.#declarationRules = readRules(root, { exclude, nowMs, git: false });
  }

  readonly list: Workspace["list"] = async (refused) => {
    const files: string[] = [];
    const folders = [""];
    while (folders.length > 0 && files.length < MAX_FILES) {
      const folder = folders.pop()!;
      for (const entry of await entriesOf(path.join(this.#root, folder))) {
        const relative = folder === "" ? entry.name : `${folder}/${entry.name}`;
        if (entry.isDirectory()) {
          const refusal = await this.#rules.refusal(`${relative}/`);
          if (refusal === undefined) folders.push(relative);
          else refused?.(`${relative}/`, refusal);
        } else if (await this.#isListed(relative, entry, refused)) files.push(relative);
      }
    }
    return files.sort();
  };

  readonly listFolder = async (folder: string): Promise<string[]> => {
    const target = folder === "" ? { file: this.#root, real: "" } : await this.#inside(folder);
    if (!target || (folder !== "" && (await this.#refusalOf(`${folder}/`, `${target.real}/`)) !== undefined)) return [];
    const files: string[] = [];
    for (const entry of await entriesOf(target.file)) {
      const relative = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (await this.#isListed(relative, entry)) files.push(relative);
    }
    return files.sort();
  };

  readonly read: Workspace["read"] = async (relative, refused) => {
    const target = await this.#inside(relative);
    if (!target) return undefined;
    const byPath = await this.#refusalOf(relative, target.real);
    const source = byPath === undefined ? await readSource(target.file) : { refusal: byPath };
    if (source === undefined) return undefined;
    const refusal = "refusal" in source ? source.refusal : await this.#rules.refusal(relative, source.text);
    if (refusal !== undefined) refused?.(refusal);
    return refusal === undefined && "text" in source ? source.text : undefined;
  };

  readonly readDeclaration: Workspace["read"] = async (relative, refused) => {
    const source = await this.#readWhere(isOfDependency, relative, (file) => readSource(file, MAX_DECLARATION_BYTES));
    if (source === undefined || "text" in source) return source?.text;
    refused?.(source.refusal);
    return undefined;
  };

  readonly readInstalled: NonNullable<Workspace["readInstalled"]> = async (relative, part) => {
    const source = await this.#readWhere(isInstalled, relative, async (file) => {
      if (!part) return readSource(file, MAX_INSTALLED_BYTES);
      const read = await readPart(file, part.from, part.bytes);
      return "bytes" in read ? { text: read.bytes.toString("utf8") } : undefined;
    });
    return source && "text" in source ? source.text : undefined;
  };

  /** Reads a file of a kind that is told by its path, and by its real one, and that no person has excluded. */
  async #readWhere(
    isOfKind: (path: string) => boolean,
    relative: string,
    read: (file: string) => Promise<{ text: string } | { refusal: Refusal } | undefined>,
  ): Promise<{ text: string } | { refusal: Refusal } | undefined> {
    const target = await this.#inside(relative);
    if (!target || ![relative, target.real].every(isOfKind)) return undefined;
    const byPath = await decidedRefusal(this.#declarationRules, [relative, target.real]);
    const source = byPath ? { refusal: byPath } : await read(target.file);
    return source && "text" in source && source.text.includes("\0") ? { refusal: "binary" } : source;
  }

  readonly realPath = async (relative: string): Promise<string | undefined> => (await this.#inside(relative))?.real;

  readonly stat = async (relative: string): Promise<FileStat | undefined> => {
    if (path.isAbsolute(relative) || relative.split("/").includes("..")) return undefined;
    try {
      const found = await stat(path.join(this.#root, relative));
      if (!found.isFile()) return undefined;
      const { size, mtimeMs, ctimeMs, ino } = found;
      return { sizeBytes: size, mtimeMs, stamp: `${size}:${mtimeMs}:${ctimeMs}:${ino}` };
    } catch {
      return undefined; // gone, or may not be read
    }
  };

  readonly ignored = async (relative: string, git = true): Promise<Refusal | undefined> => {
    const real = (await this.#inside(relative))?.real ?? relative;
    return decidedRefusal(git ? this.#rules : this.#declarationRules, [relative, real]);
  };

  /** The real path of a file, absolute and relative to the root; undefined where it is outside or does not exist. */
  async #inside(relative: string): Promise<{ file: string; real: string } | undefined> {
    const parts = relative.split("/");
    if (path.isAbsolute(relative) || parts.includes("..")) return undefined;
    this.#realRoot ??= realpath(this.#root);
    try {
      const base = await this.#realRoot;
      const file = await realpath(path.join(base, ...parts));
      if (!file.startsWith(base.endsWith(path.sep) ? base : base + path.sep)) return undefined;
      return { file, real: path.relative(base, file).split(path.sep).join("/") };
    } catch {
      return undefined; // it does not exist, or may not be read
    }
  }

  async #refusalOf(relative: string, real: string): Promise<Refusal | undefined> {
    return (await this.#rules.refusal(relative)) ?? (real === relative ? undefined : this.#rules.refusal(real));
  }

  async #isListed(relative: string, entry: Dirent, refused: ListRefused = () => {}): Promise<boolean> {
    if (!entry.isFile()) return entry.isSymbolicLink() && this.#isListedLink(relative);
    const refusal = await this.#rules.refusal(relative);
    if (refusal !== undefined) refused(relative, refusal);
    return refusal === undefined;
  }

  async #isListedLink(relative: string): Promise<boolean> {
    const target = await this.#inside(relative);
    if (!target || !(await isFile(target.file))) return false;
    return (await this.#refusalOf(relative, target.real)) === undefined;
  }
}

async function decidedRefusal(rules: ReadRules, names: Iterable<string>): Promise<Refusal | undefined> {
  for (const name of new Set(names)) {
    const refusal = await rules.refusal(name);
    if (refusal !== undefined && isDecided(refusal)) return refusal;
  }
  return undefined;
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

async function readSource(
  file: string,
  maxBytes = MAX_FILE_BYTES,
): Promise<{ text: string } | { refusal: Refusal } | undefined> {
  const read = await readCapped(file, maxBytes);
  if ("bytes" in read) return { text: read.bytes.toString("utf8") };
  return read.unread === "missing" ? undefined : { refusal: read.unread };
}
