// Which models there are, and whether their files are whole. Owns no file format; never loads a model.

import { readdir } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { checkFile, type FileState, readManifest } from "./manifest.ts";
import { readConfig } from "./modelStore.ts";
import { tensorShapes } from "./tensors.ts";

/** One model of the catalog, as `sotto models list` shows it. */
export interface ModelListing {
  id: string;
  name: string;
  dir: string;
  licence: string;
  parameters: number; // weights, a tied head counted once
  sizeBytes: number; // of all files in the manifest
  contextLength: number;
  vocabSize: number;
}

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

/**
 * The models that can be chosen, the embedded one first.
 * @throws UserError for a model whose manifest or config cannot be read
 */
export async function listModels(): Promise<ModelListing[]> {
  const folders = await readdir(modelsDir(), { withFileTypes: true });
  const ids = folders.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  ids.sort((a, b) => Number(b === EMBEDDED_MODEL_ID) - Number(a === EMBEDDED_MODEL_ID) || (a < b ? -1 : 1));
  return Promise.all(ids.map((id) => describeModel(path.join(modelsDir(), id))));
}

async function describeModel(dir: string): Promise<ModelListing> {
  const manifest = await readManifest(dir);
  const config = await readConfig(dir, manifest);
  return {
    id: manifest.id,
    name: manifest.name,
    dir,
    licence: manifest.licence,
    parameters: tensorShapes(config).reduce((sum, { rows, cols }) => sum + rows * cols, 0),
    sizeBytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
    contextLength: config.contextLength,
    vocabSize: config.vocabSize,
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
