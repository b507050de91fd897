// What training data is made of: shares, lengths and weights, as one value that a dataset is a function of. Values only.

import type { FormatName } from "../../server/engine/prompt/types.ts";
import { PROMPT_BUDGET, type PromptBudget } from "../../server/host/protocol/promptBudget.ts";
import { SPAN_SHARES, type SpanKind } from "./spans.ts";

type Range = readonly [low: number, high: number];

type PromptShares = Omit<PromptBudget, "tokens">;

export interface Recipe {
  /** How the prompts are laid out. */
  readonly format: FormatName;
  /** Of the tokens; the others are fill-in-the-middle. */
  readonly plainShare: number;
  /** Of the fill-in-the-middle examples. */
  readonly contextShare: number;
  /** Where pieces come from: drawn from imported files and the folder's, or chosen by the product's own retrieval. */
  readonly context: "drawn" | "retrieved";
  /** Of the fill-in-the-middle examples: the cursor is where the file ends so far. */
  readonly emptySuffixShare: number;
  /** Only some lines follow so far. */
  readonly cutSuffixShare: number;
  readonly cutSuffixLines: Range;
  /** Whether that is so only after middles that end where a statement or a block does: nothing else says there where to end. */
  readonly opensAfterWholeOnly: boolean;
  /** How often each kind of middle is cut, relative to each other. */
  readonly spanShares: Readonly<Record<SpanKind, number>>;
  /** Tokens of an example, logarithmically uniform; most are short, so that a sequence holds several middles. */
  readonly fimTokens: Range;
  readonly contextFimTokens: Range;
  readonly plainTokens: Range;
  /** Whether closing brackets that the product does not send (`ownText.ts`) are the middle's. */
  readonly writesClosers: boolean;
  /** Of a middle with its end; a longer one is not cut. */
  readonly maxMiddleTokens: number;
  /** Where less of the text before the cursor than so is shown though there is more of it, there is no example. */
  readonly leastPrefixChars: number;
  /** Whether middles that teach next to nothing are left out (`middleFaults.ts`). */
  readonly faultlessMiddles: boolean;
  /** Of the examples: the words of one part of a docstring, asked for as the docstring command does. */
  readonly docstringShare: number;
  /** How often each language is drawn where a corpus has it, relative to each other. JSX and TSX count as their languages where they have no share. */
  readonly languageShares: Readonly<Record<"typescript" | "javascript" | "python" | "jsx", number>>;
  /** How a prompt's tokens are shared out. Of few tokens the product's share leaves the suffix a line or two. */
  readonly shares: PromptShares;
  /** The same where there are pieces. */
  readonly contextShares: PromptShares;
  /** The same for docstrings: most of what they tell of stands below them. */
  readonly docstringShares: PromptShares;
  /** How often an example is cut in a line of comment, where one in a line of code is cut once. */
  readonly commentWeight: number;
  /** In the loss, in 1/64. */
  readonly weights: {
    readonly middle: number;
    readonly surroundings: number;
    readonly plain: number;
    readonly markersAndPaths: number;
  };
}

function sharesOf({ tokens: _, ...shares }: PromptBudget): PromptShares {
  return shares;
}

/** What the embedded model's own adapter was trained on. */
export const BASE_RECIPE = {
  format: "fim",
  plainShare: 0.05,
  contextShare: 0.3,
  context: "drawn",
  emptySuffixShare: 0.1,
  cutSuffixShare: 0.15,
  cutSuffixLines: [0, 8],
  opensAfterWholeOnly: false,
  writesClosers: false,
  maxMiddleTokens: 1_024,
  leastPrefixChars: 0,
  faultlessMiddles: false,
  docstringShare: 0,
  shares: sharesOf(PROMPT_BUDGET),
  contextShares: sharesOf(PROMPT_BUDGET),
  docstringShares: sharesOf(PROMPT_BUDGET),
  languageShares: { typescript: 0.75, javascript: 0.25, python: 0.5, jsx: 0 },
  spanShares: SPAN_SHARES,
  fimTokens: [112, 512],
  contextFimTokens: [256, 900],
  plainTokens: [256, 1000],
  commentWeight: 1,
  weights: { middle: 64, surroundings: 0, plain: 16, markersAndPaths: 0 },
} as const satisfies Recipe;

/**
 * What the strong tier's adapter was first trained on: half of the middles begin where a person pauses, two of five prompts hold pieces of other
 * files, and they are up to as long as the product's.
 */
export const STRONG_RECIPE = {
  ...BASE_RECIPE,
  format: "fim2",
  spanShares: {
    ...SPAN_SHARES,
    ...{ pause: 45, cursorLine: 10, syntaxNode: 15, statement: 8, lines: 14, docComment: 4, characters: 4 },
  },
  contextShare: 0.4,
  fimTokens: [96, 512],
  contextFimTokens: [256, 1000],
} as const satisfies Recipe;

/**
 * Its second: middles that go on. Most end where a statement, several of them, or a block does; two of three begin where a person pauses. Half of
 * the prompts hold what the product's retrieval finds. Surroundings are shorter, so that more of the tokens teach.
 */
export const STRONG_RECIPE_2 = {
  ...STRONG_RECIPE,
  spanShares: {
    ...{ unit: 36, block: 32, documentedBody: 7, pause: 9, syntaxNode: 8, cursorLine: 4 },
    ...{ lines: 3, characters: 0, docComment: 1, statement: 0 },
  },
  plainShare: 0.04,
  contextShare: 0.58, // docstrings have none, and of some others nothing fits
  context: "retrieved",
  opensAfterWholeOnly: true,
  writesClosers: true,
  maxMiddleTokens: 160,
  leastPrefixChars: 200,
  faultlessMiddles: true,
  docstringShare: 0.1,
  shares: { ...sharesOf(PROMPT_BUDGET), suffixShare: 0.3, stepTokens: 32 },
  contextShares: { ...sharesOf(PROMPT_BUDGET), prefixShare: 0.3, suffixShare: 0.2, stepTokens: 32 },
  docstringShares: { ...sharesOf(PROMPT_BUDGET), prefixShare: 0.3, suffixShare: 0.5, stepTokens: 32 },
  languageShares: { typescript: 0.35, javascript: 0.13, python: 0.4, jsx: 0.12 },
  fimTokens: [128, 360],
  contextFimTokens: [320, 800],
} as const satisfies Recipe;

/**
 * What a workspace is learnt by: its files are few, so all of their text teaches, not the middles alone. Prose hardly does: in a repository
 * with long comments half of a training would go into their wording, and what is judged, and most wanted, is code.
 */
export const WORKSPACE_RECIPE = {
  ...BASE_RECIPE,
  spanShares: { ...SPAN_SHARES, docComment: 3 },
  commentWeight: 0.1,
  plainShare: 0.1,
  fimTokens: [160, 480],
  contextFimTokens: [300, 512],
  plainTokens: [256, 512],
  weights: { middle: 64, surroundings: 16, plain: 32, markersAndPaths: 0 },
} as const satisfies Recipe;

/** What the training is judged by while it runs: how well it writes middles, and nothing else. Short, so that there are many of them. */
export const VALIDATION_RECIPE = {
  ...WORKSPACE_RECIPE,
  plainShare: 0,
  spanShares: { ...SPAN_SHARES, docComment: 0 },
  commentWeight: 0.001, // nothing but code, where there is any
  fimTokens: [112, 256],
  contextFimTokens: [256, 400],
  weights: { middle: 64, surroundings: 0, plain: 0, markersAndPaths: 0 },
} as const satisfies Recipe;
