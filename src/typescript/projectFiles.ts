// The files that the compiler sees: open documents as the editor has them, all others as they are on the disk, as far as the folder's rules let
// them be read. The compiler reads synchronously and the rules answer asynchronously: a source is there once its rule is known (`settle`). What
// dependencies declare is public, so it is there at once, and gone before any answer where a rule refuses it.

import { statSync } from "node:fs";
import { isSecretPath } from "../../common/rules/pathRules.ts";
import { readCappedSync } from "../../common/util/cappedRead.ts";
import { folderWorkspace, type Workspace } from "../workspace/workspace.ts";
import type { Compiler } from "./compiler.ts";
import { Snapshot } from "./snapshot.ts";

/** Of dependencies: outside of the folder too, where a parent folder's `node_modules` holds them. */
const DEPENDENCY_PATH = /\/node_modules\/(.*\/)?(package\.json|[^/]+\.d\.([^/]+\.)?[cm]?ts)$/;

export const DECLARATION_PATH = /\.d\.([^/]+\.)?[cm]?ts$/;

/** Larger files are generated: nothing of them is known. */
const MAX_FILE_BYTES = 4_000_000;

/** The text of a file that the compiler reads; undefined where it cannot be read whole. A time limit is not needed: nobody waits for the thread. */
export function textOf(file: string): string | undefined {
  const read = readCappedSync(file, MAX_FILE_BYTES);
  return "bytes" in read ? read.bytes.toString("utf8").replace(/^\ufeff/, "") : undefined;
}

export interface ProjectFilesOptions {
  root: string; // absolute, with forward slashes, as all paths here
  exclude?: () => readonly string[];
}

interface DiskFile {
  stamp: string;
  snapshot: Snapshot | undefined; // undefined: cannot be read
}

export class ProjectFiles {
  readonly root: string;
  readonly #compiler: Compiler;
  readonly #workspace: Workspace;
  readonly #libFolder: string;
  readonly #open = new Map<string, { snapshot: Snapshot; version: number }>();
  readonly #disk = new Map<string, DiskFile>();
  readonly #mayRead = new Map<string, boolean>();
  readonly #unasked = new Set<string>();
  #version = 0;

  constructor(compiler: Compiler, { root, exclude }: ProjectFilesOptions) {
    this.#compiler = compiler;
    this.root = root;
    this.#workspace = folderWorkspace(root, exclude);
    this.#libFolder = `${parentOf(slashed(compiler.getDefaultLibFilePath({})))}/`;
  }

  /** Another one after each change that the compiler can see. */
  get version(): number {
    return this.#version;
  }

  /** @param text of an open document; undefined when it was closed */
  setText(file: string, text: string | undefined): void {
    if (this.#open.get(file)?.snapshot.text === text) return;
    this.#version++;
    if (text === undefined) this.#open.delete(file);
    else this.#open.set(file, { snapshot: new Snapshot(text), version: this.#version });
  }

  textOf(file: string): string | undefined {
    return this.#open.get(file)?.snapshot.text;
  }

  get openFiles(): readonly string[] {
    return [...this.#open.keys()];
  }

  snapshot(file: string): Snapshot | undefined {
    if (!this.#isThere(file)) return undefined;
    return this.#open.get(file)?.snapshot ?? this.#read(file).snapshot;
  }

  versionOf(file: string): string {
    const open = this.#open.get(file);
    return open ? `open ${open.version}` : this.#read(file).stamp;
  }

  read(file: string): string | undefined {
    return this.snapshot(file)?.text;
  }

  exists(file: string): boolean {
    return (this.#open.has(file) || this.#compiler.sys.fileExists(file)) && this.#isThere(file);
  }

  /** Asks the rules about what the compiler has wanted since. @returns whether it sees something else now */
  async settle(files: Iterable<string> = []): Promise<boolean> {
    for (const file of files) if (!this.#mayRead.has(file)) this.#unasked.add(file);
    let changed = false;
    while (this.#unasked.size > 0) {
      const asked = [...this.#unasked];
      this.#unasked.clear();
      const answers = await Promise.all(asked.map((file) => this.#ask(file)));
      for (const [i, file] of asked.entries()) {
        if (answers[i] !== this.#provisional(file)) changed = true;
        this.#mayRead.set(file, answers[i]!);
      }
    }
    if (changed) this.#version++;
    return changed;
  }

  /**
   * Looks at the disk again.
   * @param files those that are said to have changed; absent: all that were read, but for dependencies
   * @returns whether a text has changed that was read
   */
  refresh(files: Iterable<string> = [...this.#disk.keys()].filter((file) => !this.#isStable(file))): boolean {
    let changed = false;
    for (const file of files) {
      const known = this.#disk.get(file);
      if (!known || stampOf(file) === known.stamp) continue;
      this.#disk.delete(file);
      changed = true;
    }
    if (changed) this.#version++;
    return changed;
  }

  /** The rules are asked again about all files. */
  forgetRules(): void {
    this.#mayRead.clear();
  }

  #isThere(file: string): boolean {
    if (file.startsWith(this.#libFolder)) return true;
    const known = this.#mayRead.get(file);
    if (known !== undefined) return known;
    this.#unasked.add(file);
    return this.#provisional(file);
  }

  #provisional(file: string): boolean {
    return DEPENDENCY_PATH.test(file) && !isSecretPath(file);
  }

  #isStable(file: string): boolean {
    return file.startsWith(this.#libFolder) || file.includes("/node_modules/");
  }

  async #ask(file: string): Promise<boolean> {
    if (!file.startsWith(`${this.root}/`)) return this.#provisional(file);
    const relative = file.slice(this.root.length + 1);
    if (isSecretPath(relative)) return false;
    const byGit = !DECLARATION_PATH.test(file) && !DEPENDENCY_PATH.test(file); // what is generated and ignored may declare globals
    if ((await this.#workspace.ignored!(relative, byGit)) !== undefined) return false;
    return this.#open.has(file) || (await this.#workspace.realPath!(relative)) !== undefined;
  }

  #read(file: string): DiskFile {
    const known = this.#disk.get(file);
    if (known) return known;
    const stamp = stampOf(file);
    const read: DiskFile = { stamp, snapshot: stamp === "" ? undefined : snapshotOf(file) };
    this.#disk.set(file, read);
    return read;
  }
}

/** Forward slashes, as the compiler writes paths. */
export const slashed = (file: string): string => file.replaceAll("\\", "/");

export const parentOf = (file: string): string => file.slice(0, file.lastIndexOf("/"));

function stampOf(file: string): string {
  try {
    const { size, mtimeMs, ctimeMs, ino } = statSync(file);
    return size > MAX_FILE_BYTES ? "" : `${size}:${mtimeMs}:${ctimeMs}:${ino}`;
  } catch {
    return ""; // gone, or may not be read
  }
}

function snapshotOf(file: string): Snapshot | undefined {
  const text = textOf(file);
  return text === undefined ? undefined : new Snapshot(text);
}
