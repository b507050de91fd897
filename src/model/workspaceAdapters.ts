// The model as each workspace folder of a window uses it. A folder's chosen adapter is used once the host has loaded it; until then completions
// go on as before. An adapter that cannot be loaded, or with which the host ended twice, is not used, and the status says why. Reads no files
// and knows neither the editor nor how adapters are stored.

import { Cancelled, UserError, type UserErrorCode } from "../../common/errors.ts";
import type { PrepareAdapterParams } from "../../server/host/protocol/messages.ts";
import type { Tier } from "../../server/host/protocol/tiers.ts";
import type { FolderModel } from "./completionModel.ts";
import type { HostModelOptions } from "./hostModel.ts";

/** How often the host may end while it works with an adapter; after one more end the adapter is no longer used. */
const MOST_DEATHS = 1;

/** Error codes that mean that a request's adapter cannot be loaded; other codes say nothing about the adapter. */
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
  dir: string; // absolute; its content never changes
}

/** loading: completions go on as before; failed, quarantined: they go on without an adapter. */
export type AdapterUse = "loading" | "inUse" | "failed" | "quarantined";

export interface FolderAdapter {
  root: string; // the workspace folder
  id: string;
  state: AdapterUse;
  tier?: Tier; // of its base model, once the host has reported it
  error?: { message: string; action: string }; // the reason, where it is failed or quarantined
}

export interface WorkspaceAdaptersOptions {
  /** The adapter chosen for a folder now. */
  active: (root: string) => ChosenAdapter | undefined;
  /** Calls `listener` when an adapter is chosen there, even if it is the same again. */
  watch: (root: string, listener: (chosen: ChosenAdapter | undefined) => void) => () => void;
  model: FolderModel & {
    withAdapter(options: HostModelOptions): FolderModel;
    prepareAdapter(params: PrepareAdapterParams, signal: AbortSignal): Promise<{ tier?: Tier }>;
    status(): { state: string; pid?: number };
  };
  /** Called when another adapter is in use, or when the status has changed. */
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
  readonly #tiers = new Map<string, Tier | undefined>(); // by adapter: tier of its base model, as the host has reported it
  readonly #deaths = new Map<string, Set<number>>(); // by adapter: the hosts that ended while they worked with it
  #readyPid: number | undefined; // the host that was ready last

  constructor(roots: readonly string[], options: WorkspaceAdaptersOptions) {
    this.#options = options;
    this.#folders = roots.map((root) => this.#folder(root));
  }

  /** The model as a workspace folder uses it now. @param root undefined for a file outside of all folders: the model without an adapter */
  modelFor(root: string | undefined): FolderModel {
    return this.#folders.find((folder) => folder.root === root)?.inUse?.model ?? this.#options.model;
  }

  /** The folder of the adapter that is in use in a workspace folder. */
  inUse(root: string | undefined): string | undefined {
    return this.#folders.find((folder) => folder.root === root)?.inUse?.dir;
  }

  /** The tier that an adapter fits, once the host has told. */
  tierOf(dir: string): Tier | undefined {
    return this.#tiers.get(dir);
  }

  /** The status of each folder that has chosen an adapter. */
  status(): FolderAdapter[] {
    return this.#folders.flatMap(({ root, chosen, state, error }) => {
      const tier = chosen && this.#tiers.get(chosen.dir);
      return chosen ? [{ root, id: chosen.id, state, ...(tier && { tier }), ...(error && { error }) }] : [];
    });
  }

  /** The host's state has changed: a host that has become ready must load the adapters in use. */
  hostChanged(): void {
    const { state, pid } = this.#options.model.status();
    if (state !== "ready" || pid === this.#readyPid) return;
    this.#readyPid = pid;
    for (const folder of this.#folders) if (isWanted(folder)) void this.#prepare(folder);
  }

  /** A person has restarted the host: failed and quarantined adapters are tried again. */
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

  /** Loads a folder's chosen adapter and then uses it. Never throws. */
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
      if (error instanceof UserError && error.code === "hostUnavailable") return; // the next host will be asked
      this.#giveUp(dir, "failed", faultOf(error));
    }
  }

  /** A call with the adapter in `dir` has failed: records what that says about the adapter. @param pid of the host that got the call */
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
