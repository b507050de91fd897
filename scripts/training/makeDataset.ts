// Makes a training data folder from the locked packages; npm fetches those that the cache folder lacks.
//
// node scripts/training/makeDataset.ts --cache DIR --out DIR --tokens N [--seed S] [--use train|validation] [--plain]
//   [--tier quick|strong] [--model DIR] [--format NAME]      (the strong tier's: Python besides, and its own recipe; another layout to compare with)

import { parseArgs } from "node:util";
import { createParsers } from "../../common/syntax/parsers.ts";
import { BASE_RECIPE, type Recipe, STRONG_RECIPE } from "../../finetune/data/recipe.ts";
import { shippedModelDir } from "../../server/models/tiers.ts";
import { FORMAT_NAMES } from "../../server/prompt/promptFormat.ts";
import { badInput, UserError } from "../../server/protocol/errors.ts";
import { TIERS, type Tier } from "../../server/protocol/tiers.ts";
import { loadTokenizer } from "../../server/tokenizer/bpeTokenizer.ts";
import { packagesOf, readCorpus, USES } from "./corpus.ts";
import { writeDataset } from "./writeDataset.ts";

const USAGE =
  "Usage: node scripts/training/makeDataset.ts --cache DIR --out DIR --tokens N [--seed S] [--use train|validation] [--plain] [--tier quick|strong] [--model DIR] [--format NAME]";

/** What each tier's adapter is trained on. */
const RECIPES: Readonly<Record<Tier, Recipe>> = { quick: BASE_RECIPE, strong: STRONG_RECIPE };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cache: { type: "string" },
      out: { type: "string" },
      tokens: { type: "string" },
      seed: { type: "string", default: "1" },
      use: { type: "string", default: "train" },
      plain: { type: "boolean", default: false },
      tier: { type: "string", default: "quick" },
      model: { type: "string" },
      format: { type: "string" },
    },
  });
  const use = USES.find((known) => known === values.use);
  const tokens = Number(values.tokens);
  const seed = Number(values.seed);
  const tier = TIERS.find((known) => known === values.tier);
  const base = tier && RECIPES[tier];
  const format = FORMAT_NAMES.find((name) => name === (values.format ?? base?.format));
  if (!values.cache || !values.out || !use || !(tokens > 0) || !Number.isInteger(seed) || !tier || !base || !format)
    throw badInput("These options do not fit.", USAGE);
  const startMs = performance.now();
  // Validation packages are read for training too: a training file that is nearly one of theirs is left out.
  const packages = packagesOf(tier).filter((entry) => use === "train" || entry.use === use);
  const corpus = await readCorpus(packages, values.cache);
  const readMs = performance.now() - startMs;
  const tokenizer = await loadTokenizer(values.model ?? shippedModelDir(tier));
  const parsers = await createParsers();
  const only = values.plain ? "plain" : undefined;
  const summary = await writeDataset(
    corpus,
    { use, tokens, seed, only, recipe: { ...base, format } },
    { tokenizer, parsers },
    values.out,
  );
  const drawMs = performance.now() - startMs - readMs;
  console.log(JSON.stringify({ ...summary, readMs: Math.round(readMs), drawMs: Math.round(drawMs) }));
}

main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  console.error(`${error.message} ${error.action}`);
  process.exitCode = 1;
});
