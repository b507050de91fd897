// Draws examples from a corpus until there are enough tokens: which package, which file, which kind. The same seed, the same examples.

import { badInput } from "../../server/protocol/errors.ts";
import type { CorpusFile, CorpusSource } from "./corpus.ts";
import { type Example, type ExampleKind, type ExampleTools, fimExample, plainExample, RECIPE } from "./examples.ts";
import { isTypeScriptPath } from "./fileFilter.ts";
import type { SpanKind } from "./spans.ts";

/** TypeScript to JavaScript. */
const TYPESCRIPT_SHARE = 0.75;
/** A file is drawn by its length up to this many units, so that a few huge files are not all that is seen of a package. */
const MAX_FILE_WEIGHT = 20_000;
/** So many files in a row without a place of the kind that was asked for: the corpus has none. */
const MAX_MISSES = 500;

const SPAN_KINDS = Object.keys(RECIPE.spanShares) as SpanKind[];

/**
 * Examples without end. A kind that a file has no place for is looked for in other files, so that the shares are kept.
 * @param only "plain" for documents from left to right alone
 * @throws UserError badInput for a corpus without files, or without any place to cut an example at
 */
export async function* drawExamples(
  sources: readonly CorpusSource[],
  tools: ExampleTools,
  only?: "plain",
): AsyncGenerator<Example> {
  const { dice } = tools;
  const groups = languageGroups(sources);
  let misses = 0;
  let tokens = 0;
  let plainTokens = 0;
  for (;;) {
    const isPlainNext = plainTokens <= tokens * RECIPE.plainShare;
    const kind: ExampleKind = only ?? (isPlainNext ? "plain" : drawKind(tools));
    let example: Example | undefined;
    while (!example) {
      const group = groups[dice.weighted(groups.map(({ share }) => share))];
      const { source, files, fileWeights } = group.members[dice.weighted(group.weights)];
      const file = files[dice.weighted(fileWeights)];
      example = kind === "plain" ? plainExample(file, tools) : await fimExample(kind, file, source, tools);
      misses = example ? 0 : misses + 1;
      if (misses > MAX_MISSES) throw noExamples(`no file has a place of the kind "${kind}"`);
    }
    tokens += example.tokens.length;
    if (kind === "plain") plainTokens += example.tokens.length;
    yield example;
  }
}

function drawKind({ dice }: ExampleTools): SpanKind {
  return SPAN_KINDS[dice.weighted(SPAN_KINDS.map((kind) => RECIPE.spanShares[kind]))];
}

interface LanguageGroup {
  share: number;
  members: { source: CorpusSource; files: CorpusFile[]; fileWeights: number[] }[];
  weights: number[]; // square root of the member's bytes
}

function languageGroups(sources: readonly CorpusSource[]): LanguageGroup[] {
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
  const groups = [
    group(TYPESCRIPT_SHARE, isTypeScriptPath),
    group(1 - TYPESCRIPT_SHARE, (path) => !isTypeScriptPath(path)),
  ].filter(({ members }) => members.length > 0);
  if (groups.length === 0) throw noExamples("no file is left after the filters");
  return groups;
}

const noExamples = (reason: string) =>
  badInput(
    `No training examples can be made of this corpus: ${reason}.`,
    "Give it packages or files with source text.",
  );
