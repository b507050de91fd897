// How often and after what pause a transfer is retried. Knows nothing of what is transferred.

import { setTimeout as sleep } from "node:timers/promises";
import { Cancelled, downloadFailed } from "../../common/errors.ts";
import { TransferFailure } from "./request.ts";

export interface Patience {
  tries: number; // attempts in a row without any progress
  firstPauseMs: number; // doubles with each attempt
  longestWaitMs: number; // the longest wait that a server may ask for
}

export const PATIENCE: Patience = { tries: 6, firstPauseMs: 500, longestWaitMs: 120_000 };

/**
 * Runs `attempt` until it succeeds.
 * @param what name of the transfer, for the message
 * @param progressed the amount received so far; whenever it has grown, the count of attempts starts again
 * @throws UserError downloadFailed with the last reason, and what `attempt` throws except TransferFailure; Cancelled
 */
export async function patiently<T>(
  what: string,
  { tries, firstPauseMs, longestWaitMs }: Patience,
  attempt: () => Promise<T>,
  signal: AbortSignal,
  progressed: () => number = () => 0,
): Promise<T> {
  let best = progressed();
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransferFailure)) throw error;
      if (progressed() > best) failures = 1;
      best = Math.max(best, progressed());
      const { message, again, waitMs } = error;
      if (waitMs > longestWaitMs)
        throw downloadFailed(what, `${message}, and wants to be left alone for ${Math.ceil(waitMs / 60_000)} minutes`);
      if (!again || failures >= tries) throw downloadFailed(what, message);
      await pause(Math.max(waitMs, firstPauseMs * 2 ** (failures - 1)), signal);
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {
    throw new Cancelled();
  });
}
