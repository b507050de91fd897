// Waiting for what a run must come to.

import { setTimeout as sleep } from "node:timers/promises";

/** @param meanwhile done at each look @throws Error with `what` where it takes longer than `patienceMs` */
export async function until(
  what: string,
  holds: () => boolean,
  patienceMs: number,
  meanwhile?: () => Promise<void>,
): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`waited ${patienceMs / 1000} s in vain until ${what}`);
    await meanwhile?.();
    await sleep(50);
  }
}
