// Which models there are, Sotto's own and the user's, and whether their files are whole. Owns no file format; never loads a model.

import { readdir } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { modelCorrupt, UserError } from "../protocol/errors.ts";
import { checkFile, type FileState, MANIFEST_FILE, type Manifest, readManifest } from "./manifest.ts";
import { readFacts } from "./modelFacts.ts";
import { diskUse, userModelIds, userModelsDir } from "./userModels.ts";

/** A model that can be chosen, as `sotto models list` shows it. */
export interface ModelListing {
  state: "usable"; // as far as its manifest and config say
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

export const EMBEDDED_MODEL_ID = "smollm2-135m";

function modelsDir(): string {
  return path.join(packageRoot(import.meta.dirname), "models");
}

/** The folder of the model that comes with Sotto. */
export function embeddedModelDir(): string {
  return path.join(modelsDir(), EMBEDDED_MODEL_ID);
}

/** All models, the embedded one first, then the user's. A broken one is listed as that and hides no other. */
export async function listModels(storeDir: string = userModelsDir()): Promise<ListedModel[]> {
  const folders = await readdir(modelsDir(), { withFileTypes: true });
  const own = folders.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  own.sort((a, b) => Number(b === EMBEDDED_MODEL_ID) - Number(a === EMBEDDED_MODEL_ID) || (a < b ? -1 : 1));
  const users = await userModelIds(storeDir);
  return Promise.all([
    ...own.map((id) => listed(path.join(modelsDir(), id))),
    ...users.map((id) => listed(path.join(storeDir, id), own)),
  ]);
}

/** @param taken ids that the model may not have */
async function listed(dir: string, taken: readonly string[] = []): Promise<ListedModel> {
  const id = path.basename(dir);
  try {
    const model = await describeModel(dir);
    if (taken.includes(id))
      throw modelCorrupt(path.join(dir, MANIFEST_FILE), "a model that comes with Sotto has its id");
    if (model.id !== id) throw modelCorrupt(path.join(dir, MANIFEST_FILE), `it is that of the model ${model.id}`);
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
export async function describeModel(dir: string): Promise<ModelListing> {
  const manifest = await readManifest(dir);
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
