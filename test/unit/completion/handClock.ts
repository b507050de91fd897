// A clock that a test moves by hand. Not a test.

import type { Clock } from "../../../src/completion/clock.ts";

export interface HandClock extends Clock {
  /** Moves on; what falls due on the way is called, in the order of its time. */
  pass(ms: number): void;
}

export function handClock(): HandClock {
  let nowMs = 0;
  const due = new Set<{ atMs: number; callback: () => void }>();
  return {
    nowMs: () => nowMs,
    after(ms, callback) {
      const one = { atMs: nowMs + ms, callback };
      due.add(one);
      return () => due.delete(one);
    },
    pass(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        const [next] = [...due].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
        if (!next) break;
        due.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.callback();
      }
      nowMs = endMs;
    },
  };
}
