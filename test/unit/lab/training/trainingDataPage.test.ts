// The page of either tier, from two packages and a dataset's own description.

import assert from "node:assert/strict";
import { test } from "node:test";
import { STRONG_RECIPE, STRONG_RECIPE_2 } from "../../../../finetune/data/recipe.ts";
import type { CorpusPackage } from "../../../../lab/training/corpus.ts";
import { type DatasetDescription, trainingDataPage } from "../../../../lab/training/trainingDataPage.ts";

const npm: CorpusPackage = {
  ...{ name: "left", version: "1.2.3", licence: "MIT", use: "train", integrity: "sha512-abc=" },
};
const wheel: CorpusPackage = {
  ...{ name: "right", version: "4.5", licence: "Apache-2.0", use: "train", integrity: "sha256-00ff" },
  wheel: "right-4.5-py3-none-any.whl",
};
const held: CorpusPackage = { ...npm, name: "held", use: "validation" };

const train: DatasetDescription = {
  ...{ sequences: 1_300, sequenceTokens: 1_024, promptFormat: 2, trainedTokens: 1_300_000, seed: 3 },
  counts: { lines: { examples: 1_234, tokens: 56_789, withContext: 12 } },
  recipe: STRONG_RECIPE,
  sources: [
    { name: "left", version: "1.2.3", files: 7, bytes: 8_000 },
    { name: "right", version: "4.5", files: 9, bytes: 2_000 },
  ],
  rejected: { short: 5 },
};
const validation = { ...train, sources: [{ name: "held", version: "1.2.3", files: 1, bytes: 300 }] };
const excluded = [{ name: "kysely-*", reason: "evaluation" as const }];

test("the strong tier's page has a table for each registry, what a run reads, and what was left out", () => {
  const page = trainingDataPage("strong", { packages: [npm, wheel, held], excluded, train, validation });
  for (const part of [
    "2 packages gave 10,000 bytes of text; examples of 1,300,000 tokens were cut from them.",
    "(seed 3)",
    "Python twice as often",
    "| integrity of the tarball |\n| --- | --- | --- | --- | --- | --- |\n| left | 1.2.3 | MIT | 7 | 8,000 | `sha512-abc=` |\n\nFrom PyPI:",
    "| hash of the wheel |\n| --- | --- | --- | --- | --- | --- |\n| right | 4.5 | Apache-2.0 | 9 | 2,000 | `sha256-00ff` |\n",
    "| held | 1.2.3 | MIT | 1 | 300 | `sha512-abc=` |",
    "| 1 to 8 whole lines | 1,234 | 56,789 | 12 |",
    "version 2)",
    "40 % of the other examples ask for pieces",
    "reads the 1,300 sequences in an order that its seed draws, 8,192 tokens a step with their padding: 163 steps",
    "`kysely-*`",
    "| shorter than 200 characters | 5 |",
  ])
    assert.ok(page.includes(part), `${part}\n${page}`);
  assert.doesNotMatch(page, /undefined|NaN/);
  assert.doesNotMatch(page, /a single statement/); // a kind that was not cut
});

test("the quick tier's page has npm's packages alone, in one table, and nothing of the other trainer", () => {
  const page = trainingDataPage("quick", { packages: [npm, held], excluded, train, validation });
  assert.ok(page.startsWith("# What the embedded model's adapter was trained on\n"));
  assert.doesNotMatch(page, /PyPI|Python|From npm|scripts\/training\/fast/);
  assert.match(page, /\n\| left \| 1\.2\.3 \|/);
});

test("a page of the second recipe tells languages as counted, where pieces come from, and which middles were left out", () => {
  const counts = (examples: number) => ({ examples, tokens: 10, withContext: 1 });
  const second: DatasetDescription = {
    ...train,
    ...{ recipe: STRONG_RECIPE_2, counts: { block: counts(321), docstring: counts(45) } },
    ...{ languages: { typescript: counts(30), python: counts(70) }, middlesLeftOut: { imports: 17 } },
  };
  const page = trainingDataPage("strong", { packages: [npm, wheel, held], excluded, train: second, validation });
  for (const part of [
    "size says; of the examples 70 % are python, 30 % are typescript.",
    "what the product's own retrieval\n  finds there.",
    "of those that end where a statement or a block does.",
    "| the inside of a block, or what is left of it from one of its statements on | 321 | 10 | 1 |",
    "asked for as the docstring command does | 45 |",
    "| several lines of imports and nothing else | 17 |",
  ])
    assert.ok(page.includes(part), `${part}\n${page}`);
  assert.doesNotMatch(page, /undefined|NaN|Python twice/);
});
