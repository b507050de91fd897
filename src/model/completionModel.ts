// The interface through which completion uses a model. Implemented by the agent's client of the host (over a socket) and by the CLI's model in
// this process.

import type {
  GenerateParams,
  GenerateResult,
  InspectParams,
  InspectResult,
  LayersParams,
  LayersResult,
  ScoreParams,
  ScoreResult,
  WarmParams,
  WarmResult,
} from "../../server/host/protocol/messages.ts";
import type { Tier } from "../../server/host/protocol/tiers.ts";

/** The model that a request goes to. */
export interface WritingModel {
  id: string;
  tier?: Tier; // absent for a model of the user's own
}

/** The parameters of a model call. The model itself decides which adapter it runs with, unless the call names one. */
export type ModelCall = Omit<GenerateParams, "id">;
export type WarmCall = Omit<WarmParams, "adapter">;
export type ScoreCall = Omit<ScoreParams, "adapter">;
export type LayersCall = Omit<LayersParams, "adapter">;
export type InspectCall = Omit<InspectParams, "adapter">;

export interface CompletionModel {
  /**
   * Generates; `onText` gets the text as it streams. Ends early, with the text so far, when `signal` fires (stop "cancelled").
   * @throws UserError when the model cannot run (missing, damaged, host gone)
   */
  generate(params: ModelCall, onText: (text: string) => void, signal: AbortSignal): Promise<GenerateResult>;
  /**
   * Reads a prompt ahead, so that a request that begins with it finds it in the KV cache. Every request has priority over it.
   * @throws UserError when the model is not ready: it is not waited for
   */
  warm?(params: WarmCall, signal: AbortSignal): Promise<WarmResult>;
  /**
   * How probable a text is right after a prompt, token by token. Absent where nobody can say, as with a server.
   * @throws UserError as `generate` does; Cancelled
   */
  score?(params: ScoreCall, signal: AbortSignal): Promise<ScoreResult>;
  /**
   * What each layer did for the tokens of a text right after a prompt. Reads the prompt once more. Absent where nobody can say, as with a server.
   * @throws UserError as `generate` does, and memoryTooSmall; Cancelled
   */
  layers?(params: LayersCall, signal: AbortSignal): Promise<LayersResult>;
  /** The prompt as it would be sent, piece by piece. */
  inspect(params: InspectCall): Promise<InspectResult>;
}

/** The model as a workspace folder uses it now. When the folder's choice changes, a new one is made; a request keeps the one that it began with. */
export interface FolderModel extends CompletionModel {
  /** Models with the same key give the same answers; text and KV caches of a model with another key cannot be used. */
  readonly key: string;
  /** How often the memory that is mixed into a document's texts has changed. Absent without a memory. */
  readonly memoryVersion?: number;
}
