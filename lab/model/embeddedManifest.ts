// The manifests of the models that come with Sotto: name, files, and the adapter that each is used with. Makes no other file.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { AdapterFiles } from "../../server/engine/adapters/adapter.ts";
import { MANIFEST_FILE, type Manifest } from "../../server/engine/models/manifest.ts";
import { TIER_MODEL_IDS } from "../../server/engine/models/tiers.ts";

const { quick, strong } = TIER_MODEL_IDS;
const NAMES: Readonly<Record<string, string>> = {
  [quick]: "SmolLM2 135M Instruct, 16k vocabulary",
  [strong]: "Qwen2.5 Coder 0.5B Instruct, 28k vocabulary",
};

/** The folder of the adapter that the model is used with. */
export const ADAPTER = "adapters/fill-in-the-middle";

/** Writes the manifest of the model `id` in `dir`: the files `own`, and the adapter's where it is there. */
export function writeEmbeddedManifest(dir: string, own: readonly string[], id: string = quick): void {
  const hasAdapter = existsSync(path.join(dir, ADAPTER));
  const adapterFiles = hasAdapter ? Object.values(AdapterFiles).map((file) => `${ADAPTER}/${file}`) : [];
  const files = [...own, ...adapterFiles].map((file) => {
    const full = path.join(dir, file);
    return { path: file, bytes: statSync(full).size, sha256: sha256Of(full) };
  });
  const about = { formatVersion: 1, id, name: NAMES[id], licence: "Apache-2.0" } as const;
  const manifest: Manifest = { ...about, ...(hasAdapter && { adapter: ADAPTER }), files };
  writeFileSync(path.join(dir, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
}

export function sha256Of(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
