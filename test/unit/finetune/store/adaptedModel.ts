// A small model with an adapter of its own, and an adapter of a workspace on top of it, for the tests. Not a test.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  type Adapter,
  AdapterFiles,
  adaptableLayers,
  type LowRank,
} from "../../../../server/engine/adapters/adapter.ts";
import { writeAdapter } from "../../../../server/engine/adapters/writeAdapter.ts";
import { openAdapted } from "../../../../server/engine/load/openAdapted.ts";
import { openModel, type StoredModel } from "../../../../server/engine/models/modelStore.ts";
import { SHARDS, writeManifest, writeSmallModel } from "../../../support/storedFolder.ts";
import { sampleAdapter } from "../../adapters/sampleAdapter.ts";

/** Writes the model into `dir`, which is made. */
export async function writeAdaptedModel(dir: string): Promise<void> {
  mkdirSync(dir);
  writeSmallModel(dir);
  const plain = await openModel(dir);
  writeAdapter(path.join(dir, "adapters", "fim"), { ...sampleAdapter(plain), alpha: 3 }, plain, {});
  const listed = Object.values(AdapterFiles).map((name) => `adapters/fim/${name}`);
  writeManifest(dir, ["config.json", "model.safetensors.index.json", ...SHARDS, ...listed]);
  const manifest = path.join(dir, "manifest.json");
  writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, "utf8")), adapter: "adapters/fim" }));
}

const RANK = 3; // half of the model's own adapter's

/** Multiples of 1/512 between -1/8 and 1/8: half floats as they are, and none any more times 8/3. */
const values = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => (((i * 41 + seed * 17) % 129) - 64) / 512);

/** It leaves out layers that the model's own adapter has, has those that this one leaves out, and no rows of the embedding. */
export function workspaceAdapter(
  { config }: Pick<StoredModel, "config">,
  alpha: number,
): Omit<Adapter, "name" | "sha256"> {
  const layers = [...adaptableLayers(config)].slice(2);
  const factors = layers.map(([layer, { outputs, inputs }], i): [string, LowRank] => {
    return [layer, { a: values(RANK * inputs, i), b: values(outputs * RANK, i + 7) }];
  });
  return { promptFormat: 1, rank: RANK, alpha, matrices: new Map(factors), embeddingRows: new Map() };
}

/** Writes such an adapter of the model in `modelDir` into the folder `dir`. */
export async function writeTrained(dir: string, modelDir: string, alpha = 4): Promise<void> {
  const used = await openAdapted(modelDir);
  writeAdapter(dir, workspaceAdapter(used, alpha), used, { steps: 3 });
}
