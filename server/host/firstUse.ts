// Opens a model, and measures the activation sizes of an imported one once, before it first runs: without them, 8 bits are too few for some models. Measured on
// the samples that come with Sotto, and stored beside the model.

import { access, constants, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { calibrateModel } from "../engine/load/calibrateModel.ts";
import { type ModelSource, openAdapted } from "../engine/load/openAdapted.ts";
import { readManifest } from "../engine/models/manifest.ts";
import { CALIBRATION_FILE, openModel, type StoredModel } from "../engine/models/modelStore.ts";
import { loadTokenizer } from "../engine/tokenizer/bpeTokenizer.ts";

const MOST_TOKENS = 1024; // per document

/**
 * Opens the model. A model that the user imported is measured first, if it never was.
 * @throws UserError when it is missing, damaged or unsupported
 */
export async function openModelIn(
  { modelDir, adapter }: ModelSource,
  log: (line: string) => void = () => {},
): Promise<StoredModel> {
  await measureOnFirstUse(modelDir, log);
  return openAdapted(modelDir, adapter);
}

const writable = (dir: string): Promise<void> => access(dir, constants.W_OK);

/**
 * Measures the model in `dir` if it was made by another program and was never measured. Where the folder cannot be written, this is logged and
 * the model is used as it is.
 * @param requireWritable throws where the folder cannot be written
 * @throws UserError where the model cannot be opened
 */
export async function measureOnFirstUse(
  dir: string,
  log: (line: string) => void,
  requireWritable = writable,
): Promise<void> {
  if ((await readManifest(dir)).files.some((file) => file.path === CALIBRATION_FILE)) return;
  const model = await openModel(dir);
  if (![...model.tensors.values()].some(({ encoding }) => encoding === "foreign")) return;
  const unmeasured = (reason: string) => log(`${model.id} is used without being measured: ${reason}`);
  try {
    await requireWritable(dir); // a result that cannot be stored would be measured again at each start
  } catch (error) {
    return unmeasured((error as Error).message);
  }
  const tokenizer = await loadTokenizer(dir);
  const texts = await sampleTexts(path.join(packageRoot(import.meta.dirname), "samples"));
  const documents = texts
    .map((text) => tokenizer.encode(text).slice(0, MOST_TOKENS))
    .filter(({ length }) => length > 0);
  const start = performance.now();
  try {
    await calibrateModel(model, documents);
    log(`${model.id} is used for the first time: measured in ${Math.round(performance.now() - start)} ms`);
  } catch (error) {
    if (!("syscall" in (error as Error))) throw error;
    unmeasured((error as Error).message);
  }
}

/** The texts of all files below `folder`, in the order of the files' names. */
async function sampleTexts(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(files.sort().map((file) => readFile(file, "utf8")));
}
