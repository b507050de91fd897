// The adapters of a workspace: the stored ones, the one in use, and the history of those in use before.
// Any number of processes may use the store at once: readers always find complete files, and a writer holds the store's lock.
// A damaged adapter counts as "no adapter", is reported in a sentence, and is never deleted unless a person asks for it.

import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { badInput } from "../../common/errors.ts";
import { defaultDataDir } from "../../common/util/dataDir.ts";
import { realRoot } from "../../common/util/realRoot.ts";
import { writeWhole } from "../../common/util/writeWhole.ts";
import type { AdapterDir, AdapterId } from "../../server/host/protocol/adapters.ts";
import { type AdapterAbout, AdapterFolderFiles, problemOf, readAbout } from "./storedAdapter.ts";
import {
  adapterDir,
  type Choice,
  changeStore,
  isAdapterId,
  json,
  readChoice,
  storedIds,
  versionOf,
} from "./storeFiles.ts";
import { WorkspaceFiles, workspaceFolder } from "./workspaceFolder.ts";

export interface ActiveAdapter {
  id: AdapterId;
  dir: AdapterDir;
}

export interface ListedAdapter extends AdapterAbout {
  dir: AdapterDir;
  active: boolean;
}

/** The store as it is on the disk. */
export interface AdapterStore {
  active: ActiveAdapter | undefined;
  history: AdapterId[]; // the adapters in use before, the newest first
  adapters: ListedAdapter[]; // the newest first
  problems: string[]; // a sentence for each damaged file or adapter
}

const MOST_HISTORY = 50;
const WATCH_MS = 1000;

/** The whole store. Reads small files only: whether an adapter's tensors are sound shows when it is opened. */
export function readStore(root: string, dataDir = defaultDataDir()): AdapterStore {
  const folder = workspaceFolder(root, dataDir);
  const { choice, problem } = readChoice(folder);
  const problems = problem === undefined ? [] : [problem];
  const ids = storedIds(folder).sort((a, b) => versionOf(b) - versionOf(a));
  if (choice.active !== null && !ids.includes(choice.active))
    problems.push(`The adapter ${choice.active} was in use and is no longer there, so that no adapter is in use.`);
  const adapters: ListedAdapter[] = [];
  for (const id of ids) {
    const dir = adapterDir(folder, id);
    const about = readAbout(dir);
    const reason = problemOf(dir);
    if (about && reason === undefined) adapters.push({ ...about, dir, active: id === choice.active });
    else problems.push(`The adapter ${id} cannot be used: ${reason}.`);
  }
  const active = adapters.find((adapter) => adapter.active);
  return { active: active && { id: active.id, dir: active.dir }, history: choice.history, adapters, problems };
}

/** The usable adapters, the newest first. */
export function listAdapters(root: string, dataDir = defaultDataDir()): ListedAdapter[] {
  return readStore(root, dataDir).adapters;
}

/** The adapter that completions use; undefined where there is none, or where it is damaged (`readStore` says how). */
export function activeAdapter(root: string, dataDir = defaultDataDir()): ActiveAdapter | undefined {
  const folder = workspaceFolder(root, dataDir);
  const { active } = readChoice(folder).choice;
  if (active === null) return undefined;
  const dir = adapterDir(folder, active);
  return problemOf(dir) === undefined ? { id: active, dir } : undefined;
}

/** The adapter `id`. @throws UserError where there is none, or it is damaged */
export function findAdapter(root: string, id: AdapterId, dataDir = defaultDataDir()): ActiveAdapter {
  return requireWhole(workspaceFolder(root, dataDir), id);
}

/** The path of an adapter's training report; undefined where there is none. */
export function adapterReport(root: string, id: AdapterId, dataDir = defaultDataDir()): string | undefined {
  if (!isAdapterId(id)) return undefined;
  const file = path.join(adapterDir(workspaceFolder(root, dataDir), id), AdapterFolderFiles.report);
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined;
}

/** @throws UserError where there is no whole adapter of that id, or the store cannot be written */
export function useAdapter(root: string, id: AdapterId, dataDir = defaultDataDir()): void {
  changeStore(root, dataDir, (folder, choice) => {
    requireWhole(folder, id);
    return chosen(choice, id);
  });
}

/** Puts no adapter into use: the model runs unchanged. @throws UserError where the store cannot be written */
export function adapterOff(root: string, dataDir = defaultDataDir()): void {
  changeStore(root, dataDir, (_folder, choice) => chosen(choice, null));
}

/**
 * Returns to the adapter that was in use before, or to none where this was the first. Adapters that cannot be used any more are skipped.
 * @returns its id, or null
 * @throws UserError where there is no earlier state, or the store cannot be written
 */
export function rollBack(root: string, dataDir = defaultDataDir()): AdapterId | null {
  const { active } = changeStore(root, dataDir, (folder, choice) => {
    const earlier = choice.history.findIndex((id) => problemOf(adapterDir(folder, id)) === undefined);
    if (earlier >= 0) return { ...choice, active: choice.history[earlier], history: choice.history.slice(earlier + 1) };
    if (choice.active !== null) return { ...choice, active: null, history: [] };
    throw badInput("No adapter was in use before.", "`sotto adapters list` names those that there are.");
  });
  return active;
}

/** Removes an adapter, damaged or not; if it was in use, the model runs without an adapter. @throws UserError where there is none */
export function removeAdapter(root: string, id: AdapterId, dataDir = defaultDataDir()): void {
  changeStore(
    root,
    dataDir,
    (folder, choice) => {
      requireStored(folder, id);
      return {
        active: choice.active === id ? null : choice.active,
        history: choice.history.filter((other) => other !== id),
        lastVersion: Math.max(choice.lastVersion, versionOf(id)),
      };
    },
    { after: (folder) => removeFolder(folder, id) }, // active.json no longer names it
  );
}

/** @throws UserError where there is no such adapter, or the name is no single line */
export function renameAdapter(root: string, id: AdapterId, name: string, dataDir = defaultDataDir()): void {
  const wanted = adapterName(name);
  changeStore(root, dataDir, (folder, choice) => {
    const { dir } = requireWhole(folder, id);
    writeWhole(path.join(dir, AdapterFolderFiles.about), json({ ...readAbout(dir), name: wanted }));
    return choice;
  });
}

/** `name` as a valid adapter name. @throws UserError */
export function adapterName(name: string): string {
  const wanted = name.trim();
  if (wanted !== "" && wanted.length <= 100 && !/\p{Cc}/u.test(wanted)) return wanted;
  throw badInput("An adapter's name is one line of 1 to 100 characters.", "Choose another name.");
}

/**
 * Puts a new adapter into the store. `fill` writes its files into the folder `draft`, which then appears atomically as the adapter `id`;
 * `fill` runs while no other process changes the store. Leftovers of killed processes are removed.
 * @param use whether the adapter is put into use
 * @returns its id: the name of the workspace's folder and a version that was never used before
 * @throws UserError where the store cannot be written; what `fill` throws, and then nothing has changed
 */
export function addAdapter(
  root: string,
  fill: (draft: string, id: AdapterId) => void,
  use: boolean,
  dataDir = defaultDataDir(),
): AdapterId {
  let undo: (() => void) | undefined;
  const add = (folder: string, choice: Choice): Choice => {
    const parent = path.join(folder, WorkspaceFiles.adapters);
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    removeLeftovers(folder);
    const version = Math.max(choice.lastVersion, ...[...storedIds(folder), ...choice.history].map(versionOf)) + 1;
    const id = versionId(root, version);
    const draft = path.join(parent, `.draft-${id}`);
    mkdirSync(draft, { mode: 0o700 });
    try {
      fill(draft, id);
      renameSync(draft, adapterDir(folder, id));
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      throw error;
    }
    undo = () => removeFolder(folder, id);
    return { ...(use ? chosen(choice, id) : choice), lastVersion: version };
  };
  const { lastVersion } = changeStore(root, dataDir, add, { undo: () => undo?.() });
  return versionId(root, lastVersion);
}

/**
 * Calls `listener` within about a second after any process has changed the adapter in use. Keeps no process alive.
 * @returns the function that ends it
 */
export function watchActive(
  root: string,
  listener: (active: ActiveAdapter | undefined) => void,
  dataDir = defaultDataDir(),
): () => void {
  const file = path.join(workspaceFolder(root, dataDir), WorkspaceFiles.active);
  let last = stampOf(file);
  const timer = setInterval(() => {
    const stamp = stampOf(file);
    if (stamp === last) return;
    last = stamp;
    listener(activeAdapter(root, dataDir));
  }, WATCH_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** The stamp of a file: a replaced file has another inode or another time. */
function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat ? `${stat.ino} ${stat.mtimeNs} ${stat.size}` : "";
}

/** Removes a folder atomically, by renaming it to a name that no reader takes for an adapter's; the caller holds the lock. */
function removeFolder(folder: string, id: AdapterId): void {
  removeLeftovers(folder);
  renameSync(adapterDir(folder, id), path.join(folder, WorkspaceFiles.adapters, `.removed-${id}`));
  removeLeftovers(folder);
}

/** Removes what processes left that were killed during a change; the caller holds the lock. */
function removeLeftovers(folder: string): void {
  const parent = path.join(folder, WorkspaceFiles.adapters);
  for (const name of readdirSync(parent))
    if (/^\.(draft|removed)-/.test(name)) rmSync(path.join(parent, name), { recursive: true, force: true });
}

function chosen(choice: Choice, id: AdapterId | null): Choice {
  if (choice.active === id) return choice;
  const history = choice.active === null ? choice.history : [choice.active, ...choice.history];
  return { ...choice, active: id, history: history.slice(0, MOST_HISTORY) };
}

function requireStored(folder: string, id: AdapterId): void {
  if (isAdapterId(id) && storedIds(folder).includes(id)) return;
  const given = JSON.stringify(id.slice(0, 80));
  throw badInput(`This workspace has no adapter ${given}.`, "`sotto adapters list` names those that there are.");
}

function requireWhole(folder: string, id: AdapterId): ActiveAdapter {
  requireStored(folder, id);
  const dir = adapterDir(folder, id);
  const problem = problemOf(dir);
  if (problem !== undefined) throw badInput(`The adapter ${id} cannot be used: ${problem}.`, "Choose another one.");
  return { id, dir };
}

/** The id of a version: the workspace folder's name in characters that are safe in paths and on command lines, and the version. */
function versionId(root: string, version: number): AdapterId {
  const name = path.basename(realRoot(root)).normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = name.match(/[a-z0-9]+/g) ?? [];
  return `${
    words
      .join("-")
      .slice(0, 40)
      .replace(/(?<!-)-+$/, "") || "workspace"
  }-${version}`;
}
