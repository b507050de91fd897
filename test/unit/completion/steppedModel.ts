// A model that writes when a test says so: each call is a handle. A signal ends it as the host would, with what there is. Not a test.

import type { GenerateParams, GenerateResult, StopReason } from "../../../server/host/protocol/messages.ts";
import type { CompletionModel } from "../../../src/model/completionModel.ts";

/** Tokens of a test are so many units long, but for the last. */
const UNITS_PER_TOKEN = 3;

export class SteppedCall {
  readonly params: Omit<GenerateParams, "id">;
  readonly result: Promise<GenerateResult>;
  isCancelled = false;
  writtenBy: string | undefined; // id of the model, where the answer is to tell
  #text = "";
  readonly #onText: (text: string) => void;
  #resolve: (result: GenerateResult) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(params: Omit<GenerateParams, "id">, onText: (text: string) => void, signal: AbortSignal) {
    this.params = params;
    this.#onText = onText;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const cancel = () => {
      this.isCancelled = true;
      this.finish("cancelled");
    };
    if (signal.aborted) cancel();
    else signal.addEventListener("abort", cancel);
  }

  write(text: string): void {
    if (this.isCancelled) return;
    this.#text += text;
    this.#onText(text);
  }

  finish(stop: StopReason = "endOfText"): void {
    const generated = Math.ceil(this.#text.length / UNITS_PER_TOKEN);
    const logProbs = Array.from({ length: generated }, (_, index) => -(index + 1) / 1_000);
    const tokenEnds = logProbs.map((_, index) => Math.min(this.#text.length, (index + 1) * UNITS_PER_TOKEN));
    const tokens = { prompt: 100, cached: 90, generated };
    const timingMs = { queue: 0, prefill: 0, decode: 0 };
    const { writtenBy: model } = this;
    this.#resolve({
      text: this.#text,
      stop,
      tokens,
      timingMs,
      logProbs,
      tokenEnds,
      ...(model !== undefined && { model }),
    });
  }

  fail(error: unknown): void {
    this.#reject(error);
  }
}

export interface SteppedModel extends CompletionModel {
  calls: SteppedCall[];
  readonly last: SteppedCall;
}

export function steppedModel(): SteppedModel {
  const calls: SteppedCall[] = [];
  return {
    calls,
    get last() {
      return calls.at(-1)!;
    },
    generate(params, onText, signal) {
      const call = new SteppedCall(params, onText, signal);
      calls.push(call);
      return call.result;
    },
    inspect: () => Promise.reject(new Error("not stepped")),
  };
}
