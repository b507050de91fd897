// Measures the activations of a stored model on this repository's own texts and stores their sizes beside the weights
// (calibration.safetensors, and its line in manifest.json): the 8-bit compute form is smoothed by them. The product never runs this.
//
// node scripts/model/calibrate.ts [DIR]      (default: the embedded model; takes a minute and 0.5 GB in the temporary folder)

import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { embeddedModelDir } from "../../server/models/catalog.ts";
import { MANIFEST_FILE, readManifest } from "../../server/models/manifest.ts";
import { CALIBRATION_FILE, openModel } from "../../server/models/modelStore.ts";
import { writeSafetensors } from "../../server/models/safetensors.ts";
import { measureInputs } from "../../server/runtime/measureInputs.ts";
import { loadTokenizer } from "../../server/tokenizer/bpeTokenizer.ts";

/** TypeScript, JavaScript, Python and English, as the product sees them. Later versions of these files do as well. */
const TEXTS = [
  "server/graph/decoderGraph.ts",
  "server/generate/generate.ts",
  "src/completion/complete.ts",
  "scripts/launch.mjs",
  "esbuild.mjs",
  "test/golden/makeLogitsGolden.py",
  "test/golden/makeTokenizerGolden.py",
  "README.md",
  "ARCHITECTURE.md",
];
const TOKENS_PER_TEXT = 800;

async function main(): Promise<void> {
  const dir = path.resolve(process.argv[2] ?? embeddedModelDir());
  const root = packageRoot(import.meta.dirname);
  const model = await openModel(dir);
  const tokenizer = await loadTokenizer(dir);
  const start = tokenizer.specialId("<file_sep>"); // what a prompt begins with
  const documents = TEXTS.map((file) => {
    const ids = tokenizer.encode(readFileSync(path.join(root, file), "utf8")).slice(0, TOKENS_PER_TEXT);
    return start === undefined ? ids : [start, ...ids];
  });
  const measured = await measureInputs(model, documents);

  const file = path.join(dir, CALIBRATION_FILE);
  rmSync(file, { force: true });
  const tensors = [...measured].map(([name, rms]) => ({
    name: `${name}.input_rms`,
    type: "F32" as const,
    shape: [rms.length],
    data: new Uint8Array(rms.buffer, rms.byteOffset, rms.byteLength),
  }));
  writeSafetensors(file, tensors);
  const bytes = readFileSync(file);
  const manifest = await readManifest(dir);
  manifest.files = manifest.files.filter(({ path: name }) => name !== CALIBRATION_FILE);
  manifest.files.push({
    path: CALIBRATION_FILE,
    bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  });
  writeFileSync(path.join(dir, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
  console.log(`${file}: ${tensors.length} inputs, measured on ${documents.flat().length} tokens`);
}

await main();
