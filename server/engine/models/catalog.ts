// Which models there are, Sotto's own and the user's, and whether their files are whole. Owns no file format; never loads a model.
// A list looks at the sizes of files alone, since hashing hundreds of megabytes for it would take a second: a file that was changed without another
// size is found by its hash when the model is opened, before anything of it is used, and by `verifyModel`.

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
  state: "usable"; // as far as its manifest, its config and the sizes of its files say
  id: string;
  name: string;
  dir: string;
  licence: string;
  parameters: number; // weights, a tied head counted once
  sizeBytes: number; // of all files in the manifest
  contextLength: number;
  vocabSize: number;
  source: Manifest["source"] | null; // null for a model that comes with Sotto
}

/** A folder that should be a model and is none that can be opened. */
export interface BrokenModel {
  state: "broken";
  id: string; // the folder's name
  dir: string;
  sizeBytes: number; // on the disk
  problem: string; // why, and what to do: for a person
}

export type ListedModel = ModelListing | BrokenModel;

export interface FileCheck {
  path: string; // relative to the model's folder
  sizeBytes: number; // as the manifest says
  state: FileState;
}

/** Every file of a model with its check, as `sotto models verify` shows it. */
export interface VerifyResult {
  id: string;
  dir: string;
  ok: boolean;
  files: FileCheck[];
}

/** The folder of the model that is always there: the quick one. */
export const embeddedModelDir = (): string => tierDir("quick");

/** All models: Sotto's two, quick first, then the user's. A broken one is listed as that and hides no other. */
export async function listModels(storeDir: string = userModelsDir()): Promise<ListedModel[]> {
  const tiers = TIERS.filter((tier) => tier === "quick" || isTierThere(tier));
  const own = tiers.map((tier) => listed(TIER_MODEL_IDS[tier], tierDir(tier)));
  const users = (await userModelIds(storeDir)).map((id) => {
    const dir = path.join(storeDir, id);
    return listed(id, dir, (manifest) => requireUsersOwn(manifest, dir, id));
  });
  return Promise.all([...own, ...users]);
}

/** @throws UserError where a model of the user's has an id that stands for another one, or that is not its folder's name */
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
 * What the manifest in `dir` says of the model, and its files where the manifest does not.
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

/** @throws UserError that names the first file which is not as the manifest says */
export function requireWhole({ dir, files }: VerifyResult): void {
  for (const file of files) {
    const fault = fileFault(path.join(dir, file.path), file.sizeBytes, file.state);
    if (fault) throw fault;
  }
}
