// A small model with an adapter of its own, and an adapter of a workspace on top of it, for the tests. Not a test.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Adapter, AdapterFiles } from "../../../../server/adapters/adapter.ts";
import { openAdapted } from "../../../../server/adapters/openAdapted.ts";
import { writeAdapter } from "../../../../server/adapters/writeAdapter.ts";
import { openModel, type StoredModel } from "../../../../server/models/modelStore.ts";
import { sampleAdapter } from "../../adapters/sampleAdapter.ts";
import { SHARDS, writeManifest, writeSmallModel } from "../../models/storedFolder.ts";

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

/** An adapter of half the rank, of other layers, without rows of the embedding. */
export function workspaceAdapter(
  { config }: Pick<StoredModel, "config">,
  alpha: number,
): Omit<Adapter, "name" | "sha256"> {
  const { matrices } = sampleAdapter({ config });
  const rank = 3;
  const kept = [...matrices].slice(2).map(([layer, { a, b }]) => {
    return [layer, { a: a.slice(0, a.length / 2), b: b.slice(b.length / 2).map((value) => value / 8) }] as const;
  });
  return { promptFormat: 1, rank, alpha, matrices: new Map(kept), embeddingRows: new Map() };
}

/** Writes such an adapter of the model in `modelDir` into the folder `dir`. */
export async function writeTrained(dir: string, modelDir: string, alpha = 4): Promise<void> {
  const used = await openAdapted(modelDir);
  writeAdapter(dir, workspaceAdapter(used, alpha), used, { steps: 3 });
}
