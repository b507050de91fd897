// Makes a training data folder from the locked packages: tokens, weights and document numbers in packed sequences.
//
// node scripts/training/makeDataset.ts --cache DIR --out DIR --tokens N --seed S [--use train|validation] [--plain]

import path from "node:path";
import { parseArgs } from "node:util";
import { createParsers } from "../../common/syntax/parsers.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { loadTokenizer } from "../../server/tokenizer/bpeTokenizer.ts";
import { type Corpus, listedPackages, readCorpus, USES, type Use } from "./corpus.ts";
import { drawExamples } from "./dataset.ts";
import { Dice } from "./dice.ts";
import { RECIPE } from "./examples.ts";
import { DatasetWriter, Packer } from "./packing.ts";

const SEQUENCE_TOKENS = 1024;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cache: { type: "string" },
      out: { type: "string" },
      tokens: { type: "string" },
      seed: { type: "string", default: "1" },
      use: { type: "string", default: "train" },
      plain: { type: "boolean", default: false },
    },
  });
  const use = USES.find((known) => known === values.use);
  const wanted = Number(values.tokens);
  if (!values.cache || !values.out || !use || !(wanted > 0)) {
    throw new Error(
      "usage: node scripts/training/makeDataset.ts --cache DIR --out DIR --tokens N [--seed S] [--use train|validation] [--plain]",
    );
  }
  // Validation packages are always read: what they hold is a duplicate in the training packages.
  const packages = listedPackages().filter((entry) => use === "train" || entry.use === use);
  const corpus = await readCorpus(packages, values.cache);
  console.error("corpus read");
  await makeDataset(corpus, use, wanted, Number(values.seed), values.plain ? "plain" : undefined, values.out);
}

async function makeDataset(
  corpus: Corpus,
  use: Use,
  wantedTokens: number,
  seed: number,
  only: "plain" | undefined,
  out: string,
): Promise<void> {
  const tokenizer = await loadTokenizer(path.join(packageRoot(import.meta.dirname), "models/smollm2-135m"));
  const parsers = await createParsers();
  const sources = corpus.sources.filter((source) => source.package.use === use && source.files.length > 0);
  const counts: Record<string, { examples: number; tokens: number; withContext: number }> = {};
  const writer = new DatasetWriter(out);
  const packer = new Packer(SEQUENCE_TOKENS);
  let tokens = 0;
  const lossWeight = { middle: 0, surroundings: 0, plain: 0 };
  for await (const example of drawExamples(sources, { tokenizer, parsers, dice: new Dice(seed) }, only)) {
    const full = packer.add(example);
    if (full) writer.write(full);
    const count = (counts[example.kind] ??= { examples: 0, tokens: 0, withContext: 0 });
    count.examples++;
    count.tokens += example.tokens.length;
    if (example.hasContext) count.withContext++;
    for (const weight of example.weights) {
      const part = example.kind === "plain" ? "plain" : weight === RECIPE.weights.middle ? "middle" : "surroundings";
      lossWeight[part] += weight / 64;
    }
    tokens += example.tokens.length;
    if (tokens >= wantedTokens) break;
  }
  for (const sequence of packer.finish()) writer.write(sequence);
  writer.finish({
    sequenceTokens: SEQUENCE_TOKENS,
    vocabSize: tokenizer.vocabSize,
    promptFormat: 1,
    trainedTokens: tokens,
    lossWeight,
    seed,
    use,
    counts,
    recipe: only === "plain" ? { plainTokens: RECIPE.plainTokens } : RECIPE,
    sources: sources.map(({ package: { name, version }, bytes }) => ({ name, version, bytes })),
    rejected: corpus.rejected,
  });
  console.log(JSON.stringify({ tokens, lossWeight, counts }, null, 2));
}

await main();
