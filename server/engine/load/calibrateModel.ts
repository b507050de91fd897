// Stores how large a model's activations are on some text beside its weights (calibration.safetensors, and its line in the manifest); they
// smooth the 8-bit compute form. Run once, when a model is made or comes into the store.

import { createHash } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { MANIFEST_FILE, readManifest } from "../models/manifest.ts";
import { CALIBRATION_FILE, type StoredModel } from "../models/modelStore.ts";
import { writeSafetensors } from "../models/safetensors.ts";
import { type MeasureOptions, measureInputs } from "./measureInputs.ts";

/**
 * Measures `model` on `documents`, token ids, and writes the result into the model's folder, replacing an earlier measurement.
 * @returns how many inputs of linear layers were measured
 * @throws UserError when the model cannot be read; Cancelled
 */
export async function calibrateModel(
  model: StoredModel,
  documents: readonly (readonly number[])[],
  options: MeasureOptions = {},
): Promise<number> {
  const { dir } = model;
  const measured = await measureInputs(model, documents, options);
  const file = path.join(dir, CALIBRATION_FILE);
  const tensors = [...measured].map(([name, rms]) => ({
    name: `${name}.input_rms`,
    type: "F32" as const,
    shape: [rms.length],
    data: new Uint8Array(rms.buffer, rms.byteOffset, rms.byteLength),
  }));
  rmSync(file, { force: true });
  writeSafetensors(file, tensors);
  const bytes = readFileSync(file);
  const manifest = await readManifest(dir);
  manifest.files = manifest.files.filter(({ path: name }) => name !== CALIBRATION_FILE);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  manifest.files.push({ path: CALIBRATION_FILE, bytes: bytes.length, sha256 });
  const draft = path.join(dir, `${MANIFEST_FILE}.new`);
  writeFileSync(draft, `${JSON.stringify(manifest, null, 2)}\n`);
  renameSync(draft, path.join(dir, MANIFEST_FILE));
  return tensors.length;
}
