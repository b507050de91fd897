// Writes the manifest of the strong tier's folder, which makes it a model: only where every shard is there with the hash that the index names.
//
// node lab/model/sealStrong.ts [DIR]

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { CALIBRATION_FILE, CONFIG_FILE, INDEX_FILE, TOKENIZER_FILE } from "../../server/engine/models/modelStore.ts";
import { shippedModelDir, TIER_MODEL_IDS } from "../../server/engine/models/tiers.ts";
import { sha256Of, writeEmbeddedManifest } from "./embeddedManifest.ts";

const dir = path.resolve(process.argv[2] ?? shippedModelDir("strong"));
const indexSchema = z.object({ metadata: z.object({ sha256: z.record(z.string(), z.string()) }) });
const { sha256 } = indexSchema.parse(JSON.parse(readFileSync(path.join(dir, INDEX_FILE), "utf8"))).metadata;
const faults = Object.entries(sha256).flatMap(([file, expected]) => {
  if (!existsSync(path.join(dir, file))) return `${file} is missing`;
  return sha256Of(path.join(dir, file)) === expected ? [] : `${file} was altered`;
});
if (faults.length > 0) {
  console.error(`No manifest was written: ${faults.join(", ")}.`);
  process.exitCode = 1;
} else {
  const own = [CONFIG_FILE, TOKENIZER_FILE, INDEX_FILE, ...Object.keys(sha256), CALIBRATION_FILE];
  writeEmbeddedManifest(dir, own, TIER_MODEL_IDS.strong);
  console.log(`${dir} is whole`);
}
