// Writes a small model folder in the stored layout for the tests, and its manifest. Not a test.

import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ModelConfig } from "../../server/engine/models/config.ts";
import { configToJson } from "../../server/engine/models/configFile.ts";
import { type TensorToWrite, writeSafetensors } from "../../server/engine/models/safetensors.ts";
import { tensorShapes } from "../../server/engine/models/tensors.ts";

export const SMALL_CONFIG: ModelConfig = {
  architecture: "llama",
  hiddenSize: 32,
  layers: 1,
  heads: 2,
  kvHeads: 1,
  headDim: 16,
  ffnSize: 64,
  vocabSize: 10,
  contextLength: 64,
  ropeTheta: 10_000,
  normEps: 1e-5,
  tiedEmbeddings: true,
};

export const SHARDS = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
const STORED_FILES = ["config.json", "model.safetensors.index.json", ...SHARDS];

/** Writes the folder's files; the values are arbitrary. */
export function writeSmallModel(dir: string, config: ModelConfig = SMALL_CONFIG, id?: string): void {
  const parts = tensorShapes(config).map(({ name, rows, cols }) => storedParts(name, rows, cols));
  const half = Math.ceil(parts.length / 2);
  const weightMap: Record<string, string> = {};
  [parts.slice(0, half).flat(), parts.slice(half).flat()].forEach((tensors, i) => {
    writeSafetensors(path.join(dir, SHARDS[i]), tensors);
    for (const { name } of tensors) weightMap[name] = SHARDS[i];
  });
  writeFileSync(path.join(dir, "config.json"), JSON.stringify(configToJson(config)));
  writeFileSync(path.join(dir, "model.safetensors.index.json"), JSON.stringify({ weight_map: weightMap }));
  writeManifest(dir, STORED_FILES, id);
}

/** Writes the manifest of the files as they are now. */
export function writeManifest(dir: string, names: readonly string[] = STORED_FILES, id = "small"): void {
  const files = names.map((name) => {
    const file = path.join(dir, name);
    return {
      path: name,
      bytes: statSync(file).size,
      sha256: createHash("sha256").update(readFileSync(file)).digest("hex"),
    };
  });
  const manifest = { formatVersion: 1, id, name: "Small", licence: "Apache-2.0", files };
  writeFileSync(path.join(dir, "manifest.json"), JSON.stringify(manifest));
}

function storedParts(name: string, rows: number, cols: number): TensorToWrite[] {
  const blocks = cols / 32;
  const bytes = (count: number): Uint8Array =>
    Uint8Array.from({ length: count }, (_, i) => (i * 31 + name.length * 7) % 256);
  const halves = (count: number): Uint8Array =>
    new Uint8Array(Uint16Array.from({ length: count }, (_, i) => 0x2000 + ((i * 13) % 512)).buffer);
  if (rows === 1) {
    const values = Float32Array.from({ length: cols }, (_, i) => 1 + i / 100);
    return [{ name, type: "F32", shape: [cols], data: new Uint8Array(values.buffer) }];
  }
  const scale: TensorToWrite = {
    name: `${name}.scale`,
    type: "F16",
    shape: [rows, blocks],
    data: halves(rows * blocks),
  };
  if (name.includes("embed"))
    return [{ name: `${name}.q`, type: "I8", shape: [rows, cols], data: bytes(rows * cols) }, scale];
  return [
    { name: `${name}.q`, type: "U8", shape: [rows, blocks, 16], data: bytes(rows * blocks * 16) },
    scale,
    { ...scale, name: `${name}.min` },
  ];
}
