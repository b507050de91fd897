// What training data is made of: shares, lengths and weights, as one value that a dataset is a function of. Values only.

import type { FormatName } from "../../server/prompt/promptFormat.ts";
import { SPAN_SHARES, type SpanKind } from "./spans.ts";

type Range = readonly [low: number, high: number];

export interface Recipe {
  /** How the prompts are laid out. */
  readonly format: FormatName;
  /** Of the tokens; the others are fill-in-the-middle. */
  readonly plainShare: number;
  /** Of the fill-in-the-middle examples. */
  readonly contextShare: number;
  /** Of the fill-in-the-middle examples: the cursor is where the file ends so far. */
  readonly emptySuffixShare: number;
  /** Only some lines follow so far. */
  readonly cutSuffixShare: number;
  readonly cutSuffixLines: Range;
  /** How often each kind of middle is cut, relative to each other. */
  readonly spanShares: Readonly<Record<SpanKind, number>>;
  /** Tokens of an example, logarithmically uniform; most are short, so that a sequence holds several middles. */
  readonly fimTokens: Range;
  readonly contextFimTokens: Range;
  readonly plainTokens: Range;
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

/** What the embedded model's own adapter was trained on. */
export const BASE_RECIPE = {
  format: "fim",
  plainShare: 0.05,
  contextShare: 0.3,
  emptySuffixShare: 0.1,
  cutSuffixShare: 0.15,
  cutSuffixLines: [0, 8],
  spanShares: SPAN_SHARES,
  fimTokens: [112, 512],
  contextFimTokens: [256, 900],
  plainTokens: [256, 1000],
  commentWeight: 1,
  weights: { middle: 64, surroundings: 0, plain: 16, markersAndPaths: 0 },
} as const satisfies Recipe;

/**
 * What the strong tier's adapter is trained on: half of the middles begin where a person pauses, two of five prompts hold pieces of other files,
 * and they are up to as long as the product's.
 */
export const STRONG_RECIPE = {
  ...BASE_RECIPE,
  format: "fim2",
  spanShares: { pause: 45, cursorLine: 10, syntaxNode: 15, statement: 8, lines: 14, docComment: 4, characters: 4 },
  contextShare: 0.4,
  fimTokens: [96, 512],
  contextFimTokens: [256, 1000],
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
