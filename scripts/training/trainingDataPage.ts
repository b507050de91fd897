// Writes TRAINING-DATA.md of the embedded model: what its adapter was trained on, package by package, and what was left out and why.
// Made of the locked list and of what a dataset says about itself; attribution of the packages lives there.
//
// node scripts/training/trainingDataPage.ts --dataset DIR --validation DIR

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import { packageRoot } from "../../common/util/packageRoot.ts";
import type { ExampleKind } from "../../finetune/data/examples.ts";
import { BASE_RECIPE } from "../../finetune/data/recipe.ts";
import { type CorpusPackage, EXCLUSIONS, type ExcludedPackage, excludedPackages, listedPackages } from "./corpus.ts";
import { REJECTIONS } from "./fileFilter.ts";

const datasetSchema = z.object({
  trainedTokens: z.number(),
  seed: z.number(),
  counts: z.record(z.string(), z.object({ examples: z.number(), tokens: z.number(), withContext: z.number() })),
  sources: z.array(z.object({ name: z.string(), version: z.string(), files: z.number(), bytes: z.number() })),
  rejected: z.record(z.string(), z.number()),
});
export type DatasetDescription = z.infer<typeof datasetSchema>;

const KIND_NAMES: Record<ExampleKind, string> = {
  cursorLine: "the rest of a line from a random column on, sometimes up to four lines more",
  syntaxNode: "a syntax node (of what stands in brackets, the inside)",
  statement: "a single statement or member",
  lines: "1 to 8 whole lines",
  docComment: "a doc comment above its definition",
  characters: "from one random character to another",
  pause:
    "from where a person pauses (the beginning of a line's code, after `=`, `(`, `.`, `return` and the like) to its end, sometimes up to four lines more",
  plain: "plain text from left to right",
};

/** The text of the page. */
export function trainingDataPage(
  packages: readonly CorpusPackage[],
  excluded: readonly ExcludedPackage[],
  train: DatasetDescription,
  validation: DatasetDescription,
): string {
  const keptOf = new Map([...train.sources, ...validation.sources].map((source) => [source.name, source]));
  const rows = (use: CorpusPackage["use"]) =>
    packages
      .filter((entry) => entry.use === use)
      .map(({ name, version, licence, integrity }) => {
        const { files, bytes } = keptOf.get(name) ?? { files: 0, bytes: 0 };
        return `| ${name} | ${version} | ${licence} | ${grouped(files)} | ${grouped(bytes)} | \`${integrity}\` |`;
      });
  const totalBytes = train.sources.reduce((sum, { bytes }) => sum + bytes, 0);
  const kinds = (Object.keys(KIND_NAMES) as ExampleKind[]).map((kind) => {
    const { examples, tokens, withContext } = train.counts[kind] ?? { examples: 0, tokens: 0, withContext: 0 };
    return `| ${KIND_NAMES[kind]} | ${grouped(examples)} | ${grouped(tokens)} | ${grouped(withContext)} |`;
  });
  const rejections = Object.entries(REJECTIONS).map(
    ([reason, meaning]) => `| ${meaning} | ${grouped(train.rejected[reason] ?? 0)} |`,
  );
  const exclusions = Object.entries(EXCLUSIONS).map(([reason, meaning]) => {
    const names = excluded.filter((entry) => entry.reason === reason).map(({ name }) => `\`${name}\``);
    return `| ${meaning} | ${names.join(", ")} |`;
  });
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return `# What the embedded model's adapter was trained on

Made by \`node scripts/training/trainingDataPage.ts\` from the locked list (\`scripts/training/packages.json\`) and from what
\`node scripts/training/makeDataset.ts\` wrote (seed ${train.seed}); not edited by hand. Published npm packages under permissive licences only, each checked
against the hash below. Nothing of their text is in this repository, but for what a model of this size may remember. The weights that the adapter adds to are
another's: see \`README.md\`.

## Packages for training

${train.sources.length} packages gave ${grouped(totalBytes)} bytes of text; examples of ${grouped(train.trainedTokens)} tokens were cut from them. A package is drawn as often as the square root of its
size says, TypeScript three times as often as JavaScript.

| package | version | licence | files kept | bytes kept | integrity of the tarball |
| --- | --- | --- | --- | --- | --- |
${rows("train").join("\n")}

## Packages for validation

Whole packages, never files of one that is trained on. A training file that is nearly the same as one of theirs is left out.

| package | version | licence | files kept | bytes kept | integrity of the tarball |
| --- | --- | --- | --- | --- | --- |
${rows("validation").join("\n")}

## Examples

| what is left out and to be written | examples | tokens | with context |
| --- | --- | --- | --- |
${kinds.join("\n")}

- Laid out as in use (\`server/prompt/promptFormat.ts\`, fill in the middle, version 1); several examples in a sequence of 1,024 tokens, none seeing another.
- ${percent(BASE_RECIPE.plainShare)} of the tokens are plain text. ${percent(BASE_RECIPE.contextShare)} of the other examples ask for pieces of other files of the package before them: of those that the file
  imports, else of its folder. Where there are none, or they do not fit, the example goes without.
- The text after the cursor is missing in ${percent(BASE_RECIPE.emptySuffixShare)} and cut to its first lines in ${percent(BASE_RECIPE.cutSuffixShare)}.
- Weight in the loss: 1 for what is to be written and its end, ${BASE_RECIPE.weights.plain / 64} for plain text, ${BASE_RECIPE.weights.surroundings / 64} for the text around a middle, 0 for markers and paths.

## What was left out

Packages that are never added to the list (a test holds the list against them):

| why | packages |
| --- | --- |
${exclusions.join("\n")}

Files of the packages above:

| why | files |
| --- | --- |
${rejections.join("\n")}

Licence banners at the top of files and addresses of people are cut out of the text.
`;
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}

function main(): void {
  const { values } = parseArgs({ options: { dataset: { type: "string" }, validation: { type: "string" } } });
  if (!values.dataset || !values.validation) {
    throw new Error("usage: node scripts/training/trainingDataPage.ts --dataset DIR --validation DIR");
  }
  const describe = (dir: string) =>
    datasetSchema.parse(JSON.parse(readFileSync(path.join(dir, "dataset.json"), "utf8")));
  const page = trainingDataPage(
    listedPackages(),
    excludedPackages(),
    describe(values.dataset),
    describe(values.validation),
  );
  writeFileSync(path.join(packageRoot(import.meta.dirname), "models/smollm2-135m/TRAINING-DATA.md"), page);
}

if (process.argv[1] === import.meta.filename) main();
