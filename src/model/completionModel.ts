// What completion needs of a model, wherever it runs: the agent's ModelClient (host over a socket) and the CLI (in process) implement it.

import type { GenerateParams, GenerateResult, InspectResult, PromptInput } from "../../server/protocol/messages.ts";

export interface CompletionModel {
  /**
   * Generates; `onText` sees the text as it comes. Ends early, with what there is, when `signal` fires (stop "cancelled").
   * @throws UserError when the model cannot run (missing, damaged, host gone)
   */
  generate(
    params: Omit<GenerateParams, "id">,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult>;
  /** The prompt as it would be sent, piece by piece. */
  inspect(prompt: PromptInput): Promise<InspectResult>;
}
