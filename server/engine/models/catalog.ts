// Lists the models, Sotto's own and the user's, and checks that their files are complete. Owns no file format; never loads a model. Listing
// compares only file sizes, since hashing hundreds of megabytes would take a second. A change that keeps a file's size is found by its hash when
// the model is opened, before any of it is used, and by `verifyModel`.

import path from "node:path";
import { modelCorrupt, UserError } from "../../../common/errors.ts";
import { TIERS } from "../../host/protocol/tiers.ts";
import {
  checkFile,
  checkSize,
  type FileState,
  fileFault,
  MANIFEST_FILE,
  type Manifest,
  readManifest,
  requireFile,
} from "./manifest.ts";
import { readFacts } from "./modelFacts.ts";
import { isTierThere, requireOwnId, TIER_MODEL_IDS, tierDir } from "./tiers.ts";
import { diskUse, userModelIds, userModelsDir } from "./userModels.ts";

/** A model that can be chosen, as `sotto models list` shows it. */
export interface ModelListing {
  state: "usable"; // as far as its manifest, its config and its file sizes tell
  id: string;
  name: string;
  dir: string;
  licence: string;
  parameters: number; // number of weights, a tied head counted once
  sizeBytes: number; // of all files in the manifest
  contextLength: number;
  vocabSize: number;
  source: Manifest["source"] | null; // null for a model that comes with Sotto
}

/** A folder among the models that cannot be opened as one. */
export interface BrokenModel {
  state: "broken";
  id: string; // the folder's name
  dir: string;
  sizeBytes: number; // on the disk
  problem: string; // what is wrong and what to do: a message for the user
}

export type ListedModel = ModelListing | BrokenModel;

export interface FileCheck {
  path: string; // relative to the model's folder
  sizeBytes: number; // according to the manifest
  state: FileState;
}

/** The check result of every file of a model, as `sotto models verify` shows it. */
export interface VerifyResult {
  id: string;
  dir: string;
  ok: boolean;
  files: FileCheck[];
}

/** The folder of the model that every installation has: the quick one. */
export const embeddedModelDir = (): string => tierDir("quick");

/** All models: Sotto's two, quick first, then the user's. A broken model is listed as broken and does not hide the others. */
export async function listModels(storeDir: string = userModelsDir()): Promise<ListedModel[]> {
  const tiers = TIERS.filter((tier) => tier === "quick" || isTierThere(tier));
  const own = tiers.map((tier) => listed(TIER_MODEL_IDS[tier], tierDir(tier)));
  const users = (await userModelIds(storeDir)).map((id) => {
    const dir = path.join(storeDir, id);
    return listed(id, dir, (manifest) => requireUsersOwn(manifest, dir, id));
  });
  return Promise.all([...own, ...users]);
}

/** @throws UserError where a user's model has an id that is reserved, or that is not its folder's name */
function requireUsersOwn({ id: own }: Manifest, dir: string, id: string): void {
  requireOwnId(id);
  if (own !== id) throw modelCorrupt(path.join(dir, MANIFEST_FILE), `it is that of the model ${own}`);
}

/** @param check throws UserError where the model cannot be used */
async function listed(id: string, dir: string, check?: (manifest: Manifest) => void): Promise<ListedModel> {
  try {
    const manifest = await readManifest(dir);
    const model = await described(manifest, dir);
    check?.(manifest);
    for (const file of manifest.files) await requireFile(dir, file, checkSize);
    return model;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const problem = `${error.message} ${error.action}`;
    return { state: "broken", id, dir, sizeBytes: await diskUse(dir), problem };
  }
}

/**
 * The listing of the model in `dir`, from its manifest, or from its files where the manifest lacks something.
 * @throws UserError modelMissing, modelCorrupt, modelUnsupported, ggufInvalid
 */
export const describeModel = async (dir: string): Promise<ModelListing> => described(await readManifest(dir), dir);

async function described(manifest: Manifest, dir: string): Promise<ModelListing> {
  const { parameters, contextLength, vocabSize } = manifest.facts ?? (await readFacts(dir));
  return {
    state: "usable",
    id: manifest.id,
    name: manifest.name,
    dir,
    licence: manifest.licence,
    parameters,
    sizeBytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
    contextLength,
    vocabSize,
    source: manifest.source ?? null,
  };
}

/**
 * Checks every file of the model in `dir` against its manifest.
 * @throws UserError modelMissing or modelCorrupt when there is no readable manifest
 */
export async function verifyModel(dir: string): Promise<VerifyResult> {
  const manifest = await readManifest(dir);
  const files: FileCheck[] = [];
  for (const file of manifest.files) {
    files.push({ path: file.path, sizeBytes: file.bytes, state: await checkFile(dir, file) });
  }
  return { id: manifest.id, dir, ok: files.every((file) => file.state === "ok"), files };
}

/** @throws UserError naming the first file that does not match the manifest */
export function requireWhole({ dir, files }: VerifyResult): void {
  for (const file of files) {
    const fault = fileFault(path.join(dir, file.path), file.sizeBytes, file.state);
    if (fault) throw fault;
  }
}
