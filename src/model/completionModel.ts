// What completion needs of a model, wherever it runs: the agent's host over a socket and the CLI's model in this process implement it.

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

/** What is asked of a model. Which adapter it runs with is the model's own matter. */
export type ModelCall = Omit<GenerateParams, "id" | "adapter">;
export type WarmCall = Omit<WarmParams, "adapter">;
export type InspectCall = Omit<InspectParams, "adapter">;

export interface CompletionModel {
  /**
   * Generates; `onText` sees the text as it comes. Ends early, with what there is, when `signal` fires (stop "cancelled").
   * @throws UserError when the model cannot run (missing, damaged, host gone)
   */
  generate(params: ModelCall, onText: (text: string) => void, signal: AbortSignal): Promise<GenerateResult>;
  /**
   * Reads a prompt ahead, so that a request that begins with it finds it in the KV cache. Gives way to every request.
   * @throws UserError when the model is not there: it is not waited for
   */
  warm?(params: WarmCall, signal: AbortSignal): Promise<WarmResult>;
  /** The prompt as it would be sent, piece by piece. */
  inspect(params: InspectCall): Promise<InspectResult>;
}

/** The model as a workspace folder uses it now. What the folder uses later is another one: a request keeps the one that it began with. */
export interface FolderModel extends CompletionModel {
  /** Two models with the same key give the same answers; what one with another key has written or read is of no use. */
  readonly key: string;
}
