// Counts model calls and their tokens, and reports when a call takes a moment. Only watches calls that others make.

import type { GenerateResult } from "../../../server/host/protocol/messages.ts";
import { type Clock, realClock } from "../clock.ts";

/** How long a call runs before it is shown as work in progress, in milliseconds. A sign at every keystroke would disturb. */
const SLOW_AFTER_MS = 200;

export interface ModelCounts {
  modelCalls: number;
  tokensGenerated: number;
  promptTokens: number;
  promptTokensCached: number; // the part of the prompt tokens that was in the KV cache
}

export interface CallCounterOptions {
  /** Called with true when a call has been running for a moment, and with false when none has any more. */
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

  /** A call has begun. Its errors go to its caller. */
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
