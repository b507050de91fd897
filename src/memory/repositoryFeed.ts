// Keeps the model host's memory of a workspace folder like the folder: all files once a host is ready, then those that change. Reads files through
// the workspace alone, so its rules hold. Never throws: the host that follows one that is gone gets everything anew.

import { setTimeout as sleep } from "node:timers/promises";
import { isIgnoreFile } from "../../common/rules/ignoreFileNames.ts";
import { MEMORY_LIMITS } from "../../server/host/protocol/limits.ts";
import type { RememberParams, RememberResult } from "../../server/host/protocol/messages.ts";
import { refusalToComplete, type Workspace } from "../workspace/workspace.ts";
import { isRemembered, type RememberedFile, rememberedFile, rememberedFiles } from "./rememberedFiles.ts";

/** How long changes are gathered before they are sent, in milliseconds: they come in bursts. */
const GATHER_MS = 100;

/** Pause between two messages, in milliseconds: nobody waits for them. */
const PAUSE_MS = 20;

/** More changes than this, as a switch of branches makes, are sent as a whole folder is: the nearest files first. */
const MOST_CHANGES = 200;

export interface RepositoryFeedOptions {
  /** The workspace folder's name on the host. */
  name: string;
  /** Opens the folder; called anew where the rules may have changed. */
  open: () => Workspace;
  /** A file of the folder that a person works in; undefined where none is open. */
  openPath: () => string | undefined;
  /** The host that is ready, by its process id; undefined while there is none. */
  hostPid: () => number | undefined;
  remember: (params: RememberParams) => Promise<RememberResult>;
  log: (line: string) => void;
}

export class RepositoryFeed {
  readonly #options: RepositoryFeedOptions;
  readonly #changed = new Set<string>(); // paths
  readonly #sent = new Set<string>(); // paths that the host remembers
  readonly #changes = { all: 0, byPath: new Map<string, number>() }; // that the host has been told
  #workspace: Workspace;
  #fedPid: number | undefined; // the host that has been sent everything, or is being sent it
  #isWholeDue = false;
  #feeding: Promise<void> | undefined;
  #closed = false;

  constructor(options: RepositoryFeedOptions) {
    this.#options = options;
    this.#workspace = options.open();
  }

  /** Name of the folder on the host. */
  get name(): string {
    return this.#options.name;
  }

  /** How often what the host remembers beside a file has changed: a file's own text there is not looked at. */
  versionBeside(path: string): number {
    return this.#changes.all - (this.#changes.byPath.get(path) ?? 0);
  }

  /** The host may be another one. */
  hostChanged(): void {
    const pid = this.#options.hostPid();
    if (pid === undefined || pid === this.#fedPid) return;
    this.#fedPid = pid;
    this.#sent.clear();
    this.#isWholeDue = true;
    this.#feed();
  }

  /** Files and folders were created, changed or deleted. @param paths relative to the folder */
  changed(paths: readonly string[]): void {
    if (paths.some(isIgnoreFile)) this.rulesChanged();
    for (const path of paths) this.#changed.add(path);
    if (this.#changed.size > MOST_CHANGES) this.#isWholeDue = true;
    this.#feed();
  }

  /** What may be read may have changed. */
  rulesChanged(): void {
    this.#workspace = this.#options.open();
    this.#isWholeDue = true;
    this.#feed();
  }

  /** Resolves when all that is known to be due was sent. */
  get idle(): Promise<void> {
    return this.#feeding ?? Promise.resolve();
  }

  close(): void {
    this.#closed = true;
  }

  #feed(): void {
    if (this.#fedPid === undefined || this.#closed) return;
    this.#feeding ??= this.#feedAll().catch((error: Error) => {
      this.#feeding = undefined;
      this.#options.log(`The model host does not remember the files of ${this.name}: ${error.message}`);
    });
  }

  async #feedAll(): Promise<void> {
    await sleep(GATHER_MS);
    while (!this.#closed && (this.#isWholeDue || this.#changed.size > 0)) {
      if (this.#isWholeDue) await this.#sendAll();
      else await this.#sendChanged();
    }
    this.#feeding = undefined;
  }

  async #sendAll(): Promise<void> {
    this.#isWholeDue = false;
    this.#changed.clear();
    const kept = new Set<string>();
    await this.#forgetRefused();
    for await (const files of rememberedFiles(this.#workspace, this.#options.openPath())) {
      if (this.#closed || this.#isWholeDue) return;
      for (const { path } of files) kept.add(path);
      await this.#send(files);
    }
    await this.#forget([...this.#sent].filter((path) => !kept.has(path)));
  }

  /** First of all: a person who excludes a file does not want it to wait for its turn. */
  async #forgetRefused(): Promise<void> {
    const paths = [...this.#sent];
    const refusals = await Promise.all(paths.map((path) => refusalToComplete(path, this.#workspace)));
    await this.#forget(paths.filter((_, i) => refusals[i] !== undefined));
  }

  async #sendChanged(): Promise<void> {
    const paths = [...this.#changed];
    this.#changed.clear();
    // a path may be a folder's: its files that the host remembers are looked at again
    const below = [...this.#sent].filter((path) => paths.some((changed) => path.startsWith(`${changed}/`)));
    for (const path of new Set([...paths, ...below])) {
      if (!isRemembered(path)) continue;
      const file = await rememberedFile(this.#workspace, path);
      if (file.text !== undefined || this.#sent.has(path)) await this.#send([file]);
    }
  }

  async #forget(paths: readonly string[]): Promise<void> {
    const { filesInMessage } = MEMORY_LIMITS;
    for (let at = 0; at < paths.length; at += filesInMessage)
      await this.#send(paths.slice(at, at + filesInMessage).map((path) => ({ path })));
  }

  async #send(files: RememberedFile[]): Promise<void> {
    await this.#options.remember({ workspace: this.name, files });
    for (const { path, text } of files) {
      if (text === undefined) this.#sent.delete(path);
      else this.#sent.add(path);
      this.#changes.all++;
      this.#changes.byPath.set(path, (this.#changes.byPath.get(path) ?? 0) + 1);
    }
    await sleep(PAUSE_MS);
  }
}
