// Who uses what a file exports: files that import it, or in languages whose folder is a package its neighbours, and name one of the exports. The
// index says which files are likely; each of them is read, and what it imports is resolved.

import { languageOfPath } from "../../../common/syntax/languages.ts";
import { folderOf } from "../../../common/util/folders.ts";
import type { Sources } from "../../context/sources/sources.ts";
import { ModuleResolver } from "../../modules/resolveModule.ts";
import type { FileFactsCache } from "../../workspace/fileFacts.ts";

export interface User {
  path: string;
  /** The exports that it names, with the line of the first use after the imports; from 1. None where it only hands them on. */
  uses: { name: string; line: number }[];
}

export interface Users {
  users: User[]; // those that use most first
  /** Why they may not be all. */
  gap?: string;
}

/** How many likely files are read, and how long that may take, in milliseconds. */
const MOST_FILES = 150;
const MOST_MS = 6_000;
const HITS_OF_NAME = 60;
const MOST_NAMES = 60;

export interface UsersAsked {
  path: string;
  languageId: string;
  /** Names as others call them. */
  names: readonly string[];
}

/** @param facts a cache of parsed files */
export async function usersOf(
  { path, languageId, names }: UsersAsked,
  { workspace, index }: Pick<Sources, "workspace" | "index">,
  facts: FileFactsCache,
  signal: AbortSignal,
): Promise<Users> {
  if (!index) return { users: [], gap: "There is no index of this workspace, so nobody knows who uses this file." };
  if (names.length === 0) return { users: [] };
  const resolver = new ModuleResolver(workspace, () => index);
  const doors = new Set([path]); // the files by which it can be reached
  for (const barrel of barrelsAbove(path)) {
    const text = await workspace.read(barrel);
    if (text !== undefined && (await handsOn(barrel, text))) doors.add(barrel);
  }
  const candidates = likelyFiles(names.slice(0, MOST_NAMES), path, index);
  const startMs = performance.now();
  const users: User[] = [];
  let read = 0;
  for (const candidate of candidates.slice(0, MOST_FILES)) {
    signal.throwIfAborted();
    if (performance.now() - startMs > MOST_MS) break;
    read++;
    const text = await workspace.read(candidate);
    const used = text === undefined ? [] : await usesIn(candidate, text);
    if (used.length > 0 && !doors.has(candidate)) users.push({ path: candidate, uses: used });
  }
  for (const door of doors) if (door !== path) users.push({ path: door, uses: [] });
  users.sort((a, b) => b.uses.length - a.uses.length || (a.path < b.path ? -1 : 1));
  const isPart = read < candidates.length;
  const gap = isPart
    ? `Of ${candidates.length} files that may use it, the ${read} likeliest were read.`
    : index.ready
      ? undefined
      : "There is no whole index of this workspace yet, so users may be missing.";
  return { users, ...(gap !== undefined && { gap }) };

  async function usesIn(from: string, text: string): Promise<User["uses"]> {
    const id = languageOfPath(from) ?? "";
    const isFamily = id === languageId || [id, languageId].every((one) => /^(?:type|java)script|^c(?:pp)?$/.test(one));
    if (!isFamily) return [];
    const its = facts.of(from, text);
    const wanted = new Set<string>();
    const isNeighbour = PACKAGE_IS_FOLDER.test(languageId) && folderOf(from) === folderOf(path);
    if (isNeighbour) for (const name of names) wanted.add(name);
    let end = 0;
    for (const one of its.imports) {
      const files = await resolver.resolve(one.module, from, id, undefined, one.names);
      const meant = files.find((file) => doors.has(file.path) || sameFolderPackage(file.path));
      if (!meant) continue;
      end = Math.max(end, one.endIndex);
      const isWhole = one.everything || meant.submodule !== undefined || INCLUDES.test(languageId);
      for (const name of names)
        if (isWhole || one.names.includes(name) || one.names.includes("default")) wanted.add(name);
    }
    return [...wanted].flatMap((name) => {
      const at = placeOf(name, text, end);
      return at === undefined ? [] : [{ name, line: at }];
    });
  }

  /** Whether a file hands on what one of the doors exports. */
  async function handsOn(barrel: string, text: string): Promise<boolean> {
    const id = languageOfPath(barrel) ?? "";
    for (const { module, names: taken, exported, everything, locals } of facts.of(barrel, text).imports) {
      if (id !== "python" && exported.length === 0 && !(everything && locals.length === 0)) continue;
      const files = await resolver.resolve(module, barrel, id, undefined, taken);
      if (files.some((file) => doors.has(file.path))) return true;
    }
    return false;
  }

  function sameFolderPackage(found: string): boolean {
    return PACKAGE_IS_FOLDER.test(languageId) && folderOf(found) === folderOf(path);
  }
}

/** What packages and folders are imported by, from the file's own folder up. */
function barrelsAbove(path: string): string[] {
  const names = path.endsWith(".py")
    ? ["__init__.py"]
    : ["index.ts", "index.tsx", "index.mts", "index.js", "index.mjs"];
  if (!/\.(?:py|[cm]?[jt]sx?)$/.test(path)) return [];
  const found: string[] = [];
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    for (const name of names) found.push(folder === "" ? name : `${folder}/${name}`);
    if (folder === "") return found.filter((one) => one !== path);
  }
}

/** Languages in which files of one folder see each other, and those in which an import brings all names. */
const PACKAGE_IS_FOLDER = /^(?:go|java)$/;
const INCLUDES = /^(?:c|cpp|go|java|rust)$/;

function likelyFiles(names: readonly string[], own: string, index: NonNullable<Sources["index"]>): string[] {
  const scores = new Map<string, number>();
  for (const name of names) {
    const terms = [{ term: name.toLowerCase(), weight: 1 }];
    for (const { path, score } of index.search(terms, HITS_OF_NAME, (one) => one === own))
      scores.set(path, (scores.get(path) ?? 0) + score);
  }
  return [...scores].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([path]) => path);
}

/** The line of a name after `from`, else of its first place; undefined where the text does not name it. */
function placeOf(name: string, text: string, from: number): number | undefined {
  const word = new RegExp(
    `(?<![\\p{L}\\p{N}_$])${name.replace(/[^\p{L}\p{N}_$]/gu, "").replaceAll("$", "\\$")}(?![\\p{L}\\p{N}_$])`,
    "gu",
  );
  word.lastIndex = from;
  const found = word.exec(text) ?? (from > 0 ? new RegExp(word.source, "u").exec(text) : null);
  return found ? text.slice(0, found.index).split("\n").length : undefined;
}
