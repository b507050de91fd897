// Measures the activations of a stored model on this repository's own texts and stores their sizes beside the weights
// (calibration.safetensors, and its line in manifest.json): the 8-bit compute form is smoothed by them. The product never runs this.
//
// node lab/model/calibrate.ts [DIR]      (default: the embedded model; takes half a minute)

import { readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { calibrateModel } from "../../server/engine/load/calibrateModel.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { openModel } from "../../server/engine/models/modelStore.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";

/** TypeScript, JavaScript, Python and English, as the product sees them. Later versions of these files do as well. */
const TEXTS = [
  "server/engine/graph/decoderGraph.ts",
  "server/engine/generate/generate.ts",
  "src/completion/complete.ts",
  "scripts/launch.mjs",
  "esbuild.mjs",
  "lab/golden/makeLogitsGolden.py",
  "lab/golden/makeTokenizerGolden.py",
  "README.md",
  "docs/dev/architecture.md",
];
const TOKENS_PER_TEXT = 800;

async function main(): Promise<void> {
  const dir = path.resolve(process.argv[2] ?? embeddedModelDir());
  const root = packageRoot(import.meta.dirname);
  const tokenizer = await loadTokenizer(dir);
  const start = tokenizer.specialId("<file_sep>"); // what a prompt begins with
  const documents = TEXTS.map((file) => {
    const ids = tokenizer.encode(readFileSync(path.join(root, file), "utf8")).slice(0, TOKENS_PER_TEXT);
    return start === undefined ? ids : [start, ...ids];
  });
  const inputs = await calibrateModel(await openModel(dir), documents);
  console.log(`${dir}: ${inputs} inputs, measured on ${documents.flat().length} tokens`);
}

await main();
