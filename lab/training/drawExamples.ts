// Draws examples from a corpus until there are enough tokens: which package, which file, which kind. The same seed, the same examples.

import { badInput } from "../../common/errors.ts";
import {
  type Example,
  type ExampleKind,
  type ExampleTools,
  fimExample,
  plainExample,
} from "../../finetune/data/examples.ts";
import { BASE_RECIPE, type Recipe } from "../../finetune/data/recipe.ts";
import type { SeededRandom } from "../../finetune/data/seededRandom.ts";
import type { SpanKind } from "../../finetune/data/spans.ts";
import type { CorpusFile, CorpusSource } from "./corpus.ts";
import { docstringExample } from "./docstringExample.ts";
import { isJsxPath, isPythonPath, isTypeScriptPath } from "./fileFilter.ts";

/** A file is drawn by its length up to this many units, so that a few huge files are not all that is seen of a package. */
const MAX_FILE_WEIGHT = 20_000;
/** After this many files in a row without a usable example of the requested kind, the corpus counts as having none. */
const MAX_MISSES = 100;

/**
 * Examples without end, each of at most `maxTokens` tokens. A kind that a file has no place for is looked for in other files, so that the
 * shares are kept; a kind that no file has a place for is not asked for again.
 * @param only "plain" for documents from left to right alone
 * @throws UserError badInput for a corpus without files, or without any place to cut an example at
 */
export async function* drawExamples(
  sources: readonly CorpusSource[],
  tools: ExampleTools,
  maxTokens: number,
  only?: "plain",
): AsyncGenerator<Example> {
  const { random, recipe = BASE_RECIPE } = tools;
  const groups = languageGroups(sources, recipe.languageShares);
  const spanKinds = (Object.keys(recipe.spanShares) as SpanKind[]).filter((kind) => recipe.spanShares[kind] > 0);
  const docstring = recipe.docstringShare > 0 ? (["docstring"] as const) : [];
  let kinds: ExampleKind[] = only ? [only] : ["plain", ...docstring, ...spanKinds];
  let tokens = 0;
  let plainTokens = 0;
  while (kinds.length > 0) {
    const isPlainNext = plainTokens <= tokens * recipe.plainShare;
    const kind = drawKind(kinds, isPlainNext, random, recipe);
    const example = await drawExample(kind, groups, tools, maxTokens);
    if (!example) {
      kinds = kinds.filter((other) => other !== kind);
      continue;
    }
    tokens += example.tokens.length;
    if (kind === "plain") plainTokens += example.tokens.length;
    yield example;
  }
  throw noExamples(`no file has a place to cut an example of at most ${maxTokens} tokens at`);
}

/** "plain" where it is its turn and there is any, else one of the others by their shares. */
function drawKind(
  kinds: readonly ExampleKind[],
  isPlainNext: boolean,
  random: SeededRandom,
  recipe: Recipe,
): ExampleKind {
  const spanKinds = kinds.filter((kind) => kind !== "plain" && kind !== "docstring");
  if (isPlainNext && kinds.includes("plain")) return "plain";
  if (kinds.includes("docstring") && (spanKinds.length === 0 || random.chance(recipe.docstringShare)))
    return "docstring";
  if (spanKinds.length === 0) return "plain";
  return spanKinds[random.weighted(spanKinds.map((kind) => recipe.spanShares[kind]))];
}

/** An example of the kind from some file; undefined where many files in a row had none. */
async function drawExample(
  kind: ExampleKind,
  groups: readonly LanguageGroup[],
  tools: ExampleTools,
  maxTokens: number,
): Promise<Example | undefined> {
  const { random } = tools;
  for (let miss = 0; miss < MAX_MISSES; miss++) {
    const group = groups[random.weighted(groups.map(({ share }) => share))];
    const { source, files, fileWeights } = group.members[random.weighted(group.weights)];
    const file = files[random.weighted(fileWeights)];
    const example = await cutFrom(kind, file, source, tools);
    if (example && example.tokens.length <= maxTokens) return example;
  }
  return undefined;
}

async function cutFrom(
  kind: ExampleKind,
  file: CorpusFile,
  source: CorpusSource,
  tools: ExampleTools,
): Promise<Example | undefined> {
  if (kind === "plain") return plainExample(file, tools);
  return kind === "docstring" ? docstringExample(file, tools) : fimExample(kind, file, source, tools);
}

interface LanguageGroup {
  share: number;
  members: { source: CorpusSource; files: CorpusFile[]; fileWeights: number[] }[];
  weights: number[]; // square root of the member's bytes
}

function languageGroups(sources: readonly CorpusSource[], shares: Recipe["languageShares"]): LanguageGroup[] {
  const group = (share: number, isIn: (path: string) => boolean): LanguageGroup => {
    const members = sources
      .map((source) => ({ source, files: source.files.filter((file) => isIn(file.path)) }))
      .filter(({ files }) => files.length > 0)
      .map((member) => ({
        ...member,
        fileWeights: member.files.map(({ text }) => Math.min(text.length, MAX_FILE_WEIGHT)),
      }));
    const weights = members.map(({ files }) => Math.sqrt(files.reduce((sum, { text }) => sum + text.length, 0)));
    return { share, members, weights };
  };
  const groups = (Object.keys(shares) as (keyof typeof shares)[])
    .filter((language) => shares[language] > 0)
    .map((language) => group(shares[language], (path) => languageGroupOf(path, shares) === language))
    .filter(({ members }) => members.length > 0);
  if (groups.length === 0) throw noExamples("no file is left after the filters");
  return groups;
}

function languageGroupOf(path: string, { jsx }: Recipe["languageShares"]): keyof Recipe["languageShares"] {
  if (isPythonPath(path)) return "python";
  if (jsx > 0 && isJsxPath(path)) return "jsx";
  return isTypeScriptPath(path) ? "typescript" : "javascript";
}

const noExamples = (reason: string) =>
  badInput(
    `No training examples can be made of this corpus: ${reason}.`,
    "Give it packages or files with source text.",
  );
