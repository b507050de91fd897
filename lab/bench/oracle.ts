// Oracle: our fp32 graph against llama.cpp on the same weights, position by position over real TypeScript; both are given the tokens. Ends
// with one JSON line on stdout, and with status 1 where they differ by more than rounding. What the shipped form costs stands beside it.

import { readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { openAdapted } from "../../server/engine/load/openAdapted.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { defaultThreads } from "../../server/engine/runtime/threads.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import { benchCacheDir, ggufOf, Peer } from "./peer/peer.ts";
import { type Agreement, addDocument, noAgreement } from "./support/agreement.ts";
import { OwnEngine } from "./support/ownEngine.ts";
import { machine } from "./support/reporting.ts";

/** Sources that nobody of ours wrote and that the lock file pins. */
const DOCUMENTS = [
  "onnxruntime-common/lib/tensor-impl.ts",
  "onnxruntime-common/lib/inference-session.ts",
  "onnxruntime-node/lib/backend.ts",
  "zod/src/v4/core/parse.ts",
  "zod/src/v4/core/regexes.ts",
  "zod/src/v4/core/util.ts",
];
const DOCUMENT_TOKENS = 256;
const FEWEST_POSITIONS = 1280;
const LEAST_EQUAL = 0.99;
const MOST_MARGIN = 0.1; // of a disagreement: between our two largest logits

const dir = embeddedModelDir();
const model = await openAdapted(dir);
const { vocabSize } = model.config;
const tokenizer = await loadTokenizer(dir);
const documents = DOCUMENTS.map((name) => {
  const text = readFileSync(path.join(packageRoot(import.meta.dirname), "node_modules", name), "utf8");
  return { name, tokens: tokenizer.encode(text).slice(0, DOCUMENT_TOKENS) };
});

const peer = new Peer();
const { model: reference, build } = await peer.call("load", {
  file: ggufOf(model, "f32"),
  contextTokens: 512,
  threads: defaultThreads(),
  cache: "f32",
  flashAttention: false,
});
const cacheDir = benchCacheDir();
const limits = { capacity: 512 };
const exact = await OwnEngine.load(model, { cacheDir, form: "fp32" }, limits);
const shipped = await OwnEngine.load(model, { cacheDir }, limits);
const [againstPeer, shippedAgainstExact] = [noAgreement(), noAgreement()];
for (const { name, tokens } of documents) {
  const ours = await exact.logits(tokens);
  const theirs = await peer.call("logits", { model: reference, threads: defaultThreads(), tokens, vocabSize });
  addDocument(againstPeer, name, ours, theirs, vocabSize);
  addDocument(shippedAgainstExact, name, ours, await shipped.logits(tokens), vocabSize);
}
const { device, runtime } = exact.decoder;
exact.dispose();
shipped.dispose();
peer.dispose();

const failures: string[] = [];
if (againstPeer.positions < FEWEST_POSITIONS) failures.push(`${againstPeer.positions} positions are too few`);
if (againstPeer.equal < LEAST_EQUAL * againstPeer.positions)
  failures.push(`${againstPeer.positions - againstPeer.equal} of ${againstPeer.positions} positions differ`);
for (const { document, position, tokens, margin } of againstPeer.disagreements) {
  const facts = `${document}, position ${position}: ours ${tokens[0]}, llama.cpp ${tokens[1]}, margin ${margin.toFixed(4)}`;
  console.error(facts);
  if (margin >= MOST_MARGIN) failures.push(`a difference that is no near tie: ${facts}`);
}
for (const failure of failures) console.error(`bench oracle: ${failure}`);
const line = {
  name: "oracle",
  sotto: { fp32: { ...figures(againstPeer), disagreements: againstPeer.disagreements } },
  shipped: figures(shippedAgainstExact), // against our fp32
  peer: { name: build, weights: "F32", cache: "F32", flashAttention: false },
  failures,
  machine: machine(device, { onnxruntime: runtime }),
};
process.stdout.write(`${JSON.stringify(line)}\n`);
if (failures.length > 0) process.exitCode = 1;

function figures({ positions, equal, disagreements, largestDifference, meanDifference }: Agreement) {
  const margins = disagreements.map(({ margin }) => margin);
  return {
    positions,
    equal,
    equalShare: Number((equal / positions).toFixed(4)),
    largestMargin: Number(Math.max(0, ...margins).toFixed(4)), // of a disagreement
    largestDifference: Number(largestDifference.toFixed(5)),
    meanDifference: Number(meanDifference.toFixed(6)),
  };
}
