// Makes a trained adapter the one that a model of Sotto's is used with: checks it against the base, writes it into the model's folder and names it in
// the manifest. Trains and judges nothing: docs/log says why an adapter was taken.
//
// node lab/model/adoptAdapter.ts DIR [--strong] [--model DIR]
//   DIR of `sotto train`: copied as it is; of lab/training/fast: in whole numbers of 8 bits. --strong: for the strong tier; else for the quick one.

import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { BASE_RECIPE, STRONG_RECIPE } from "../../finetune/data/recipe.ts";
import { ADAPTER_FORMAT, AdapterFiles } from "../../server/engine/adapters/adapter.ts";
import { readAdapter } from "../../server/engine/adapters/readAdapter.ts";
import { writeAdapter } from "../../server/engine/adapters/writeAdapter.ts";
import { readManifest } from "../../server/engine/models/manifest.ts";
import { openModel } from "../../server/engine/models/modelStore.ts";
import { shippedModelDir, TIER_MODEL_IDS } from "../../server/engine/models/tiers.ts";
import { versionOfFormat } from "../../server/engine/prompt/promptFormat.ts";
import { ADAPTER, writeEmbeddedManifest } from "./embeddedManifest.ts";

const TRAINING = "training.json"; // what train.py says of itself

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { strong: { type: "boolean", default: false }, model: { type: "string" } },
});
const [source] = positionals;
if (source === undefined) throw new Error("usage: node lab/model/adoptAdapter.ts DIR [--strong [--model DIR]]");
const tier = values.strong ? "strong" : "quick";
const dir = values.model ?? shippedModelDir(tier);
const model = await openModel(dir);
const target = path.join(dir, ADAPTER);
if (existsSync(path.join(source, TRAINING))) await writeRounded();
else {
  await readAdapter(source, model);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const file of Object.values(AdapterFiles)) copyFileSync(path.join(source, file), path.join(target, file));
}
const { files } = await readManifest(dir);
const own = files.map((file) => file.path).filter((file) => !file.startsWith("adapters/"));
writeEmbeddedManifest(dir, own, TIER_MODEL_IDS[tier]);

/** What train.py writes knows nothing of our base: that is added, and the factors are rounded. */
async function writeRounded(): Promise<void> {
  const scratch = mkdtempSync(path.join(tmpdir(), "sotto-adapter-"));
  try {
    cpSync(source, scratch, { recursive: true });
    const training: unknown = JSON.parse(readFileSync(path.join(source, TRAINING), "utf8"));
    const { id: baseId, weightsSha256 } = model;
    const about = {
      formatVersion: ADAPTER_FORMAT,
      base: { id: baseId, weightsSha256 },
      promptFormat: versionOfFormat({ quick: BASE_RECIPE, strong: STRONG_RECIPE }[tier].format),
    };
    writeFileSync(path.join(scratch, AdapterFiles.base), JSON.stringify(about));
    mkdirSync(path.dirname(target), { recursive: true });
    const facts = training as Record<string, unknown>;
    writeAdapter(target, await readAdapter(scratch, model), model, facts, { whole: true });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
