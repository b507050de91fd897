// The recipe of training data: shares, lengths and weights, as one value that determines a dataset. Values only.

import type { FormatName } from "../../server/engine/prompt/types.ts";
import { PROMPT_BUDGET, type PromptBudget } from "../../server/host/protocol/promptBudget.ts";
import { SPAN_SHARES, type SpanKind } from "./spans.ts";

/**
 * Tokens of a training sequence of a workspace, which holds a prompt with pieces and its middle. Two thirds of the product's longest prompt: with
 * whole ones a pass takes 1.3 times as many tokens, each of which takes longer.
 */
export const WORKSPACE_SEQUENCE_TOKENS = 1_024;
/** Tokens of a workspace's validation data: evaluating them takes about as long as a step. */
export const VALIDATION_TOKENS = 12_288;
/** The most held-out places that a report is about. */
export const REPORT_CASES = 240;

type Range = readonly [low: number, high: number];

type PromptShares = Omit<PromptBudget, "tokens">;

export interface Recipe {
  /** The prompt format. */
  readonly format: FormatName;
  /** Share of the tokens in plain documents; the others are fill-in-the-middle. */
  readonly plainShare: number;
  /** Share of the fill-in-the-middle examples that have context pieces. */
  readonly contextShare: number;
  /** Where pieces come from: drawn from imported files and the folder's files, or chosen by the product's own retrieval. */
  readonly context: "drawn" | "retrieved";
  /** Share of the fill-in-the-middle examples with the cursor at the end of what is written so far. */
  readonly emptySuffixShare: number;
  /** Share of the examples where only some lines follow the cursor. */
  readonly cutSuffixShare: number;
  readonly cutSuffixLines: Range;
  /**
   * Whether the suffix is empty or cut only after middles that end with a statement or a block: after others, nothing would show where to end.
   */
  readonly opensAfterWholeOnly: boolean;
  /** How often each kind of middle is cut, as relative weights. */
  readonly spanShares: Readonly<Record<SpanKind, number>>;
  /** Tokens of an example, logarithmically uniform; most are short, so that a sequence holds several middles. */
  readonly fimTokens: Range;
  readonly contextFimTokens: Range;
  readonly plainTokens: Range;
  /** Whether the middle includes closing brackets that the product does not send (`ownText.ts`). */
  readonly writesClosers: boolean;
  /** The most tokens of a middle, including its end; a longer one is not cut. */
  readonly maxMiddleTokens: number;
  /** The fewest characters of the prefix that an example must show, if the prefix has more than it shows. */
  readonly leastPrefixChars: number;
  /** Whether middles that teach next to nothing are left out (`middleFaults.ts`). */
  readonly faultlessMiddles: boolean;
  /** Share of the examples that are docstrings: the words of one part, requested as the docstring command does. */
  readonly docstringShare: number;
  /**
   * How often each language is drawn if a corpus has it, as relative weights. JSX and TSX count as their languages if they have no weight of
   * their own.
   */
  readonly languageShares: Readonly<Record<"typescript" | "javascript" | "python" | "jsx", number>>;
  /** How a prompt's tokens are divided. With few tokens, the product's share would leave the suffix only a line or two. */
  readonly shares: PromptShares;
  /** The same for prompts with pieces. */
  readonly contextShares: PromptShares;
  /** The same for docstrings: most of what they describe stands below them. */
  readonly docstringShares: PromptShares;
  /** How often an example is cut in a comment line, relative to a line of code. */
  readonly commentWeight: number;
  /** Weights in the loss, in 1/64. */
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

/** The recipe of the embedded model's own adapter. */
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
 * The first recipe of the strong tier's adapter: half of the middles begin where a person pauses, two of five prompts have pieces of other
 * files, and prompts are up to as long as the product's.
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
 * The second recipe of the strong tier's adapter, with longer middles. Most end with a statement, several of them, or a block; two of three
 * begin where a person pauses. Half of the prompts have what the product's retrieval finds. Surroundings are shorter, so that more of the tokens
 * teach.
 */
export const STRONG_RECIPE_2 = {
  ...STRONG_RECIPE,
  spanShares: {
    ...{ unit: 36, block: 32, documentedBody: 7, pause: 9, syntaxNode: 8, cursorLine: 4 },
    ...{ lines: 3, characters: 0, docComment: 1, statement: 0 },
  },
  plainShare: 0.04,
  contextShare: 0.58, // higher than half, since docstrings have no pieces, and for some other examples nothing fits
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

/** The second recipe of the quick tier's adapter: the same examples in the format that the quick model knows. */
export const QUICK_RECIPE_2 = { ...STRONG_RECIPE_2, format: BASE_RECIPE.format } as const satisfies Recipe;

/**
 * The recipe for a workspace, in the format of the model that learns. Its files are few, so all of their text teaches, not only the middles. Prose
 * teaches little: in a repository with long comments half of the training would go into their wording, while what is judged, and most wanted, is
 * code. Half of the prompts are like those of use: long, with what the product's retrieval finds in other files. An adapter that has seen short
 * prompts without pieces alone loses its gain where pieces stand before the file. The other half is short, so that many middles are learnt.
 */
export const WORKSPACE_RECIPE = {
  ...BASE_RECIPE,
  spanShares: { ...SPAN_SHARES, docComment: 3 },
  commentWeight: 0.1,
  plainShare: 0.1,
  contextShare: 0.5,
  context: "retrieved",
  writesClosers: true,
  fimTokens: [160, 480],
  contextFimTokens: [600, WORKSPACE_SEQUENCE_TOKENS - 16], // the line is encoded once more with its middle, which may take some tokens more
  plainTokens: [256, 512],
  weights: { middle: 64, surroundings: 16, plain: 32, markersAndPaths: 0 },
} as const satisfies Recipe;

/** The recipe of the validation data during training: only how well the model writes middles. Shorter examples, so that there are many. */
export const VALIDATION_RECIPE = {
  ...WORKSPACE_RECIPE,
  plainShare: 0,
  contextShare: 0.3,
  spanShares: { ...SPAN_SHARES, docComment: 0 },
  commentWeight: 0.001, // only code, if there is any
  fimTokens: [112, 256],
  contextFimTokens: [384, 768],
  weights: { middle: 64, surroundings: 0, plain: 0, markersAndPaths: 0 },
} as const satisfies Recipe;
