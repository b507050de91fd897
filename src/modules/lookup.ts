// The workspace lookups that the resolvers of all languages share: the first readable file of several, and parsed JSON.
// Must not know any language. Never asks for a path outside of the root.

import path from "node:path";
import type { Refusal } from "../../common/rules/refusal.ts";
import { commonFolders, folderOf } from "../../common/util/folders.ts";
import type { SearchIndex } from "../index/searchIndex.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { parseJson } from "./parseJson.ts";

/** A file that a module name stands for. */
export interface ResolvedFile {
  path: string; // relative to the workspace's root; the real path of a linked dependency
  /** The imported name that stands for this file as a whole: `from package import submodule`. */
  submodule?: string;
}

export type Refused = (path: string, refusal: Refusal) => void;
export type PathIndex = Pick<SearchIndex, "pathsEndingIn">;

const MAX_PARSED = 500;

/** How long a result that takes many files to compute is cached, in milliseconds. */
const REMEMBERED_MS = 5_000;

/** The most files with the same end of their path that are compared. */
const MAX_SAME_END = 20;

export class Lookup {
  readonly workspace: Workspace;
  readonly #index: () => PathIndex | undefined;
  readonly #nowMs: () => number;
  readonly #remembered = new Map<string, { atMs: number; value: Promise<unknown> }>();
  readonly #parsed = new Map<string, { text: string; value: unknown }>(); // in the order of use

  constructor(workspace: Workspace, index: () => PathIndex | undefined, nowMs: () => number) {
    this.workspace = workspace;
    this.#index = index;
    this.#nowMs = nowMs;
  }

  /** The result of `make`, computed at most once in five seconds. The keys are few and fixed. */
  remembered<T>(key: string, make: () => Promise<T>): Promise<T> {
    const nowMs = this.#nowMs();
    const known = this.#remembered.get(key);
    if (known && nowMs - known.atMs < REMEMBERED_MS) return known.value as Promise<T>;
    const value = make();
    this.#remembered.set(key, { atMs: nowMs, value });
    value.catch(() => this.#remembered.delete(key));
    return value;
  }

  /** undefined where the file does not exist or may not be read */
  read(file: Pick<ResolvedFile, "path">, refused: Refused = () => {}): Promise<string | undefined> {
    const told = (refusal: Refusal) => refused(file.path, refusal);
    if (!inDependency(file.path)) return this.workspace.read(file.path, told);
    return this.workspace.readDeclaration?.(file.path, told) ?? Promise.resolve(undefined);
  }

  /** The first of `candidates` that can be read; `refused` is called for earlier ones that exist but may not be read. */
  async firstReadable(candidates: Iterable<string>, refused?: Refused): Promise<ResolvedFile | undefined> {
    for (const candidate of candidates) {
      const clean = insideRoot(candidate);
      if (clean === undefined || (this.workspace.stat && !(await this.workspace.stat(clean)))) continue;
      if ((await this.read({ path: clean }, refused)) !== undefined) return { path: clean };
    }
    return undefined;
  }

  /** The text of a file by any path; undefined where it does not exist or may not be read. */
  async text(file: string): Promise<string | undefined> {
    const clean = insideRoot(file);
    return clean === undefined ? undefined : this.read({ path: clean });
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

  /**
   * A file whose path has the first of these ends that any file has. Of several such files it is the one nearest to `fromPath`;
   * none where two are equally near.
   */
  async nearestEndingIn(
    suffixes: Iterable<string>,
    fromPath: string,
    refused?: Refused,
  ): Promise<ResolvedFile | undefined> {
    for (const suffix of suffixes) {
      const paths = this.pathsEndingIn(suffix, MAX_SAME_END);
      if (paths.length === 0) continue;
      const near = paths.map((each) => commonFolders(each, fromPath));
      const nearest = Math.max(...near);
      const best = paths.filter((_, i) => near[i] === nearest);
      return best.length === 1 && paths.length < MAX_SAME_END ? this.firstReadable(best, refused) : undefined;
    }
    return undefined;
  }
}

export const inDependency = (file: string): boolean => /(^|\/)node_modules\//.test(file);

/** Joins the parts of a path, without empty ones. */
export const joined = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join("/");

/** A folder and all folders above it, the nearest first; the root ("") last. */
export function foldersUp(folder: string): string[] {
  const folders = [folder];
  while (folder !== "") folders.push((folder = folderOf(folder)));
  return folders;
}

/** The path without "." and ".."; undefined where it leads out of the root. */
export function insideRoot(file: string): string | undefined {
  const clean = path.posix.normalize(file).replace(/^\.\/|\/$/, "");
  return clean === "." || clean === "" || clean === ".." || /^(\.\.)?\/|\0/.test(clean) ? undefined : clean;
}
