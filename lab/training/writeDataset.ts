// Fills a training data folder: draws examples from a corpus, packs them, writes them, and says in dataset.json what went in.
// The same corpus, options and code give the same bytes.

import { languageOfPath } from "../../common/syntax/languages.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import type { Example, ExampleKind } from "../../finetune/data/examples.ts";
import { MIDDLE_FAULTS, type MiddleFault, SeenMiddles } from "../../finetune/data/middleFaults.ts";
import { DatasetWriter, type PackedSequence, Packer } from "../../finetune/data/packing.ts";
import { BASE_RECIPE, type Recipe } from "../../finetune/data/recipe.ts";
import { retrievedContext } from "../../finetune/data/retrievedContext.ts";
import { SeededRandom } from "../../finetune/data/seededRandom.ts";
import { versionOfFormat } from "../../server/engine/prompt/promptFormat.ts";
import type { Tokenizer } from "../../server/engine/tokenizer/tokenizer.ts";
import type { Corpus, Use } from "./corpus.ts";
import { drawExamples } from "./drawExamples.ts";

/** Of the sequences, the longest document among them. */
const SEQUENCE_TOKENS = 1024;

export interface DatasetOptions {
  use: Use;
  tokens: number; // least number of tokens, without padding
  seed: number;
  only?: "plain"; // documents from left to right alone
  recipe?: Recipe; // default: the quick tier's
  /** Of the packages each `of`th, from the `index`th on; all unless told. */
  part?: readonly [index: number, of: number];
  /** A second folder for the same examples, in which the text around a middle weighs nothing. */
  middlesAlone?: string;
  /** Fired: what there is by then is the dataset. Its `trainedTokens` as `tokens` give the same one again. */
  enough?: AbortSignal;
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
  languages: Record<string, Counts>; // by language identifier
  middlesLeftOut: Record<MiddleFault, number>;
}

/**
 * Writes the folder `out`: the tokens, `weights.u8`, `documents.u8` [sequences, 1024], and `dataset.json`.
 * @throws UserError badInput for a corpus that no example can be made of
 */
export async function writeDataset(
  corpus: Corpus,
  { use, tokens, seed, only, recipe = BASE_RECIPE, part = [0, 1], middlesAlone, enough }: DatasetOptions,
  { tokenizer, parsers }: { tokenizer: Tokenizer; parsers: Parsers },
  out: string,
): Promise<DatasetSummary> {
  const [index, parts] = part;
  const sources = corpus.sources
    .filter((source) => source.package.use === use && source.files.length > 0)
    .filter((_, at) => at % parts === index);
  const summary: DatasetSummary = {
    trainedTokens: 0,
    lossWeight: { middle: 0, surroundings: 0, plain: 0 },
    counts: {},
    languages: {},
    middlesLeftOut: Object.fromEntries(Object.keys(MIDDLE_FAULTS).map((fault) => [fault, 0])) as Record<
      MiddleFault,
      number
    >,
  };
  const middles = { seen: new SeenMiddles(), leftOut: (fault: MiddleFault) => void summary.middlesLeftOut[fault]++ };
  const packer = new Packer(SEQUENCE_TOKENS);
  const writer = new DatasetWriter(out, tokenizer.vocabSize);
  const alone = middlesAlone === undefined ? undefined : new DatasetWriter(middlesAlone, tokenizer.vocabSize);
  const write = (sequence: PackedSequence) => {
    writer.write(sequence);
    alone?.write(withoutSurroundings(sequence, recipe));
  };
  for await (const example of drawExamples(
    sources,
    { tokenizer, parsers, random: new SeededRandom(seed), recipe, middles, retrieve: retrievedContext },
    SEQUENCE_TOKENS,
    only,
  )) {
    const full = packer.add(example);
    if (full) write(full);
    count(example, summary, recipe);
    if (summary.trainedTokens >= tokens || enough?.aborted) break;
  }
  for (const sequence of packer.finish()) write(sequence);
  const facts = {
    sequenceTokens: SEQUENCE_TOKENS,
    promptFormat: versionOfFormat(recipe.format) ?? recipe.format,
    ...summary,
    seed,
    use,
    ...(parts > 1 ? { part } : {}),
    recipe: only === "plain" ? { plainTokens: recipe.plainTokens } : recipe,
    sources: sources.map(({ package: { name, version }, files, bytes }) => ({
      name,
      version,
      files: files.length,
      bytes,
    })),
    rejected: corpus.rejected,
  };
  writer.finish(facts);
  alone?.finish({
    ...facts,
    lossWeight: { ...summary.lossWeight, surroundings: 0 },
    recipe: { ...recipe, weights: { ...recipe.weights, surroundings: 0 } },
  });
  return summary;
}

/** The same sequence; in documents that have a middle nothing but that weighs something. */
function withoutSurroundings(
  { tokens, weights, documents }: PackedSequence,
  { weights: { middle } }: Recipe,
): PackedSequence {
  const withMiddle = new Set(documents.filter((_, at) => weights[at] === middle));
  return {
    tokens,
    documents,
    weights: weights.map((weight, at) => (withMiddle.has(documents[at]) && weight !== middle ? 0 : weight)),
  };
}

function count(example: Example, summary: DatasetSummary, recipe: Recipe): void {
  const language = languageOfPath(example.path) ?? "other";
  for (const counts of [
    (summary.counts[example.kind] ??= emptyCounts()),
    (summary.languages[language] ??= emptyCounts()),
  ]) {
    counts.examples++;
    counts.tokens += example.tokens.length;
    if (example.hasContext) counts.withContext++;
  }
  summary.trainedTokens += example.tokens.length;
  for (const weight of example.weights) {
    const part = example.kind === "plain" ? "plain" : weight === recipe.weights.middle ? "middle" : "surroundings";
    summary.lossWeight[part] += weight / 64;
  }
}

const emptyCounts = (): Counts => ({ examples: 0, tokens: 0, withContext: 0 });
