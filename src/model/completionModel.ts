// What completion needs of a model, wherever it runs: the agent's ModelClient (host over a socket) and the CLI (in process) implement it.

import type {
  GenerateParams,
  GenerateResult,
  InspectParams,
  InspectResult,
  WarmParams,
  WarmResult,
} from "../../server/host/protocol/messages.ts";
import type { Tier } from "../../server/host/protocol/tiers.ts";

/** The model that a request goes to. */
export interface WritingModel {
  id: string;
  tier?: Tier; // absent for a model of the user's own
}

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
  /**
   * Reads a prompt ahead, so that a request that begins with it finds it in the KV cache. Gives way to every request.
   * @throws UserError when the model is not there: it is not waited for
   */
  warm?(params: WarmParams, signal: AbortSignal): Promise<WarmResult>;
  /** The prompt as it would be sent, piece by piece. */
  inspect(params: InspectParams): Promise<InspectResult>;
}
