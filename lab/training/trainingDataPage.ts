// Writes TRAINING-DATA.md of a tier's model: what its adapter is trained on, package by package, and what was left out and why.
// Made of the locked lists and of what a dataset says about itself; attribution of the packages lives there.
//
// node lab/training/trainingDataPage.ts --dataset DIR --validation DIR [--tier quick|strong]

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import type { ExampleKind } from "../../finetune/data/examples.ts";
import { MIDDLE_FAULTS } from "../../finetune/data/middleFaults.ts";
import { shippedModelDir } from "../../server/engine/models/tiers.ts";
import { TIERS, type Tier } from "../../server/host/protocol/tiers.ts";
import {
  type CorpusPackage,
  EXCLUSIONS,
  type ExcludedPackage,
  excludedPackages,
  packagesOf,
  type Use,
} from "./corpus.ts";
import { REJECTIONS } from "./fileFilter.ts";

const countsSchema = z.object({ examples: z.number(), tokens: z.number(), withContext: z.number() });

const datasetSchema = z.object({
  sequences: z.number(),
  sequenceTokens: z.number(),
  promptFormat: z.number(),
  trainedTokens: z.number(),
  seed: z.number(),
  counts: z.record(z.string(), countsSchema),
  languages: z.record(z.string(), countsSchema).optional(), // not counted at first; nor were middles left out
  middlesLeftOut: z.record(z.string(), z.number()).optional(),
  recipe: z.object({
    plainShare: z.number(),
    contextShare: z.number(),
    context: z.enum(["drawn", "retrieved"]).default("drawn"),
    emptySuffixShare: z.number(),
    cutSuffixShare: z.number(),
    opensAfterWholeOnly: z.boolean().default(false),
    weights: z.object({ plain: z.number(), surroundings: z.number() }),
  }),
  sources: z.array(z.object({ name: z.string(), version: z.string(), files: z.number(), bytes: z.number() })),
  rejected: z.record(z.string(), z.number()),
});
export type DatasetDescription = z.input<typeof datasetSchema>;

export interface TrainingData {
  packages: readonly CorpusPackage[];
  excluded: readonly ExcludedPackage[];
  train: DatasetDescription;
  validation: DatasetDescription;
}

const KIND_NAMES: Record<ExampleKind, string> = {
  cursorLine: "the rest of a line from a random column on, sometimes up to four lines more",
  syntaxNode: "a syntax node (of what stands in brackets, the inside)",
  statement: "a single statement or member",
  lines: "1 to 8 whole lines",
  docComment: "a doc comment above its definition",
  characters: "from one random character to another",
  pause:
    "from where a person pauses (the beginning of a line's code, after `=`, `(`, `.`, `return` and the like) to its end, sometimes up to four lines more",
  unit: "from where a person pauses to the end of what the line begins (a statement, an argument, a branch), sometimes up to five neighbours more",
  block: "the inside of a block, or what is left of it from one of its statements on",
  documentedBody: "the body of a function behind its docstring or below its doc comment",
  docstring: "the words of one part of a docstring, asked for as the docstring command does",
  plain: "plain text from left to right",
};

/** What the pages say differently. */
const WORDS: Readonly<Record<Tier, { model: string; lists: string; published: string; languages: string }>> = {
  quick: {
    model: "embedded",
    lists: "list (`lab/training/packages.json`)",
    published: "npm packages",
    languages: "TypeScript three times as often as JavaScript",
  },
  strong: {
    model: "strong",
    lists: "lists (`packages.json` and `pythonPackages.json` in `lab/training/`)",
    published: "packages of npm and PyPI",
    languages: "TypeScript three times as often as JavaScript, and Python twice as often",
  },
};

/** How lab/training/fast trains the strong tier's adapter. */
const STRONG_RUN = { rank: 16, batchTokens: 8192, rate: "4e-4", warmupSteps: 8 } as const;

/** The text of the page. */
export function trainingDataPage(tier: Tier, data: TrainingData): string {
  const { train } = data;
  const { model, lists, published } = WORDS[tier];
  const totalBytes = train.sources.reduce((sum, { bytes }) => sum + bytes, 0);
  const { plainShare, contextShare, emptySuffixShare, cutSuffixShare, weights } = train.recipe;
  const { context, opensAfterWholeOnly } = train.recipe;
  return `# What the ${model} model's adapter was trained on

Made by \`node lab/training/trainingDataPage.ts\` from the locked ${lists} and from what
\`node lab/training/makeDataset.ts\` wrote (seed ${train.seed}); not edited by hand. Published ${published} under permissive licences only, each checked
against the hash below. Nothing of their text is in this repository, but for what a model of this size may remember. The weights that the adapter adds to are
another's: see \`README.md\`.

## Packages for training

${train.sources.length} packages gave ${grouped(totalBytes)} bytes of text; examples of ${grouped(train.trainedTokens)} tokens were cut from them. A package is drawn as often as the square root of its
size says${languageShares(tier, train)}.

${packageTables(data, "train")}

## Packages for validation

Whole packages, never files of one that is trained on. A training file that is nearly the same as one of theirs is left out.

${packageTables(data, "validation")}

## Examples

| what is left out and to be written | examples | tokens | with context |
| --- | --- | --- | --- |
${exampleRows(train)}

- Laid out as in use (\`server/engine/prompt/promptFormat.ts\`, fill in the middle, version ${train.promptFormat}); several examples in a sequence of ${grouped(train.sequenceTokens)} tokens, none seeing another.
- ${percent(plainShare)} of the tokens are plain text. ${percent(contextShare)} of the other examples ask for pieces of other files of the package before them: ${PIECES[context ?? "drawn"]}. Where there are none, or they do not fit, the example goes without.
- The text after the cursor is missing in ${percent(emptySuffixShare)} and cut to its first lines in ${percent(cutSuffixShare)}${opensAfterWholeOnly ? " of those that end where a statement or a block does" : ""}.
- Weight in the loss: 1 for what is to be written and its end, ${weights.plain / 64} for plain text, ${weights.surroundings / 64} for the text around a middle, 0 for markers and paths.
${tier === "strong" ? `\n${strongRun(train)}\n` : ""}
## What was left out

Packages that are never added to the list (a test holds the list against them):

| why | packages |
| --- | --- |
${exclusionRows(data.excluded)}

Files of the packages above:

| why | files |
| --- | --- |
${rejectionRows(train)}
${middleRows(train)}
Licence banners at the top of files and addresses of people are cut out of the text.
`;
}

/** Where the pieces before an example come from. */
const PIECES = {
  drawn: "of those that the file\n  imports, else of its folder",
  retrieved: "what the product's own retrieval\n  finds there",
} as const;

/** How often each language was drawn: as it was counted, or in words where it was not. */
function languageShares(tier: Tier, { languages }: DatasetDescription): string {
  if (!languages) return `, ${WORDS[tier].languages}`;
  const counted = Object.entries(languages).sort(([, a], [, b]) => b.examples - a.examples);
  const all = counted.reduce((sum, [, { examples }]) => sum + examples, 0);
  return `; of the examples ${counted.map(([name, { examples }]) => `${percent(examples / all)} are ${name}`).join(", ")}`;
}

/** A table of the middles that were left out, where they were counted. */
function middleRows({ middlesLeftOut }: DatasetDescription): string {
  if (!middlesLeftOut) return "";
  const rows = Object.entries(MIDDLE_FAULTS).map(
    ([fault, meaning]) => `| ${meaning} | ${grouped(middlesLeftOut[fault] ?? 0)} |\n`,
  );
  return `\nMiddles that teach next to nothing:\n\n| why | middles |\n| --- | --- |\n${rows.join("")}`;
}

/** A table for each registry that the tier has packages of. */
function packageTables({ packages, train, validation }: TrainingData, use: Use): string {
  const keptOf = new Map([...train.sources, ...validation.sources].map((source) => [source.name, source]));
  const table = (of: readonly CorpusPackage[], hash: string): string =>
    [
      `| package | version | licence | files kept | bytes kept | ${hash} |`,
      "| --- | --- | --- | --- | --- | --- |",
      ...of.map(({ name, version, licence, integrity }) => {
        const { files, bytes } = keptOf.get(name) ?? { files: 0, bytes: 0 };
        return `| ${name} | ${version} | ${licence} | ${grouped(files)} | ${grouped(bytes)} | \`${integrity}\` |`;
      }),
    ].join("\n");
  const used = packages.filter((entry) => entry.use === use);
  const [ofNpm, wheels] = [false, true].map((isWheel) => used.filter(({ wheel }) => (wheel !== undefined) === isWheel));
  const npmTable = table(ofNpm, "integrity of the tarball");
  return wheels.length === 0
    ? npmTable
    : `From npm:\n\n${npmTable}\n\nFrom PyPI:\n\n${table(wheels, "hash of the wheel")}`;
}

function exampleRows({ counts }: DatasetDescription): string {
  const kinds = (Object.keys(KIND_NAMES) as ExampleKind[]).filter((kind) => counts[kind]);
  return kinds
    .map((kind) => {
      const { examples, tokens, withContext } = counts[kind];
      return `| ${KIND_NAMES[kind]} | ${grouped(examples)} | ${grouped(tokens)} | ${grouped(withContext)} |`;
    })
    .join("\n");
}

/** How a run reads the data; how far it went, and what became of it, is written where the adapter lies. */
function strongRun({ sequences, sequenceTokens }: DatasetDescription): string {
  const { rank, batchTokens, rate, warmupSteps } = STRONG_RUN;
  const inAll = Math.ceil((sequences * sequenceTokens) / batchTokens);
  return `## Training

\`lab/training/fast\` reads the ${grouped(sequences)} sequences in an order that its seed draws, ${grouped(batchTokens)} tokens a step with their padding: ${inAll} steps would read each of them once. Factors of
rank ${rank} beside all seven projections of each layer, no row of the embedding; AdamW at a learning rate of ${rate}, with ${warmupSteps} steps of warm-up, falling in the last ones. How many
steps the adapter that is in use has had is in \`adapters/fill-in-the-middle/sotto.json\`, and how it was judged in \`docs/log\`.`;
}

/** What is never trained on, and why: a row for each reason. */
export function exclusionRows(excluded: readonly ExcludedPackage[]): string {
  return Object.entries(EXCLUSIONS)
    .map(([reason, meaning]) => {
      const names = excluded.filter((entry) => entry.reason === reason).map(({ name }) => `\`${name}\``);
      return `| ${meaning} | ${names.join(", ")} |`;
    })
    .join("\n");
}

const rejectionRows = ({ rejected }: DatasetDescription): string =>
  Object.entries(REJECTIONS)
    .map(([reason, meaning]) => `| ${meaning} | ${grouped(rejected[reason] ?? 0)} |`)
    .join("\n");

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const grouped = (value: number): string => value.toLocaleString("en-US");

function main(): void {
  const { values } = parseArgs({
    options: {
      dataset: { type: "string" },
      validation: { type: "string" },
      tier: { type: "string", default: "quick" },
    },
  });
  const tier = TIERS.find((known) => known === values.tier);
  if (!values.dataset || !values.validation || !tier)
    throw new Error(
      "usage: node lab/training/trainingDataPage.ts --dataset DIR --validation DIR [--tier quick|strong]",
    );
  const describe = (dir: string): DatasetDescription =>
    datasetSchema.parse(JSON.parse(readFileSync(path.join(dir, "dataset.json"), "utf8")));
  const page = trainingDataPage(tier, {
    packages: packagesOf(tier),
    excluded: excludedPackages(),
    train: describe(values.dataset),
    validation: describe(values.validation),
  });
  writeFileSync(path.join(shippedModelDir(tier), "TRAINING-DATA.md"), page);
}

if (process.argv[1] === import.meta.filename) main();
