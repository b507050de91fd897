// The files that the compiler sees: open documents from the editor, all others from the disk if the folder's rules allow it. The compiler reads
// synchronously and the rules answer asynchronously: a source file is visible once its rule is known (`settle`). Declarations of dependencies are
// public, so they are visible at once, and removed before any answer where a rule refuses them.

import { statSync } from "node:fs";
import { isSecretPath } from "../../common/rules/pathRules.ts";
import { readCappedSync } from "../../common/util/cappedRead.ts";
import { isDeclaration, isOfDependency } from "../workspace/declarationFiles.ts";
import { folderWorkspace, type Workspace } from "../workspace/workspace.ts";
import type { Compiler } from "./compiler.ts";
import { Snapshot } from "./snapshot.ts";

/** The largest file that is read: larger ones are generated and count as unknown. */
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
  snapshot: Snapshot | undefined; // undefined: the file cannot be read
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

  /** Changes with each change that the compiler can see. */
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

  /** Asks the rules about the files that the compiler has requested since the last call. @returns whether it sees other files now */
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
   * Checks the disk again.
   * @param files those that are reported as changed; absent: all files read so far, except dependencies
   * @returns whether the text of a file read so far has changed
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

  /** Forgets the rules' answers, so that they are asked again about all files. */
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
    return isOfDependency(file) && !isSecretPath(file);
  }

  #isStable(file: string): boolean {
    return file.startsWith(this.#libFolder) || file.includes("/node_modules/");
  }

  async #ask(file: string): Promise<boolean> {
    if (!file.startsWith(`${this.root}/`)) return this.#provisional(file);
    const relative = file.slice(this.root.length + 1);
    if (isSecretPath(relative)) return false;
    const byGit = !isDeclaration(file) && !isOfDependency(file); // generated, git-ignored files may declare globals
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

/** The path with forward slashes, as the compiler writes it. */
export const slashed = (file: string): string => file.replaceAll("\\", "/");

export const parentOf = (file: string): string => file.slice(0, file.lastIndexOf("/"));

function stampOf(file: string): string {
  try {
    const { size, mtimeMs, ctimeMs, ino } = statSync(file);
    return size > MAX_FILE_BYTES ? "" : `${size}:${mtimeMs}:${ctimeMs}:${ino}`;
  } catch {
    return ""; // deleted, or may not be read
  }
}

function snapshotOf(file: string): Snapshot | undefined {
  const text = textOf(file);
  return text === undefined ? undefined : new Snapshot(text);
}
