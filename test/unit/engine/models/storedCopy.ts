// Writes a model that is in the memory as a folder in the stored layout. Not a test.

import { writeFileSync } from "node:fs";
import path from "node:path";
import { floatToHalf } from "../../../../server/engine/models/blocks.ts";
import { configToJson } from "../../../../server/engine/models/configFile.ts";
import type { StoredModel } from "../../../../server/engine/models/modelStore.ts";
import { type TensorToWrite, writeSafetensors } from "../../../../server/engine/models/safetensors.ts";
import { writeManifest } from "../../../support/storedFolder.ts";

const SHARD = "model-00001-of-00001.safetensors";

/** Scales and minima are rounded to half floats, as they are stored. */
export function writeStoredCopy(dir: string, model: StoredModel): void {
  const tensors = [...model.tensors.keys()].flatMap((name) => storedParts(model, name));
  writeSafetensors(path.join(dir, SHARD), tensors);
  const weightMap = Object.fromEntries(tensors.map(({ name }) => [name, SHARD]));
  writeFileSync(path.join(dir, "config.json"), JSON.stringify(configToJson(model.config)));
  writeFileSync(path.join(dir, "model.safetensors.index.json"), JSON.stringify({ weight_map: weightMap }));
  writeManifest(dir, ["config.json", "model.safetensors.index.json", SHARD]);
}

function storedParts(model: StoredModel, name: string): TensorToWrite[] {
  const { encoding, rows, cols } = model.tensors.get(name)!;
  if (encoding === "f32") {
    return [{ name, type: "F32", shape: [cols], data: new Uint8Array(model.dequantise(name).buffer) }];
  }
  const { q, scale, min } = model.blocks(name);
  const [blocks, data] = [cols / 32, new Uint8Array(q.buffer, q.byteOffset, q.byteLength)];
  const halves = (part: string, values: Float32Array): TensorToWrite => ({
    ...{ name: `${name}.${part}`, type: "F16", shape: [rows, blocks], data: floatToHalf(values) },
  });
  if (!min) return [{ name: `${name}.q`, type: "I8", shape: [rows, cols], data }, halves("scale", scale)];
  const bytes: TensorToWrite = { name: `${name}.q`, type: "U8", shape: [rows, blocks, 16], data };
  return [bytes, halves("scale", scale), halves("min", min)];
}
