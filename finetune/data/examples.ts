// Cuts training examples from files: fill-in-the-middle in the product's own prompt layout, and plain documents from left to right. Gives tokens
// and the weight of predicting each; `packing.ts` packs them into sequences.

import { languageOfPath } from "../../common/syntax/languages.ts";
import { lineEndOf, lineStartOf } from "../../common/syntax/lines.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import type { SyntaxTree } from "../../common/syntax/syntax.ts";
import { idsOfSegments, packPrompt } from "../../server/engine/prompt/packPrompt.ts";
import { promptFormats } from "../../server/engine/prompt/promptFormat.ts";
import type { PromptFormat, Segment } from "../../server/engine/prompt/types.ts";
import type { Tokenizer } from "../../server/engine/tokenizer/tokenizer.ts";
import type { ContextPiece } from "../../server/host/protocol/messages.ts";
import { AUTO_CLOSED } from "../../src/context/ownText.ts";
import type { FileSet, SourceFile } from "../sourceFile.ts";
import { type MiddleFault, middleFault, type SeenMiddles } from "./middleFaults.ts";
import { BASE_RECIPE, type Recipe } from "./recipe.ts";
import { repositoryContext } from "./repositoryContext.ts";
import type { SeededRandom } from "./seededRandom.ts";
import { type DrawPlace, drawSpan, type SpanKind } from "./spans.ts";

/** "docstring": the words of a part of a docstring, which do not occur in the text as they are. */
export type ExampleKind = SpanKind | "plain" | "docstring";

/** One document of a training sequence. */
export interface Example {
  kind: ExampleKind;
  path: string; // path of the file that it was cut from
  tokens: number[];
  weights: number[]; // weight of predicting each token from those before it, in 1/64
  hasContext: boolean;
}

/** Tokens reserved for the prompt, however long the middle is. */
const MIN_PROMPT_TOKENS = 96;
/** UTF-16 units of context pieces per token of the whole example: this many fit into the quarter that the packer leaves for pieces. */
const CONTEXT_CHARS_PER_TOKEN = 0.75;
/** Share of plain documents that begin at the top of their file. */
const FROM_TOP = 0.25;
/** UTF-16 units per token of a text that are encoded, at most, to cut a document of a given length from it. */
const MAX_CHARS_PER_TOKEN = 8;

export interface ExampleTools {
  tokenizer: Tokenizer;
  parsers: Parsers;
  random: SeededRandom;
  recipe?: Recipe; // default: the base's
  /** Chooses pieces, if the recipe uses retrieval: `retrievedContext.ts`. */
  retrieve?(place: WritingPlace, source: FileSet, parsers: Parsers): Promise<ContextPiece[]>;
  /** The middles so far, and a callback for those left out; used if the recipe excludes middles with faults. */
  middles?: { seen: SeenMiddles; leftOut(fault: MiddleFault): void };
}

/** The file being written, without the middle. */
export interface WritingPlace {
  path: string;
  languageId: string;
  prefix: string;
  suffix: string;
}

/** A file with derived data that is needed repeatedly. */
export interface ParsedFile extends SourceFile {
  languageId: string;
  tree: SyntaxTree | undefined; // undefined in a language without a grammar
}

/**
 * A stretch of a file from left to right, with the end-of-text token where the file ends; undefined for a file without text.
 * @param at offset whose line comes first; default: random
 */
export function plainExample(
  file: SourceFile,
  { tokenizer, random, recipe = BASE_RECIPE }: ExampleTools,
  at?: number,
): Example | undefined {
  const budget = random.logBetween(...recipe.plainTokens);
  const latest = Math.max(0, file.text.length - budget * 3);
  const place = at ?? (random.chance(FROM_TOP) ? 0 : random.between(0, latest));
  const start = place === 0 ? 0 : file.text.lastIndexOf("\n", place - 1) + 1;
  const header = idsOfSegments(plainHeader(promptFormats[recipe.format], file.path), tokenizer);
  const room = budget - header.length - 1;
  const stretch = file.text.slice(start, start + budget * MAX_CHARS_PER_TOKEN);
  const ids = tokenizer.encode(stretch);
  if (ids.length === 0 || room <= 0) return undefined;
  const isWhole = ids.length <= room && start + stretch.length === file.text.length;
  const text = isWhole ? [...ids, endOfTextId(tokenizer)!] : ids.slice(0, room);
  return {
    kind: "plain",
    path: file.path,
    tokens: [...header, ...text],
    weights: [...header.map(() => recipe.weights.markersAndPaths), ...text.map(() => recipe.weights.plain)],
    hasContext: false,
  };
}

/** What a format writes before a file that has no middle: what begins every prompt, and the file's path. */
function plainHeader({ start, piece, markers }: PromptFormat, path: string): Segment[] {
  const opening = start({ path, before: "", line: "", suffix: "", alone: true });
  const ownMarker = opening.findIndex((segment) => "marker" in segment && markers.includes(segment.marker));
  const head = piece(path, "");
  const pathAt = head.findIndex((segment) => "text" in segment && segment.text.includes(path));
  return [...opening.slice(0, ownMarker === -1 ? opening.length : ownMarker), ...head.slice(0, pathAt + 1)];
}

/**
 * An example whose middle is of the given kind: the tokens of the prompt as the product packs it, the rest of the current line and what follows
 * up to the end of the span, and the end-of-text token. undefined where the file has no such place.
 */
export async function fimExample(
  kind: SpanKind,
  file: SourceFile,
  source: FileSet,
  tools: ExampleTools,
): Promise<Example | undefined> {
  const languageId = languageOfPath(file.path);
  if (languageId === undefined) return undefined;
  const tree = tools.parsers.for(languageId)?.parse(file.text);
  try {
    return await fimExampleOf(kind, { ...file, languageId, tree }, source, tools);
  } finally {
    tree?.dispose();
  }
}

/**
 * The same for a parsed file.
 * @param drawPlace draws the places to look for spans at; default: anywhere
 */
export async function fimExampleOf(
  kind: SpanKind,
  file: ParsedFile,
  source: FileSet,
  tools: ExampleTools,
  drawPlace?: DrawPlace,
): Promise<Example | undefined> {
  const { random, recipe = BASE_RECIPE } = tools;
  const { path, languageId, text, tree } = file;
  const span = drawSpan(kind, text, tree, random, drawPlace);
  if (!span) return undefined;
  const wantsContext = random.chance(recipe.contextShare);
  const [low, high] = wantsContext ? recipe.contextFimTokens : recipe.fimTokens;
  const budget = random.logBetween(low, high);
  const maxContextChars = Math.round(budget * CONTEXT_CHARS_PER_TOKEN);
  const drawn =
    wantsContext && recipe.context === "drawn" && tree
      ? await repositoryContext(file, tree, source, maxContextChars, tools)
      : [];
  const mayOpen = !recipe.opensAfterWholeOnly || span.isWhole;
  const rest = text.slice(span.end);
  const suffix = mayOpen ? drawSuffix(rest, random, recipe) : rest;
  const gap = gapOf(
    { prefix: text.slice(0, span.start), middle: text.slice(span.start, span.end), suffix },
    rest,
    recipe,
  );
  if (!isTaught(gap.middle, tools)) return undefined;
  const { prefix } = gap;
  const writing = { path, languageId, prefix, suffix: gap.suffix };
  const isRetrieved = wantsContext && recipe.context === "retrieved";
  const pieces = isRetrieved ? await retrieved(writing, source, tools) : drawn;
  return layOut(kind, { ...writing, pieces }, gap.middle, budget, tools.tokenizer, recipe);
}

function retrieved(place: WritingPlace, source: FileSet, { retrieve, parsers }: ExampleTools) {
  if (!retrieve) throw new Error("the recipe has its pieces retrieved, and nothing is there to do it");
  return retrieve(place, source, parsers);
}

/** The text around a middle, as the product sends it. */
export interface Gap {
  prefix: string;
  middle: string;
  suffix: string;
}

/**
 * Adds to the middle the closing brackets that are not sent; where nothing is sent after the cursor, also the bracket that closes its block on
 * the next line.
 */
function gapOf(gap: Gap, rest: string, { writesClosers }: Recipe): Gap {
  if (!writesClosers) return gap;
  const closing = gap.suffix === "" ? /^[ \t]*\n[ \t]*[)\]}]+[;,]?(?=\n|$)/.exec(rest) : null;
  return closing ? { ...gap, middle: gap.middle + closing[0] } : withClosers(gap);
}

/** On a line that is being written, the product does not send closing brackets and quotes alone (`ownText.ts`): the model writes them. */
export function withClosers({ prefix, middle, suffix }: Gap): Gap {
  const closers = suffix.slice(0, lineEndOf(suffix, 0));
  const isInLine = prefix.slice(lineStartOf(prefix, prefix.length)).trim() !== "";
  if (!isInLine || !AUTO_CLOSED.test(closers)) return { prefix, middle, suffix };
  return { prefix, middle: middle + closers, suffix: suffix.slice(closers.length) };
}

/** Whether the recipe teaches this middle; if so, the middle is remembered. */
export function isTaught(middle: string, { recipe = BASE_RECIPE, middles }: ExampleTools): boolean {
  if (!recipe.faultlessMiddles) return true;
  const fault = middleFault(middle) ?? (middles?.seen.has(middle) ? "repeated" : undefined);
  if (fault) middles?.leftOut(fault);
  else middles?.seen.add(middle);
  return fault === undefined;
}

/** The text after the cursor as it may be while a file is being written: complete, cut to some lines, or missing. */
function drawSuffix(suffix: string, random: SeededRandom, recipe: Recipe): string {
  const state = random.weighted([
    recipe.emptySuffixShare,
    recipe.cutSuffixShare,
    1 - recipe.emptySuffixShare - recipe.cutSuffixShare,
  ]);
  if (state === 0) return "";
  if (state === 2) return suffix;
  let end = -1;
  for (let lines = random.between(...recipe.cutSuffixLines); lines >= 0; lines--) {
    end = suffix.indexOf("\n", end + 1);
    if (end === -1) return suffix;
  }
  return suffix.slice(0, end + 1);
}

/** How many of an example's tokens are left for its prompt. */
function promptTokensOf(middle: string, budgetTokens: number, tokenizer: Tokenizer): number {
  return Math.max(MIN_PROMPT_TOKENS, budgetTokens - tokenizer.encode(middle).length - 1);
}

/** The input of the packer: see `PromptInput`. */
type Place = Parameters<typeof packPrompt>[0];

/**
 * @returns undefined where the middle is longer than the recipe allows, where too little is shown before it, and where the tokenizer would not
 * preserve its text (a byte without a token)
 */
export function layOut(
  kind: Exclude<ExampleKind, "plain">,
  place: Place,
  middle: string,
  budgetTokens: number,
  tokenizer: Tokenizer,
  recipe: Recipe = BASE_RECIPE,
): Example | undefined {
  const { weights: weightOf, format, maxMiddleTokens, leastPrefixChars } = recipe;
  if (tokenizer.encode(middle).length >= maxMiddleTokens) return undefined;
  const promptTokens = promptTokensOf(middle, budgetTokens, tokenizer);
  const textShares = kind === "docstring" ? recipe.docstringShares : recipe.shares;
  const shares = place.pieces.length > 0 ? recipe.contextShares : textShares;
  const packed = packPrompt(place, tokenizer, promptTokens, promptFormats[format], {
    ...shares,
    tokens: promptTokens,
  });
  const shown = packed.inspection.pieces.find((piece) => piece.kind === "prefix")!.text.length;
  if (shown < Math.min(leastPrefixChars, place.prefix.length)) return undefined;
  const prompt = packed.tokens.slice(0, packed.lineStart);
  const written = tokenizer.encode(packed.line + middle); // encoded as one text, so that a token may span the cursor
  if (tokenizer.decode(written) !== packed.line + middle) return undefined;

  const weights = promptWeights(prompt, tokenizer, weightOf);
  let left = Buffer.byteLength(packed.line); // bytes of the line that are not reached yet
  for (const id of written) {
    left -= tokenizer.bytesOf(id).length;
    weights.push(left >= 0 ? weightOf.surroundings : weightOf.middle);
  }
  return {
    kind,
    path: place.path,
    tokens: [...prompt, ...written, endOfTextId(tokenizer)!],
    weights: [...weights, weightOf.middle],
    hasContext: packed.inspection.pieces.some(({ kind: of }) => of !== "prefix" && of !== "suffix"),
  };
}

/**
 * The weights of a prompt's tokens. Text counts a little; markers, and the paths after a separator of files, come from the product and are never
 * predicted.
 */
function promptWeights(prompt: readonly number[], tokenizer: Tokenizer, weightOf: Recipe["weights"]): number[] {
  const separators = FILE_SEPARATORS.map((name) => tokenizer.specialId(name));
  const lineBreak = tokenizer.encode("\n").at(-1);
  let isPath = false;
  return prompt.map((id) => {
    if (separators.includes(id)) isPath = true;
    const isGiven = isPath || tokenizer.bytesOf(id).length === 0;
    if (id === lineBreak) isPath = false;
    return isGiven ? weightOf.markersAndPaths : weightOf.surroundings;
  });
}

/** Tokens before a file's path, in the families that have one. */
const FILE_SEPARATORS = ["<file_sep>", "<|file_sep|>", "<filename>", "<|filename|>", "<|file_separator|>"];

/** Tokens that end a middle, by family; a vocabulary may have several, and the first is the one that its family fills the middle with. */
const ENDS_OF_TEXT = [
  "<|endoftext|>", // SmolLM, Qwen, StarCoder, Granite, Mellum
  "<|end_of_text|>", // Granite 4
  "<｜end▁of▁sentence｜>", // DeepSeek
  "<[end▁of▁sentence]>", // Seed-Coder
  "▁<EOT>", // Code Llama
  "<|file_separator|>", // CodeGemma
];

/** The token that ends what a model writes; undefined where the vocabulary has none that is known. */
export function endOfTextId(tokenizer: Tokenizer): number | undefined {
  return ENDS_OF_TEXT.map((name) => tokenizer.specialId(name)).find((id) => id !== undefined);
}
