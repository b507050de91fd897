// How the tokens of a prompt are divided. The host packs prompts by it; the client chooses no more pieces than will fit.

import type { Tier } from "./tiers.ts";

export interface PromptBudget {
  tokens: number;
  prefixShare: number;
  suffixShare: number;
  piecesShare: number;
  stepTokens: number;
}

export const PROMPT_BUDGET: PromptBudget = {
  /**
   * Tokens of a whole prompt. Measured on lines that need other files (LOG, 2026-11-25, the context engine): from 1,024 to 1,536 tokens the
   * repository's pieces gain a quarter more, from there to 2,048 nothing; a cold prefill grows in proportion.
   */
  tokens: 1_536,
  /**
   * The share guaranteed to the prefix; `suffixShare` is the suffix's. The pieces get the rest. What the pieces leave goes back to prefix and
   * suffix.
   */
  prefixShare: 0.35,
  suffixShare: 0.15,
  /** The most that pieces may take, however short the file is: 1,200 tokens. */
  piecesShare: 0.78125,
  /** Room is counted in steps of this size, so that a typed token does not push a piece out of the prompt (and the whole KV cache with it). */
  stepTokens: 128,
};

/** Strong has no measured budget yet; it uses quick's. */
const budgets: Readonly<Record<Tier, PromptBudget>> = { quick: PROMPT_BUDGET, strong: PROMPT_BUDGET };

/**
 * @param tier of the requested model; absent for the user's own model
 * @param tokens of a whole prompt, where a measurement tries another number than the tier's
 */
export const promptBudgetOf = (tier: Tier = "quick", tokens = budgets[tier].tokens): PromptBudget => ({
  ...budgets[tier],
  tokens,
});

/** The most tokens that all pieces together may have. */
export const mostPiecesTokens = ({ tokens, piecesShare }: PromptBudget): number => tokens * piecesShare;
