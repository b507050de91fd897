// Turns what a client knows about a place into the model's prompt tokens, within a budget. Format version 0, "prefix only":
// context pieces, then the text before the cursor. Reads nothing but its input; the suffix does not enter (stop rules use it).

import type { InspectResult, PromptInput } from "../protocol/messages.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";

export interface PackedPrompt {
  tokens: number[];
  inspection: InspectResult;
}

/** Packs `input` into at most `budgetTokens` tokens: the end of the prefix first, then the pieces in their order while they fit. */
export function packPrompt(_input: PromptInput, _tokenizer: Tokenizer, _budgetTokens: number): PackedPrompt {
  throw new Error("not written yet");
}
