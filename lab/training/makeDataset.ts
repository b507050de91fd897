// Makes a training data folder from the locked packages; npm fetches those that the cache folder lacks.
//
// node lab/training/makeDataset.ts --cache DIR --out DIR --tokens N [--seed S] [--use train|validation] [--plain]
//   [--tier quick|strong] [--model DIR]   (the strong tier's: Python besides, and recipes of its own)
//   [--recipe 1|2]                        (the tier's first, or its newest, which it is unless told)
//   [--format NAME] [--surroundings W]    (to compare with: another layout, and the weight of the text around a middle, from 0 to 1)
//   [--middles-alone DIR]                 (the same examples once more, with 0 for that weight)
//   [--part I/N]                          (of the packages each Nth, from the Ith of 0 to N - 1 on: parts run side by side, and train.py reads them all)
//
// SIGTERM ends it early with a whole dataset of fewer tokens.

import { parseArgs } from "node:util";
import { badInput, UserError } from "../../common/errors.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import {
  BASE_RECIPE,
  QUICK_RECIPE_2,
  type Recipe,
  STRONG_RECIPE,
  STRONG_RECIPE_2,
} from "../../finetune/data/recipe.ts";
import { shippedModelDir } from "../../server/engine/models/tiers.ts";
import { FORMAT_NAMES } from "../../server/engine/prompt/types.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import { TIERS, type Tier } from "../../server/host/protocol/tiers.ts";
import { allPackages, listedPackages, readCorpus, USES } from "./corpus.ts";
import { writeDataset } from "./writeDataset.ts";

const USAGE =
  "Usage: node lab/training/makeDataset.ts --cache DIR --out DIR --tokens N [--seed S] [--use train|validation] [--plain] [--tier quick|strong] [--model DIR] [--recipe N] [--format NAME] [--surroundings W] [--middles-alone DIR] [--part I/N]";

/** What each tier's adapter is trained on, the newest last. */
const RECIPES: Readonly<Record<Tier, readonly Recipe[]>> = {
  quick: [BASE_RECIPE, QUICK_RECIPE_2],
  strong: [STRONG_RECIPE, STRONG_RECIPE_2],
};

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
      recipe: { type: "string" },
      format: { type: "string" },
      surroundings: { type: "string" },
      "middles-alone": { type: "string" },
      part: { type: "string", default: "0/1" },
    },
  });
  const use = USES.find((known) => known === values.use);
  const tokens = Number(values.tokens);
  const seed = Number(values.seed);
  const tier = TIERS.find((known) => known === values.tier);
  const base = tier && RECIPES[tier].at(values.recipe === undefined ? -1 : Number(values.recipe) - 1);
  const [part, parts] = values.part.split("/").map(Number);
  const surroundings = values.surroundings === undefined ? undefined : Number(values.surroundings);
  const format = FORMAT_NAMES.find((name) => name === (values.format ?? base?.format));
  if (
    !values.cache ||
    !values.out ||
    !use ||
    !(tokens > 0) ||
    !Number.isInteger(seed) ||
    !tier ||
    !base ||
    !format ||
    !isWeight(surroundings)
  )
    throw badInput("These options do not fit.", USAGE);
  const startMs = performance.now();
  // Validation packages are read for training too: a training file that is nearly one of theirs is left out.
  // The first recipe of the quick tier was for npm alone.
  const packages = (base === BASE_RECIPE ? listedPackages() : allPackages()).filter(
    (entry) => use === "train" || entry.use === use,
  );
  const corpus = await readCorpus(packages, values.cache);
  const readMs = performance.now() - startMs;
  const tokenizer = await loadTokenizer(values.model ?? shippedModelDir(tier));
  const parsers = await createParsers();
  const only = values.plain ? "plain" : undefined;
  const weights = surroundings === undefined ? base.weights : { ...base.weights, surroundings: surroundings * 64 };
  const ended = new AbortController();
  process.once("SIGTERM", () => ended.abort());
  const middlesAlone = values["middles-alone"];
  const recipe = { ...base, format, weights };
  const summary = await writeDataset(
    corpus,
    { use, tokens, seed, only, recipe, part: [part, parts], middlesAlone, enough: ended.signal },
    { tokenizer, parsers },
    values.out,
  );
  const drawMs = performance.now() - startMs - readMs;
  console.log(JSON.stringify({ ...summary, readMs: Math.round(readMs), drawMs: Math.round(drawMs) }));
}

/** Weights are kept in 1/64. */
const isWeight = (weight: number | undefined): boolean =>
  weight === undefined || (weight >= 0 && weight <= 1 && Number.isInteger(weight * 64));

main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  console.error(`${error.message} ${error.action}`);
  process.exitCode = 1;
});
