// Downloads a model of the catalog into the user's store: finds out what there is, says what it takes, and puts it in place when it is
// whole. Only for a person who has asked; nothing of the machine is told but the names of the files.

import { mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { freeBytes } from "../../../common/util/freeBytes.ts";
import { HUB } from "../../../common/util/hub.ts";
import { parsedJson } from "../../../common/util/parsedJson.ts";
import { downloadFailed, UserError } from "../../protocol/errors.ts";
import { describeModel, type ModelListing } from "../catalog.ts";
import type { CatalogEntry } from "../catalogEntries.ts";
import { withFacts } from "../importModel.ts";
import { OPTIONAL_FILES, shardsOf, WEIGHTS_FILE } from "../importSource.ts";
import { checkFile, type Manifest, type ManifestFile } from "../manifest.ts";
import { factsOfConfig, type ModelCheck, readFacts } from "../modelFacts.ts";
import { CONFIG_FILE, INDEX_FILE } from "../modelStore.ts";
import { Meter, type OnProgress } from "../transfer.ts";
import {
  adopt,
  diskError,
  requireFree,
  requireRoom,
  stagingDir,
  userModelsDir,
  whileLocked,
  writeManifest,
} from "../userModels.ts";
import { downloadFile } from "./downloadFile.ts";
import { askForFile, baseOf, type Origin, type RemoteFile, readSmall } from "./hub.ts";
import type { WriteAt } from "./partFile.ts";
import type { Network } from "./request.ts";
import { PATIENCE, type Patience } from "./retry.ts";

export interface PullOptions {
  mirror?: string; // base address; default: the hub's
  proxy?: string; // default: what the environment says
  token?: string; // default: HF_TOKEN
  storeDir?: string;
  signal?: AbortSignal;
  patience?: Partial<Patience>;
  stallMs?: number;
  certificates?: string[]; // PEM, instead of the system's
}

/** What a download would bring, as the hub says now. */
export interface PullPlan {
  entry: CatalogEntry;
  from: string; // address of the repository
  revision: string; // the commit, where the hub tells it
  files: readonly RemoteFile[]; // in the order of the download, the small ones first
  totalBytes: number;
}

const STALL_MS = 30_000;
const MAX_INDEX_BYTES = 16e6;

/**
 * Asks the hub for the files of `entry`; downloads nothing but an index of weights.
 * @throws UserError downloadFailed, downloadDenied, settingInvalid; Cancelled
 */
export async function planPull(entry: CatalogEntry, options: PullOptions = {}): Promise<PullPlan> {
  const origin = originOf(options);
  const { signal = new AbortController().signal } = options;
  const { repository } = entry;
  const from = new URL(repository, origin.base).href;
  const [first, ...others] = entry.files.map((file) => file.path);
  const found = await askForFile(origin, repository, entry.revision, first, signal);
  if (!found) throw downloadFailed(`${repository}/${first}`, `${origin.base.host} does not have it`);
  const revision = found.commit ?? entry.revision; // from here on one version, whatever is published meanwhile
  const ask = (name: string) => askForFile(origin, repository, revision, name, signal);
  const needed = async (name: string): Promise<RemoteFile> => {
    const file = await ask(name);
    if (!file) throw downloadFailed(`${repository}/${name}`, `${origin.base.host} does not have it`);
    return file;
  };
  const weights = async (): Promise<RemoteFile[]> => {
    if (entry.files.some((file) => /\.(safetensors|gguf)$/.test(file.path))) return [];
    const [single, index] = await Promise.all([ask(WEIGHTS_FILE), ask(INDEX_FILE)]);
    if (!index) return [single ?? (await needed(INDEX_FILE))];
    const content = parsedJson((await readSmall(origin, index, MAX_INDEX_BYTES, signal)).toString("utf8"));
    return [index, ...(await Promise.all(shardsOf(content, from).map(needed)))];
  };
  const optional = async () => (await Promise.all(OPTIONAL_FILES.map(ask))).filter((file) => file !== undefined);
  const all = await Promise.all([needed(first), Promise.all(others.map(needed)), weights(), optional()]);
  const files = all.flat(2).map((file) => withPin(file, entry));
  files.sort((a, b) => Number(b.path === CONFIG_FILE) - Number(a.path === CONFIG_FILE) || a.sizeBytes - b.sizeBytes);
  return { entry, from, revision, files, totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

/** What the catalog knows of a file stands above what the hub says. @throws UserError where they speak of different files */
function withPin(file: RemoteFile, entry: CatalogEntry): RemoteFile {
  const pin = entry.files.find(({ path: name }) => name === file.path);
  const { sizeBytes = file.sizeBytes, sha256 = file.sha256 } = pin ?? {};
  if (sizeBytes !== file.sizeBytes || (file.sha256 !== undefined && sha256 !== file.sha256))
    throw downloadFailed(`${entry.repository}/${file.path}`, "it is another file than the catalog means");
  return { ...file, sha256 };
}

export interface PullRun extends PullOptions {
  onProgress?: OnProgress;
  check?: ModelCheck; // default: config.json, or the head of the GGUF file
  freeBytes?: (dir: string) => number | undefined;
  write?: WriteAt;
}

/**
 * Downloads what `plan` says. When it fails or is cancelled, what has come is kept, and the next call goes on from there.
 * @throws UserError downloadFailed, downloadDenied, downloadCorrupt, modelPresent, modelBusy, diskTooSmall, storeUnwritable, what `check`
 * refuses (then nothing is kept); Cancelled
 */
export async function pullModel(plan: PullPlan, options: PullRun = {}): Promise<ModelListing> {
  const { storeDir = userModelsDir(), check = readFacts } = options;
  const { id, name, licence } = plan.entry;
  return whileLocked(storeDir, id, async () => {
    await requireFree(storeDir, id);
    const staged = stagingDir(storeDir, "download", id);
    await mkdir(staged, { recursive: true, mode: 0o700 });
    await removeOthers(staged, plan);
    const refuses = async (error: unknown): Promise<never> => {
      if (error instanceof UserError) await rm(staged, { recursive: true, force: true });
      throw error;
    };
    const looked = async (file: string) => {
      if (file === CONFIG_FILE) await factsOfConfig(path.join(staged, CONFIG_FILE)).catch(refuses); // before the weights come
    };
    const files = await downloadAll(plan, staged, options, looked);
    const manifest: Manifest = {
      formatVersion: 1,
      id,
      name,
      licence: licence.spdx,
      files,
      source: { kind: "pull", url: plan.from, revision: plan.revision, at: new Date().toISOString() },
    };
    await writeManifest(staged, manifest); // for a check that opens the model
    const facts = await check(staged).catch(refuses);
    await writeManifest(staged, { ...withFacts(manifest, facts), name, licence: licence.spdx });
    return describeModel(await adopt(storeDir, staged, id));
  });
}

async function downloadAll(
  { entry, files }: PullPlan,
  staged: string,
  options: PullRun,
  onFile: (name: string) => Promise<void>,
): Promise<ManifestFile[]> {
  const { signal = new AbortController().signal, onProgress, freeBytes: free = freeBytes, write } = options;
  const origin = originOf(options);
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const left = await Promise.all(files.map(async (file) => file.sizeBytes - (await presentBytes(staged, file))));
  requireRoom(
    staged,
    left.reduce((sum, bytes) => sum + bytes, 0),
    free(staged),
  );
  const meter = new Meter(totalBytes, onProgress);
  const done: ManifestFile[] = [];
  let receivedBytes = 0;
  for (const file of files) {
    const target = path.join(staged, file.path);
    const onBytes = (count: number, areNew: boolean) => {
      receivedBytes += count;
      meter.add(file.path, count, areNew);
    };
    let sha256 = await wholeAlready(staged, file);
    if (sha256 === undefined) {
      const what = `${entry.repository}/${file.path}`;
      sha256 = await downloadFile(origin, file, { what, target, signal, onBytes, write }).catch((error) => {
        throw diskError(staged, error, totalBytes - receivedBytes);
      });
    } else onBytes(file.sizeBytes, false);
    const isPinned = entry.files.some((pin) => pin.path === file.path && pin.sha256 !== undefined);
    const sha256From = isPinned ? "pinned" : file.sha256 === undefined ? "computed" : "hub";
    done.push({ path: file.path, bytes: file.sizeBytes, sha256, sha256From });
    await onFile(file.path);
  }
  return done;
}

/** What an earlier run has left that is no part of the model any more. */
async function removeOthers(staged: string, { files }: PullPlan): Promise<void> {
  const wanted = new Set(files.flatMap(({ path: name }) => [name, `${name}.part`, `${name}.part.json`]));
  const others = (await readdir(staged)).filter((name) => !wanted.has(name));
  await Promise.all(others.map((name) => rm(path.join(staged, name), { recursive: true, force: true })));
}

/** Of the file or its part. */
async function presentBytes(staged: string, { path: name, sizeBytes }: RemoteFile): Promise<number> {
  for (const file of [name, `${name}.part`]) {
    const found = await stat(path.join(staged, file)).catch(() => undefined);
    if (found) return Math.min(found.size, sizeBytes);
  }
  return 0;
}

/** The hash of a file that an earlier run has finished. One that is other, or whose hash nobody knows, comes again. */
async function wholeAlready(
  staged: string,
  { path: name, sizeBytes, sha256 }: RemoteFile,
): Promise<string | undefined> {
  if (sha256 !== undefined && (await checkFile(staged, { path: name, bytes: sizeBytes, sha256 })) === "ok")
    return sha256;
  await rm(path.join(staged, name), { force: true });
  return undefined;
}

function originOf({ mirror, proxy = "", token, stallMs = STALL_MS, patience, certificates }: PullOptions): Origin {
  const base = baseOf(mirror || HUB);
  const network: Network = {
    proxy,
    token: token ?? (process.env.HF_TOKEN || undefined),
    tokenOrigin: base.origin,
    stallMs,
    certificates,
  };
  return { base, network, patience: { ...PATIENCE, ...patience } };
}
