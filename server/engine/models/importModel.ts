// Imports a model from the user's disk into the store: copies its files unchanged, hashes them, and adds the model only if it passes the check.
// A refused or interrupted import leaves nothing behind.

import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { badInput, importRefused } from "../../../common/errors.ts";
import { freeBytes } from "../../../common/util/freeBytes.ts";
import { describeModel, type ModelListing } from "./catalog.ts";
import { copyHashed } from "./copyHashed.ts";
import { findSource, type ImportSource } from "./importSource.ts";
import { requireAcceptance } from "./licences.ts";
import type { Manifest, ManifestFile } from "./manifest.ts";
import { type ModelCheck, readFacts } from "./modelFacts.ts";
import { requireOwnId } from "./tiers.ts";
import { Meter, type OnProgress } from "./transfer.ts";
import {
  adopt,
  requireFree,
  requireRoom,
  stagingDir,
  userModelsDir,
  whileLocked,
  writeManifest,
} from "./userModels.ts";

export interface ImportOptions {
  id?: string; // default: from the name of the file or folder
  acceptsLicence?: boolean; // the user has accepted that the licence forbids some uses
  link?: boolean; // hard links instead of copies: they take no room, but changing the source damages the model
  check?: ModelCheck; // default: checks config.json or the header of the GGUF file
  storeDir?: string;
  signal?: AbortSignal;
  onProgress?: OnProgress;
  freeBytes?: (dir: string) => number | undefined;
}

/**
 * Imports a `.gguf` file (with all of its parts) or a folder in Hugging Face's layout.
 * @throws UserError licenceNotAccepted, importRefused, modelPresent, modelBusy, diskTooSmall, storeUnwritable, what `check` refuses; Cancelled
 */
export async function importModel(source: string, options: ImportOptions = {}): Promise<ModelListing> {
  const { storeDir = userModelsDir(), check = readFacts } = options;
  const found = await findSource(source);
  const id = options.id ?? idFrom(found.name);
  requireOwnId(id);
  const { name = id, licence } = found.facts;
  if (licence !== undefined) requireAcceptance(name, licence, "", options.acceptsLicence);
  return whileLocked(storeDir, id, async () => {
    await requireFree(storeDir, id);
    const staged = stagingDir(storeDir, "import", id);
    await rm(staged, { recursive: true, force: true }); // left by a process that was killed
    try {
      await mkdir(staged, { recursive: true, mode: 0o700 });
      const files = await copyFiles(found, staged, options);
      const manifest: Manifest = {
        formatVersion: 1,
        id,
        name,
        licence: licence ?? "unknown",
        files,
        source: { kind: "import", path: path.resolve(source), at: new Date().toISOString() },
      };
      await writeManifest(staged, manifest); // the check may open the model, which needs a manifest
      await writeManifest(staged, withFacts(manifest, await check(staged)));
      return await describeModel(await adopt(storeDir, staged, id));
    } catch (error) {
      await rm(staged, { recursive: true, force: true });
      throw error;
    }
  });
}

/** The manifest with the facts that the check found; other fields stay. */
export function withFacts(manifest: Manifest, facts: Awaited<ReturnType<ModelCheck>>): Manifest {
  const { name = manifest.name, licence = manifest.licence, parameters, contextLength, vocabSize } = facts;
  return { ...manifest, name, licence, facts: { parameters, contextLength, vocabSize } };
}

async function copyFiles({ files }: ImportSource, staged: string, options: ImportOptions): Promise<ManifestFile[]> {
  const { link, signal, onProgress, freeBytes: free = freeBytes } = options;
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (!link) requireRoom(staged, totalBytes, free(staged));
  const meter = new Meter(totalBytes, onProgress);
  const copied: ManifestFile[] = [];
  for (const { from, name, sizeBytes } of files) {
    const onBytes = (count: number) => meter.add(name, count);
    const copy = await copyHashed(from, path.join(staged, name), { link, signal, onBytes }).catch((error) => {
      throw sourceError(from, staged, error);
    });
    if (copy.sizeBytes !== sizeBytes) throw importRefused(from, "it was changed while it was read");
    copied.push({ path: name, bytes: sizeBytes, sha256: copy.sha256, sha256From: "computed" });
  }
  return copied;
}

/** The error shown to the user, where the source is at fault and not the store; other errors stay unchanged. */
function sourceError(from: string, staged: string, error: NodeJS.ErrnoException): Error {
  const { code, syscall, path: place = staged } = error;
  if (syscall === "link") return badInput(`${from} cannot be linked to (${code}).`, "Import it without --link.");
  return place.startsWith(staged) ? error : importRefused(from, `it cannot be read (${code})`);
}

/** Makes an id from a file's or folder's name: lower-case letters, digits, dots and hyphens. */
export function idFrom(name: string): string {
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 64)
    .replace(/(?<![-.])[-.]+$/, "");
  return id === "" ? "model" : id;
}
