// Downloads a model of the catalog into the user's store, and moves it into place when it is complete. Only on a user's request; nothing about
// the machine is sent, only the names of the files.

import { mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../../common/errors.ts";
import { freeBytes } from "../../common/util/freeBytes.ts";
import { describeModel, type ModelListing } from "../engine/models/catalog.ts";
import { withFacts } from "../engine/models/importModel.ts";
import { requireAcceptance } from "../engine/models/licences.ts";
import { checkFile, type Manifest, type ManifestFile } from "../engine/models/manifest.ts";
import { factsOfConfig, type ModelCheck, readFacts } from "../engine/models/modelFacts.ts";
import { CONFIG_FILE } from "../engine/models/modelStore.ts";
import { Meter, type OnProgress } from "../engine/models/transfer.ts";
import {
  adopt,
  diskError,
  requireFree,
  requireRoom,
  stagingDir,
  userModelsDir,
  whileLocked,
  writeManifest,
} from "../engine/models/userModels.ts";
import { downloadFile } from "./downloadFile.ts";
import type { RemoteFile } from "./hub.ts";
import type { WriteAt } from "./partFile.ts";
import { originOf, type PullOptions, type PullPlan } from "./planPull.ts";

export interface PullRun extends PullOptions {
  acceptsLicence?: boolean; // the user has accepted that the licence forbids some uses
  onProgress?: OnProgress;
  check?: ModelCheck; // default: checks config.json, or the header of the GGUF file
  freeBytes?: (dir: string) => number | undefined;
  write?: WriteAt;
}

/**
 * Downloads according to `plan`. When it fails or is cancelled, the received files are kept, and the next call resumes from there.
 * @throws UserError licenceNotAccepted, downloadFailed, downloadDenied, downloadCorrupt, modelPresent, modelBusy, diskTooSmall, storeUnwritable,
 * what `check` refuses (then nothing is kept); Cancelled
 */
export async function pullModel(plan: PullPlan, options: PullRun = {}): Promise<ModelListing> {
  const { storeDir = userModelsDir(), check = readFacts } = options;
  const { id, name, licence } = plan.entry;
  requireAcceptance(name, licence.spdx, licence.note, options.acceptsLicence);
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
      if (file === CONFIG_FILE) await factsOfConfig(path.join(staged, CONFIG_FILE)).catch(refuses); // checked before the weights are downloaded
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
    await writeManifest(staged, manifest); // the check may open the model, which needs a manifest
    const facts = await check(staged).catch(refuses);
    await writeManifest(staged, { ...withFacts(manifest, facts), name, licence: licence.spdx });
    return describeModel(await adopt(storeDir, staged, id));
  });
}

async function downloadAll(
  { entry, files, totalBytes }: PullPlan,
  staged: string,
  options: PullRun,
  onFile: (name: string) => Promise<void>,
): Promise<ManifestFile[]> {
  const { signal = new AbortController().signal, onProgress, freeBytes: free = freeBytes, write } = options;
  const origin = originOf(options);
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

/** Removes files of an earlier run that are no longer part of the model. */
async function removeOthers(staged: string, { files }: PullPlan): Promise<void> {
  const wanted = new Set(files.flatMap(({ path: name }) => [name, `${name}.part`, `${name}.part.json`]));
  const others = (await readdir(staged)).filter((name) => !wanted.has(name));
  await Promise.all(others.map((name) => rm(path.join(staged, name), { recursive: true, force: true })));
}

/** Size of the file or of its part. */
async function presentBytes(staged: string, { path: name, sizeBytes }: RemoteFile): Promise<number> {
  for (const file of [name, `${name}.part`]) {
    const found = await stat(path.join(staged, file)).catch(() => undefined);
    if (found) return Math.min(found.size, sizeBytes);
  }
  return 0;
}

/** The hash of a file that an earlier run completed. If the hash is wrong or unknown, the file is downloaded again. */
async function wholeAlready(
  staged: string,
  { path: name, sizeBytes, sha256 }: RemoteFile,
): Promise<string | undefined> {
  if (sha256 !== undefined && (await checkFile(staged, { path: name, bytes: sizeBytes, sha256 })) === "ok")
    return sha256;
  await rm(path.join(staged, name), { force: true });
  return undefined;
}
