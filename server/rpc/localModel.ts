// A loaded model in this process: prompt, queue and token loop behind the calls of CompletionModel.
// Used by the host and by the CLI. Must not know sockets or the workspace.

import type { GenerateParams, GenerateResult, HostStatus, InspectResult, PromptInput } from "../protocol/messages.ts";
import type { Decoder } from "../runtime/decoder.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";

export interface LocalModelOptions {
  modelDir: string;
  cacheDir: string; // of the compute form
  threads?: number;
  capacity?: number; // positions in the KV cache
  runtime?: "auto" | "c-api" | "binding";
  form?: "row8" | "fp32";
  budgetTokens?: number; // of a prompt
}

export interface LocalModelParts {
  id: string;
  decoder: Decoder;
  tokenizer: Tokenizer;
  loadMs?: number;
  budgetTokens?: number;
}

export class LocalModel {
  readonly tokenizer: Tokenizer;
  /** Wraps parts that are loaded already (tests). */
  constructor(parts: LocalModelParts) {
    this.tokenizer = parts.tokenizer;
    throw new Error("not written yet");
  }
  /** @throws UserError when the model is missing, damaged or unsupported */
  static async load(_options: LocalModelOptions): Promise<LocalModel> {
    throw new Error("not written yet");
  }
  /** @throws UserError hostBusy, badInput, runtimeFailed */
  async generate(
    _params: Omit<GenerateParams, "id">,
    _onText: (text: string) => void,
    _signal: AbortSignal,
  ): Promise<GenerateResult> {
    throw new Error("not written yet");
  }
  async inspect(_prompt: PromptInput): Promise<InspectResult> {
    throw new Error("not written yet");
  }
  status(): HostStatus {
    throw new Error("not written yet");
  }
  dispose(): void {}
}
