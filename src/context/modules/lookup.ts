// What the resolvers of all languages ask of a workspace: the first readable file of several, and parsed JSON.
// Must not know any language. A path that leaves the root is never asked for.

import path from "node:path";
import type { Refusal } from "../../../common/rules/refusal.ts";
import type { SearchIndex } from "../index/searchIndex.ts";
import type { Workspace } from "../workspace.ts";
import { parseJson } from "./parseJson.ts";

/** A file that a module name stands for. */
export interface ResolvedFile {
  path: string; // relative to the workspace's root; where a dependency is linked, its real place
  isDeclaration: boolean; // a dependency's .d.ts, to be read by `readDeclaration`
  /** The imported name that this file is as a whole: `from package import submodule`. */
  submodule?: string;
}

export type Refused = (path: string, refusal: Refusal) => void;
export type PathIndex = Pick<SearchIndex, "pathsEndingIn">;

const MAX_PARSED = 500;

export class Lookup {
  readonly workspace: Workspace;
  readonly #index: () => PathIndex | undefined;
  readonly #parsed = new Map<string, { text: string; value: unknown }>(); // in the order of use

  constructor(workspace: Workspace, index: () => PathIndex | undefined) {
    this.workspace = workspace;
    this.#index = index;
  }

  /** undefined where the file does not exist or may not be read */
  read(file: Pick<ResolvedFile, "path">, refused: Refused = () => {}): Promise<string | undefined> {
    const told = (refusal: Refusal) => refused(file.path, refusal);
    if (!inDependency(file.path)) return this.workspace.read(file.path, told);
    return this.workspace.readDeclaration?.(file.path, told) ?? Promise.resolve(undefined);
  }

  /** The first of `candidates` that can be read; `refused` hears of those before it that are there and may not be. */
  async firstReadable(candidates: Iterable<string>, refused?: Refused): Promise<ResolvedFile | undefined> {
    for (const candidate of candidates) {
      const clean = insideRoot(candidate);
      if (clean === undefined || (this.workspace.stat && !(await this.workspace.stat(clean)))) continue;
      if ((await this.read({ path: clean }, refused)) !== undefined) return resolvedFile(clean);
    }
    return undefined;
  }

  /** A JSON file's value, comments and trailing commas allowed; undefined where it cannot be read or parsed. */
  async json(file: string): Promise<unknown> {
    const clean = insideRoot(file);
    const text = clean === undefined ? undefined : await this.read({ path: clean });
    if (clean === undefined || text === undefined) return undefined;
    const known = this.#parsed.get(clean);
    this.#parsed.delete(clean);
    const entry = known?.text === text ? known : { text, value: parseJson(text) };
    this.#parsed.set(clean, entry);
    if (this.#parsed.size > MAX_PARSED) this.#parsed.delete(this.#parsed.keys().next().value!);
    return entry.value;
  }

  /** Indexed paths with this end; none without an index. */
  pathsEndingIn(suffix: string, limit: number): string[] {
    return this.#index()?.pathsEndingIn(suffix, limit) ?? [];
  }

  /** The only readable file with one of these ends, in their order; where an end has several files, none. */
  async onlyOneEndingIn(suffixes: readonly string[], refused?: Refused): Promise<ResolvedFile | undefined> {
    for (const suffix of suffixes) {
      const paths = this.pathsEndingIn(suffix, 2);
      if (paths.length > 0) return paths.length === 1 ? this.firstReadable(paths, refused) : undefined;
    }
    return undefined;
  }
}

export const resolvedFile = (file: string): ResolvedFile => ({ path: file, isDeclaration: inDependency(file) });

export const inDependency = (file: string): boolean => /(^|\/)node_modules\//.test(file);

/** The folder of a path, "" for the root. */
export function folderOf(file: string): string {
  const end = file.lastIndexOf("/");
  return end === -1 ? "" : file.slice(0, end);
}

/** A folder and all those above it, the nearest first; the root ("") last. */
export function foldersUp(folder: string): string[] {
  const folders = [folder];
  while (folder !== "") folders.push((folder = folderOf(folder)));
  return folders;
}

/** The path without "." and ".."; undefined where it is no path inside the root. */
export function insideRoot(file: string): string | undefined {
  const clean = path.posix.normalize(file).replace(/^\.\/|\/$/, "");
  return clean === "." || clean === "" || clean === ".." || /^(\.\.)?\/|\0/.test(clean) ? undefined : clean;
}
