// Counts calls of the model and what comes back, and tells when a call takes a moment. Watches calls that others make.

import type { GenerateResult } from "../../../server/host/protocol/messages.ts";
import { type Clock, realClock } from "../clock.ts";

/** A sign of work at every keystroke would disturb: calls that are over before this, in milliseconds, give none. */
const SLOW_AFTER_MS = 200;

export interface ModelCounts {
  modelCalls: number;
  tokensGenerated: number;
  promptTokens: number;
  promptTokensCached: number; // those of them that were in the KV cache
}

export interface CallCounterOptions {
  /** Some call has been running for a moment, or none has any more. */
  onSlow?: (slow: boolean) => void;
  clock?: Clock;
}

export class CallCounter {
  readonly counts: ModelCounts = { modelCalls: 0, tokensGenerated: 0, promptTokens: 0, promptTokensCached: 0 };
  readonly #onSlow: (slow: boolean) => void;
  readonly #clock: Clock;
  #slow = 0; // calls that have been running for a moment

  constructor({ onSlow = () => {}, clock = realClock }: CallCounterOptions = {}) {
    this.#onSlow = onSlow;
    this.#clock = clock;
  }

  /** A call has begun. Whoever made it hears how it fails. */
  began(answer: Promise<GenerateResult>): void {
    this.counts.modelCalls++;
    let isSlow = false;
    const callOff = this.#clock.after(SLOW_AFTER_MS, () => {
      isSlow = true;
      this.#addSlow(1);
    });
    const ended = () => {
      callOff();
      if (isSlow) this.#addSlow(-1);
    };
    answer.then(({ tokens }) => {
      this.counts.tokensGenerated += tokens.generated;
      this.counts.promptTokens += tokens.prompt;
      this.counts.promptTokensCached += tokens.cached;
      ended();
    }, ended);
  }

  #addSlow(change: number): void {
    this.#slow += change;
    this.#onSlow(this.#slow > 0);
  }
}
