// The model as each workspace folder of a window uses it. Which adapter that is: the one that was chosen there, from the moment that the host is ready with it. Until then
// things go on as before. One that cannot be loaded, or with which the host ended twice, is not used, and the status says why. Reads no files and
// knows neither the editor nor how adapters are kept.

import { Cancelled, UserError, type UserErrorCode } from "../../common/errors.ts";
import type { PrepareAdapterParams } from "../../server/host/protocol/messages.ts";
import type { Tier } from "../../server/host/protocol/tiers.ts";
import type { FolderModel } from "./completionModel.ts";
import type { HostModelOptions } from "./hostModel.ts";

/** How often the host may end while it works with an adapter before the adapter is no longer used. */
const MOST_DEATHS = 1;

/** With these a request says that its adapter cannot be loaded; the others say nothing about it. */
const LOAD_FAULTS: ReadonlySet<UserErrorCode> = new Set([
  "adapterInvalid",
  "adapterOfOtherBase",
  "memoryTooSmall",
  "modelMissing",
  "modelCorrupt",
  "modelUnsupported",
  "cacheUnwritable",
]);

export interface ChosenAdapter {
  id: string;
  dir: string; // absolute; what lies in it never changes
}

/** loading: things go on as before; failed, quarantined: without an adapter. */
export type AdapterUse = "loading" | "inUse" | "failed" | "quarantined";

export interface FolderAdapter {
  root: string; // the workspace folder
  id: string;
  state: AdapterUse;
  tier?: Tier; // that it belongs to, once the host has said so
  error?: { message: string; action: string }; // why, where it is failed or quarantined
}

export interface WorkspaceAdaptersOptions {
  /** What is chosen for a folder now. */
  active: (root: string) => ChosenAdapter | undefined;
  /** Calls `listener` when something is chosen there, the same again too. */
  watch: (root: string, listener: (chosen: ChosenAdapter | undefined) => void) => () => void;
  model: FolderModel & {
    withAdapter(options: HostModelOptions): FolderModel;
    prepareAdapter(params: PrepareAdapterParams, signal: AbortSignal): Promise<{ tier?: Tier }>;
    status(): { state: string; pid?: number };
  };
  /** Another adapter is in use from now on, or the status says something else. */
  onChange: () => void;
  log: (line: string) => void;
}

interface Folder {
  root: string;
  chosen?: ChosenAdapter;
  inUse?: { dir: string; model: FolderModel };
  state: AdapterUse;
  error?: { message: string; action: string };
  preparing?: AbortController;
  endWatch: () => void;
}

export class WorkspaceAdapters {
  readonly #options: WorkspaceAdaptersOptions;
  readonly #folders: Folder[];
  readonly #tiers = new Map<string, Tier | undefined>(); // by adapter: that it belongs to, as the host has said
  readonly #deaths = new Map<string, Set<number>>(); // by adapter: the hosts that ended while they worked with it
  #readyPid: number | undefined; // the host that was ready last

  constructor(roots: readonly string[], options: WorkspaceAdaptersOptions) {
    this.#options = options;
    this.#folders = roots.map((root) => this.#folder(root));
  }

  /** The model as a workspace folder uses it now. @param root undefined for a file of none: the model as it is */
  modelFor(root: string | undefined): FolderModel {
    return this.#folders.find((folder) => folder.root === root)?.inUse?.model ?? this.#options.model;
  }

  /** Of the folders that have chosen an adapter. */
  status(): FolderAdapter[] {
    return this.#folders.flatMap(({ root, chosen, state, error }) => {
      const tier = chosen && this.#tiers.get(chosen.dir);
      return chosen ? [{ root, id: chosen.id, state, ...(tier && { tier }), ...(error && { error }) }] : [];
    });
  }

  /** The host's state has changed: one that is ready for the first time has to load what is used. */
  hostChanged(): void {
    const { state, pid } = this.#options.model.status();
    if (state !== "ready" || pid === this.#readyPid) return;
    this.#readyPid = pid;
    for (const folder of this.#folders) if (isWanted(folder)) void this.#prepare(folder);
  }

  /** A person has restarted the host: what failed, or was to blame for its ends, is tried again. */
  hostRestarted(): void {
    this.#deaths.clear();
    for (const folder of this.#folders) if (!isWanted(folder)) this.#choose(folder, folder.chosen);
  }

  dispose(): void {
    for (const { endWatch, preparing } of this.#folders) {
      endWatch();
      preparing?.abort();
    }
  }

  #folder(root: string): Folder {
    const endWatch = this.#options.watch(root, (chosen) => {
      if (chosen) this.#deaths.delete(chosen.dir);
      this.#choose(folder, chosen);
    });
    const folder: Folder = { root, chosen: this.#options.active(root), state: "loading", endWatch };
    return folder;
  }

  #choose(folder: Folder, chosen: ChosenAdapter | undefined): void {
    folder.preparing?.abort();
    folder.chosen = chosen;
    folder.error = undefined;
    if (!chosen) folder.inUse = undefined;
    else if (folder.inUse?.dir === chosen.dir) folder.state = "inUse";
    else {
      folder.state = "loading";
      if (this.#readyPid !== undefined) void this.#prepare(folder);
    }
    this.#options.onChange();
  }

  /** Loads what is chosen, and uses it from then on. Never throws. */
  async #prepare(folder: Folder): Promise<void> {
    const { id, dir } = folder.chosen!;
    folder.preparing?.abort();
    const preparing = new AbortController();
    folder.preparing = preparing;
    folder.state = "loading";
    const { model } = this.#options;
    const { pid } = model.status();
    try {
      const { tier } = await model.prepareAdapter({ adapter: dir }, preparing.signal);
      this.#tiers.set(dir, tier);
      if (preparing.signal.aborted) return;
      const onFailure: HostModelOptions["onFailure"] = (error, deadPid) => this.#failed(dir, error, deadPid);
      folder.inUse = { dir, model: model.withAdapter({ adapter: dir, onFailure }) };
      folder.state = "inUse";
      this.#options.log(`adapter ${id} is in use in ${folder.root}`);
      this.#options.onChange();
    } catch (error) {
      this.#failed(dir, error, pid);
      if (preparing.signal.aborted || error instanceof Cancelled) return;
      if (error instanceof UserError && error.code === "hostUnavailable") return; // the next host is asked
      this.#giveUp(dir, "failed", faultOf(error));
    }
  }

  /** A call with the adapter in `dir` has failed: notes what that says about the adapter. @param pid of the host that it went to */
  #failed(dir: string, error: unknown, pid: number | undefined): void {
    if (!(error instanceof UserError)) return;
    if (error.code === "hostUnavailable" && pid !== undefined) this.#died(dir, pid);
    if (LOAD_FAULTS.has(error.code)) this.#giveUp(dir, "failed", error);
  }

  /** The host `pid` ended while it worked with the adapter in `dir`. */
  #died(dir: string, pid: number): void {
    const pids = this.#deaths.get(dir) ?? new Set();
    this.#deaths.set(dir, pids.add(pid));
    if (pids.size <= MOST_DEATHS) return;
    this.#giveUp(dir, "quarantined", {
      message: `The model host ended ${pids.size} times while it worked with the adapter, which is used no more in this window.`,
      action: "Choose another adapter, or the same one again to try it once more.",
    });
  }

  #giveUp(
    dir: string,
    state: "failed" | "quarantined",
    { message, action }: { message: string; action: string },
  ): void {
    for (const folder of this.#folders) {
      const { chosen, root } = folder;
      if (folder.inUse?.dir === dir) folder.inUse = undefined;
      if (chosen?.dir !== dir || !isWanted(folder)) continue;
      folder.preparing?.abort();
      folder.inUse = undefined;
      folder.state = state;
      folder.error = { message, action };
      this.#options.log(`adapter ${chosen.id} is not used in ${root}: ${message} ${action}`);
    }
    this.#options.onChange();
  }
}

const isWanted = ({ chosen, state }: Folder) => chosen !== undefined && (state === "loading" || state === "inUse");

const faultOf = (error: unknown) =>
  error instanceof UserError
    ? error
    : { message: `The adapter could not be loaded: ${(error as Error).message}.`, action: "Choose another adapter." };
