// Which models there are, and whether their files are whole. Owns no file format; never loads a model.

/** One model of the catalog, as `sotto models list` shows it. */
export interface ModelListing {
  id: string;
  name: string;
  dir: string;
  licence: string;
  parameters: number; // weights, the tied head counted once
  sizeBytes: number; // of all files in the manifest
  contextLength: number;
  vocabSize: number;
}

export type FileState = "ok" | "missing" | "wrongSize" | "altered";

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

/** The folder of the model that comes with Sotto. */
export function embeddedModelDir(): string {
  throw new Error("being written");
}

/** The models that can be chosen. */
export async function listModels(): Promise<ModelListing[]> {
  throw new Error("being written");
}

/**
 * Checks every file of the model in `dir` against its manifest.
 * @throws UserError modelMissing or modelCorrupt when there is no readable manifest
 */
export async function verifyModel(dir: string): Promise<VerifyResult> {
  throw new Error(`verifyModel(${dir}) is being written`);
}
