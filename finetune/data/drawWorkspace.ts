// Draws the examples of one pass over a workspace: each stretch of each file about once, recently added lines more often, with general code
// mixed in so that nothing else is forgotten. The same files and seed give the same examples.

import { setImmediate as turn } from "node:timers/promises";
import { Cancelled } from "../../common/errors.ts";
import { languageOfPath } from "../../common/syntax/languages.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import type { Tokenizer } from "../../server/engine/tokenizer/tokenizer.ts";
import { packagesOf } from "../general/general.ts";
import type { FileSet, SourceFile } from "../sourceFile.ts";
import { commentLines } from "./commentLines.ts";
import {
  type Example,
  type ExampleTools,
  fimExampleOf,
  layOut,
  type ParsedFile,
  plainExample,
  withClosers,
} from "./examples.ts";
import type { Lesson } from "./keptExamples.ts";
import { PlacesByWeight } from "./placesByWeight.ts";
import type { IsRecent } from "./recentLines.ts";
import type { Recipe } from "./recipe.ts";
import { retrievedContext } from "./retrievedContext.ts";
import { SeededRandom, shuffled } from "./seededRandom.ts";
import type { SpanKind } from "./spans.ts";

/** Tokens of a file per example: slightly fewer than an example shows on average, beside pieces of other files. */
const STRETCH_TOKENS = 400;
const RECENT_WEIGHT = 3;
/** Span kinds that every text has a place for, tried where a text has none for the drawn kind. */
const ANYWHERE: readonly SpanKind[] = ["cursorLine", "lines", "characters"];

export interface DrawOptions {
  recipe: Recipe;
  maxTokens: number; // of an example
  seed: number;
  isRecent?: IsRecent;
  signal: AbortSignal;
}

interface Tools {
  tokenizer: Tokenizer;
  parsers: Parsers;
}

type ContextOf = (file: SourceFile) => FileSet;

/**
 * The examples of one pass over `files`, file by file in an order determined by the seed.
 * @param contextOf the other files that an example of a file may show pieces of; never held-out ones where the examples are learnt from
 * @throws Cancelled
 */
export async function* drawPass(
  files: readonly SourceFile[],
  contextOf: ContextOf,
  { tokenizer, parsers }: Tools,
  { recipe, maxTokens, seed, isRecent = () => false, signal }: DrawOptions,
): AsyncGenerator<Example> {
  const random = new SeededRandom(seed);
  const tools = { tokenizer, parsers, random, recipe, retrieve: retrievedContext };
  const share = { tokens: 0, plainTokens: 0 };
  for (const file of shuffled(files, random)) {
    const languageId = languageOfPath(file.path);
    if (languageId === undefined || file.text === "") continue;
    const tree = parsers.for(languageId)?.parse(file.text);
    try {
      const comments = commentLines(file.text, languageId, tree);
      const places = new PlacesByWeight(file.text, (line) => {
        if (comments.has(line)) return recipe.commentWeight;
        return isRecent(file.path, line) ? RECENT_WEIGHT : 1;
      });
      const unitsPerToken = file.text.length / tokenizer.encode(file.text).length;
      const stretches = places.stretches(STRETCH_TOKENS * unitsPerToken);
      for (let stretch = 0; stretch < stretches; stretch++) {
        if (signal.aborted) throw new Cancelled();
        const drawPlace = () => places.drawIn(stretch, stretches, random);
        const isPlain = share.plainTokens < share.tokens * recipe.plainShare;
        const example = isPlain
          ? plainExample(file, tools, drawPlace())
          : await fimAt({ ...file, languageId, tree }, contextOf(file), tools, maxTokens, drawPlace);
        if (!example || example.tokens.length > maxTokens) continue;
        share.tokens += example.tokens.length;
        if (isPlain) share.plainTokens += example.tokens.length;
        yield example;
      }
    } finally {
      tree?.dispose();
    }
    await turn(); // lets a cancellation in
  }
}

/** An example of a random kind, or else of a kind that is possible everywhere; undefined where there is none of at most `maxTokens`. */
async function fimAt(
  file: ParsedFile,
  context: FileSet,
  tools: ExampleTools & { recipe: Recipe },
  maxTokens: number,
  drawPlace: () => number,
): Promise<Example | undefined> {
  const shares = tools.recipe.spanShares;
  const kinds = Object.keys(shares) as SpanKind[];
  const drawn = kinds[tools.random.weighted(Object.values(shares))]!;
  for (const kind of [drawn, ...ANYWHERE.filter((other) => other !== drawn)]) {
    const example = await fimExampleOf(kind, file, context, tools, drawPlace);
    if (example && example.tokens.length <= maxTokens) return example;
  }
  return undefined;
}

/** The examples of a pass and its general code, in an order determined by the seed. */
export interface TrainingPass {
  examples: Example[];
  tokens: number;
  generalTokens: number;
}

/**
 * @param general code from elsewhere; empty for a pass without general code
 * @param generalShare share of all tokens
 * @throws Cancelled
 */
export async function drawTraining(
  files: readonly SourceFile[],
  general: readonly SourceFile[],
  generalShare: number,
  tools: Tools,
  options: DrawOptions,
): Promise<TrainingPass> {
  const own: FileSet = { files };
  const examples: Example[] = [];
  for await (const example of drawPass(files, () => own, tools, options)) examples.push(example);
  const tokens = tokensOf(examples);
  const wanted = Math.round((tokens * generalShare) / (1 - generalShare));
  const plain = { ...options, isRecent: undefined };
  const others = await drawTokens(general, packagesOf(general), wanted, tools, plain, "enough");
  const generalTokens = tokensOf(others);
  return {
    examples: shuffled([...examples, ...others], new SeededRandom(options.seed)),
    tokens: tokens + generalTokens,
    generalTokens,
  };
}

/**
 * The examples of kept lessons, each once, as many as find room.
 * @param lessons those that come first are preferred
 * @returns also how many fit into no example, and for how many there was no room
 * @throws Cancelled
 */
export async function drawLessons(
  lessons: readonly Lesson[],
  context: FileSet,
  mostTokens: number,
  { tokenizer, parsers }: Tools,
  { recipe, maxTokens, seed, signal }: DrawOptions,
): Promise<{ examples: Example[]; tokens: number; unfit: number; left: number }> {
  const random = new SeededRandom(seed);
  const examples: Example[] = [];
  let [tokens, unfit] = [0, 0];
  for (const [index, { path, languageId, gap, weight }] of lessons.entries()) {
    if (signal.aborted) throw new Cancelled();
    const { prefix, middle, suffix } = withClosers(gap);
    const place = { path, languageId, prefix, suffix };
    const wantsContext = random.chance(recipe.contextShare);
    const pieces = wantsContext ? await retrievedContext(place, context, parsers) : [];
    const budget = random.logBetween(...(wantsContext ? recipe.contextFimTokens : recipe.fimTokens));
    const example = layOut("pause", { ...place, pieces }, middle, budget, tokenizer, recipe);
    if (!example || example.tokens.length > maxTokens) unfit++;
    else if (tokens + example.tokens.length > mostTokens)
      return { examples, tokens, unfit, left: lessons.length - index };
    else {
      tokens += example.tokens.length;
      examples.push({ ...example, weights: example.weights.map((own) => Math.round(own * weight)) });
    }
  }
  return { examples, tokens, unfit, left: 0 };
}

/** Examples from as many passes as are needed for `wantedTokens`, evenly from all files; fewer where a pass gives none. */
export async function drawJudging(
  files: readonly SourceFile[],
  context: FileSet,
  wantedTokens: number,
  tools: Tools,
  options: DrawOptions,
): Promise<Example[]> {
  const drawn = await drawTokens(files, () => context, wantedTokens, tools, options, "wholePasses");
  let left = wantedTokens;
  const order = shuffled(drawn, new SeededRandom(options.seed));
  return order.slice(0, order.findIndex(({ tokens: own }) => (left -= own.length) <= 0) + 1 || order.length);
}

/**
 * Examples from as many passes as are needed for `wantedTokens`, one file after the other; fewer where a pass gives none.
 * @param until whether the last pass is completed, or ends as soon as there are enough tokens
 */
async function drawTokens(
  files: readonly SourceFile[],
  contextOf: ContextOf,
  wantedTokens: number,
  tools: Tools,
  options: DrawOptions,
  until: "wholePasses" | "enough",
): Promise<Example[]> {
  const examples: Example[] = [];
  let tokens = 0;
  for (let pass = 0; tokens < wantedTokens; pass++) {
    const before = tokens;
    for await (const example of drawPass(files, contextOf, tools, { ...options, seed: options.seed + pass })) {
      examples.push(example);
      tokens += example.tokens.length;
      if (until === "enough" && tokens >= wantedTokens) break;
    }
    if (tokens === before) break;
  }
  return examples;
}

function tokensOf(examples: readonly Example[]): number {
  return examples.reduce((sum, { tokens }) => sum + tokens.length, 0);
}
