// Lets one task run at a time; of those that wait, the newest goes first (the older is most likely about text that has changed since).
// Knows nothing of models. What it gives up has a named reason.

import { Cancelled, hostBusy } from "../protocol/errors.ts";

interface Waiting {
  go: () => void;
  giveUp: (reason: Error) => void;
}

export class NewestFirstQueue {
  private readonly maxWaiting: number;
  private readonly waiting: Waiting[] = []; // oldest first
  private running = false;

  constructor(maxWaiting: number) {
    this.maxWaiting = maxWaiting;
  }

  /**
   * Runs `task` when its turn comes.
   * @throws Cancelled when `signal` fires before; UserError hostBusy when newer ones pushed it out; what `task` throws
   */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw new Cancelled();
    if (this.running) await this.turn(signal);
    this.running = true;
    try {
      return await task();
    } finally {
      this.running = false;
      this.waiting.pop()?.go();
    }
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        go: () => {
          signal.removeEventListener("abort", onAbort);
          this.running = true; // until the task has begun, nobody else may
          resolve();
        },
        giveUp: (reason) => {
          signal.removeEventListener("abort", onAbort);
          reject(reason);
        },
      };
      const onAbort = () => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        entry.giveUp(new Cancelled());
      };
      signal.addEventListener("abort", onAbort);
      this.waiting.push(entry);
      if (this.waiting.length > this.maxWaiting) this.waiting.shift()?.giveUp(hostBusy());
    });
  }
}
