// Families: our fp32 graph against llama.cpp on the same random weights of a tiny model of each family, position by position; both are given
// the tokens. Ends with one JSON line on stdout, and with status 1 where a family's likeliest tokens differ by more than a near tie.

import { createHash } from "node:crypto";
import { FAMILIES, type ModelConfig } from "../../server/engine/models/config.ts";
import { FAMILY_OPTIONS } from "../../test/support/families.ts";
import { tinyModel } from "../../test/support/tinyModel.ts";
import { benchCacheDir, ggufOf, Peer } from "./peer/peer.ts";
import { addDocument, noAgreement } from "./support/agreement.ts";
import { OwnEngine } from "./support/ownEngine.ts";
import { machine } from "./support/reporting.ts";

const SEED = 7;
const POSITIONS = 512;
const MOST_MARGIN = 0.01; // of a disagreement: between our two largest logits
/** llama.cpp knows no window for StarCoder2. */
const NOT_THERE: Partial<ModelConfig> = { slidingWindow: undefined };

const peer = new Peer();
const figures: Record<string, object> = {};
const failures: string[] = [];
let build = "";
let device = "";
let runtime = "";
for (const family of FAMILIES) {
  const options = { ...FAMILY_OPTIONS[family], ...NOT_THERE, architecture: family };
  const weights = tinyModel(SEED, options);
  const key = createHash("sha256")
    .update(JSON.stringify(["tiny", SEED, weights.config]))
    .digest("hex");
  const model = { ...weights, weightsSha256: key };
  const { vocabSize } = model.config;
  const tokens = Array.from({ length: POSITIONS }, (_, i) => (i * i * 31 + i * 17 + 5) % vocabSize);
  const loaded = await peer.call("load", {
    file: ggufOf(model, "f32"),
    contextTokens: POSITIONS,
    threads: 1,
    cache: "f32",
    flashAttention: false,
  });
  const engine = await OwnEngine.load(model, { cacheDir: benchCacheDir(), form: "fp32" }, { capacity: POSITIONS });
  const agreement = noAgreement();
  const theirs = await peer.call("logits", { model: loaded.model, threads: 1, tokens, vocabSize });
  addDocument(agreement, family, await engine.logits(tokens), theirs, vocabSize);
  ({ build } = loaded);
  ({ device, runtime } = engine.decoder);
  engine.dispose();
  const margins = agreement.disagreements.map(({ margin }) => margin);
  const largestMargin = Math.max(0, ...margins);
  if (largestMargin >= MOST_MARGIN)
    failures.push(`${family}: a difference that is no near tie: ${largestMargin.toFixed(4)}`);
  figures[family] = {
    positions: agreement.positions,
    equal: agreement.equal,
    largestMargin: Number(largestMargin.toFixed(5)),
    largestDifference: Number(agreement.largestDifference.toFixed(6)),
  };
}
peer.dispose();
for (const failure of failures) console.error(`bench families: ${failure}`);
const line = {
  name: "families",
  sotto: figures,
  peer: { name: build, weights: "F32", cache: "F32", flashAttention: false },
  failures,
  machine: machine(device, { onnxruntime: runtime }),
};
process.stdout.write(`${JSON.stringify(line)}\n`);
if (failures.length > 0) process.exitCode = 1;
