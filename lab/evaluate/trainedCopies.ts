// What the licence guard finds of what the adapters in use were trained on: planted functions of its packages with other blanks (found), and blocks of
// code that nothing was trained on (marks, each to be read by a person: a true copy is no false mark).
// node lab/evaluate/trainedCopies.ts --cache DIR [--index FILE] [--seed N] [--each N] OTHER_CODE…

import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { TIERS, type Tier } from "../../server/host/protocol/tiers.ts";
import { bareText } from "../../src/index/copies/bareText.ts";
import { TRAINED_COPY, TRAINING_INDEX_FILE, TrainingIndex } from "../../src/index/copies/trainingIndex.ts";
import { Draws } from "../../test/support/planted/draws.ts";
import { trainedSources } from "../training/trainedSources.ts";
import { blocksOf, functionsOf, otherBlanks, textsUnder } from "./copySamples.ts";

const option = { type: "string" } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cache: option, index: option, seed: option, each: option },
});
if (!values.cache) throw new Error("--cache DIR OTHER_CODE…");
const draws = new Draws(Number(values.seed ?? 1));
const each = Number(values.each ?? 100);

const startMs = performance.now();
const file = values.index ?? path.join(packageRoot(import.meta.dirname), TRAINING_INDEX_FILE);
const index = TrainingIndex.of(readFileSync(file));
if (!index) throw new Error("The index is damaged, or of another version.");
console.log(
  `opened in ${(performance.now() - startMs).toFixed(0)} ms; certain from ${index.certainCopy} characters on`,
);

const all = (await trainedSources(values.cache)).filter(({ files }) => files.length > 0);
const lengthOf = (text: string) => bareText(text).bare.length;
const bands = [TRAINED_COPY, 90, index.certainCopy]; // the least characters of each
for (const tier of TIERS) {
  const sources = all.filter(({ models }) => models.includes(tier));
  const planted: string[] = [];
  while (planted.length < each) {
    const functions = functionsOf(draws.pick(draws.pick(sources).files).text);
    const body = functions.length > 0 ? otherBlanks(draws.pick(functions)) : "";
    if (lengthOf(body) >= TRAINED_COPY) planted.push(body);
  }
  report(`${tier}: functions of ${TRAINED_COPY} characters and more`, tier, planted);
  for (const [i, least] of bands.entries()) {
    const most = bands[i + 1] ?? Number.POSITIVE_INFINITY;
    const own = planted.filter((text) => lengthOf(text) >= least && lengthOf(text) < most);
    report(`  those of ${least} to ${most - 1}`, tier, own);
  }
}
const blocks = positionals.flatMap((folder) => textsUnder(folder).flatMap(({ text }) => blocksOf(text)));
for (const [i, place] of report("strong: blocks of other code", "strong", blocks))
  console.log(`\n${place}\n${blocks[i]}`);

/** @returns the packages of those that were found, by index */
function report(name: string, tier: Tier, texts: readonly string[]): Map<number, string> {
  const found = new Map<number, string>();
  const times: number[] = [];
  for (const [i, text] of texts.entries()) {
    const start = performance.now();
    const copy = index!.find(tier, text, "");
    times.push(performance.now() - start);
    if (copy) found.set(i, `${copy.name} ${copy.version} (${copy.licence})`);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(2);
  console.log(`${name}: ${found.size} of ${texts.length}; p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`);
  return found;
}
