// Counts what is asked of a model and what comes back, and tells when a call takes a moment. Changes neither calls nor answers.

import type { GenerateParams, GenerateResult } from "../../../server/host/protocol/messages.ts";
import type { CompletionModel } from "../../model/completionModel.ts";
import { type Clock, realClock } from "../clock.ts";

/** A sign of work at every keystroke would disturb. */
const SLOW_AFTER_MS = 200;

export interface ModelCounts {
  modelCalls: number;
  tokensGenerated: number;
  promptTokens: number;
  promptTokensCached: number; // those of them that were in the KV cache
}

export interface CountedModelOptions {
  /** Some call has been running for a moment, or none has any more. */
  onSlow?: (slow: boolean) => void;
  /** A prompt was read to its end, and something was written after it. */
  onPrompted?: (params: Pick<GenerateParams, "prompt" | "adapter">, result: GenerateResult) => void;
  clock?: Clock;
}

export class CountedModel implements CompletionModel {
  readonly counts: ModelCounts = { modelCalls: 0, tokensGenerated: 0, promptTokens: 0, promptTokensCached: 0 };
  readonly inspect: CompletionModel["inspect"];
  readonly warm: CompletionModel["warm"];
  readonly #model: CompletionModel;
  readonly #options: CountedModelOptions;
  readonly #clock: Clock;
  #slow = 0; // calls that have been running for a moment

  constructor(model: CompletionModel, options: CountedModelOptions = {}) {
    this.#model = model;
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    this.inspect = (params) => model.inspect(params);
    this.warm = model.warm && ((params, signal) => model.warm!(params, signal));
  }

  async generate(
    params: Omit<GenerateParams, "id">,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    this.counts.modelCalls++;
    let isSlow = false;
    const callOff = this.#clock.after(SLOW_AFTER_MS, () => {
      isSlow = true;
      this.#addSlow(1);
    });
    try {
      const result = await this.#model.generate(params, onText, signal);
      const { prompt, cached, generated } = result.tokens;
      this.counts.tokensGenerated += generated;
      this.counts.promptTokens += prompt;
      this.counts.promptTokensCached += cached;
      if (generated > 0) this.#options.onPrompted?.(params, result);
      return result;
    } finally {
      callOff();
      if (isSlow) this.#addSlow(-1);
    }
  }

  #addSlow(change: number): void {
    this.#slow += change;
    this.#options.onSlow?.(this.#slow > 0);
  }
}
