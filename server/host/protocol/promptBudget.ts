// How the tokens of a prompt are shared out. The host packs by it; the client chooses no more pieces than will find room.

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
   * Of a whole prompt. Measured at lines that need other files (LOG, 2026-11-25, the context engine): from 1,024 to 1,536 tokens the repository's
   * pieces gain a quarter more, from there to 2,048 nothing; a cold prefill grows in proportion.
   */
  tokens: 1_536,
  /** This much is the prefix's where it needs it, and this much the suffix's; the rest is the pieces'. What they leave is theirs again. */
  prefixShare: 0.35,
  suffixShare: 0.15,
  /** More than this the pieces never have, however short the file is: 1,200 tokens. */
  piecesShare: 0.78125,
  /** Room is counted in steps, so that a typed token does not push a piece out of the prompt (and the whole KV cache with it). */
  stepTokens: 128,
};

/** Strong's is not fitted yet: it is quick's. */
const budgets: Readonly<Record<Tier, PromptBudget>> = { quick: PROMPT_BUDGET, strong: PROMPT_BUDGET };

/**
 * @param tier of the model that is asked; absent for one of the user's own
 * @param tokens of a whole prompt, where a measurement tries other ones than the tier's
 */
export const promptBudgetOf = (tier: Tier = "quick", tokens = budgets[tier].tokens): PromptBudget => ({
  ...budgets[tier],
  tokens,
});

/** What all pieces together may have at most. */
export const mostPiecesTokens = ({ tokens, piecesShare }: PromptBudget): number => tokens * piecesShare;
