// Fills a training data folder: draws examples from a corpus, packs them, writes them, and says in dataset.json what went in.
// The same corpus, options and code give the same bytes.

import type { Parsers } from "../../common/syntax/parsers.ts";
import { Dice } from "../../finetune/data/dice.ts";
import type { Example, ExampleKind } from "../../finetune/data/examples.ts";
import { DatasetWriter, Packer } from "../../finetune/data/packing.ts";
import { BASE_RECIPE, type Recipe } from "../../finetune/data/recipe.ts";
import { versionOfFormat } from "../../server/prompt/promptFormat.ts";
import type { Tokenizer } from "../../server/tokenizer/tokenizer.ts";
import type { Corpus, Use } from "./corpus.ts";
import { drawExamples } from "./drawExamples.ts";

/** Of the sequences, the longest document among them. */
const SEQUENCE_TOKENS = 1024;

export interface DatasetOptions {
  use: Use;
  tokens: number; // at least so many, padding not counted
  seed: number;
  only?: "plain"; // documents from left to right alone
  recipe?: Recipe; // default: the quick tier's
}

interface Counts {
  examples: number;
  tokens: number;
  withContext: number;
}

/** What a dataset holds; dataset.json says it too. */
export interface DatasetSummary {
  trainedTokens: number; // those that are not padding
  lossWeight: { middle: number; surroundings: number; plain: number }; // sums of the weights, where a token's full weight is 1
  counts: Partial<Record<ExampleKind, Counts>>;
}

/**
 * Writes the folder `out`: `tokens.u16`, `weights.u8`, `documents.u8` [sequences, 1024], and `dataset.json`.
 * @throws UserError badInput for a corpus that no example can be made of
 */
export async function writeDataset(
  corpus: Corpus,
  { use, tokens, seed, only, recipe = BASE_RECIPE }: DatasetOptions,
  { tokenizer, parsers }: { tokenizer: Tokenizer; parsers: Parsers },
  out: string,
): Promise<DatasetSummary> {
  const sources = corpus.sources.filter((source) => source.package.use === use && source.files.length > 0);
  const summary: DatasetSummary = {
    trainedTokens: 0,
    lossWeight: { middle: 0, surroundings: 0, plain: 0 },
    counts: {},
  };
  const packer = new Packer(SEQUENCE_TOKENS);
  const writer = new DatasetWriter(out);
  for await (const example of drawExamples(
    sources,
    { tokenizer, parsers, dice: new Dice(seed), recipe },
    SEQUENCE_TOKENS,
    only,
  )) {
    const full = packer.add(example);
    if (full) writer.write(full);
    count(example, summary, recipe);
    if (summary.trainedTokens >= tokens) break;
  }
  for (const sequence of packer.finish()) writer.write(sequence);
  writer.finish({
    sequenceTokens: SEQUENCE_TOKENS,
    vocabSize: tokenizer.vocabSize,
    promptFormat: versionOfFormat(recipe.format) ?? recipe.format,
    ...summary,
    seed,
    use,
    recipe: only === "plain" ? { plainTokens: recipe.plainTokens } : recipe,
    sources: sources.map(({ package: { name, version }, files, bytes }) => ({
      name,
      version,
      files: files.length,
      bytes,
    })),
    rejected: corpus.rejected,
  });
  return summary;
}

function count(example: Example, summary: DatasetSummary, recipe: Recipe): void {
  const counts = (summary.counts[example.kind] ??= { examples: 0, tokens: 0, withContext: 0 });
  counts.examples++;
  counts.tokens += example.tokens.length;
  if (example.hasContext) counts.withContext++;
  summary.trainedTokens += example.tokens.length;
  for (const weight of example.weights) {
    const part = example.kind === "plain" ? "plain" : weight === recipe.weights.middle ? "middle" : "surroundings";
    summary.lossWeight[part] += weight / 64;
  }
}
