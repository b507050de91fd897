// When an engine that has failed is asked again: a circuit breaker, as a pure table of states and events. The time is a parameter.

export interface BreakerLimits {
  mostFailures: number; // in a row; with this one it opens
  firstPauseMs: number; // doubles with each failure after a pause
  longestPauseMs: number;
}

export const BREAKER_LIMITS: BreakerLimits = { mostFailures: 3, firstPauseMs: 15_000, longestPauseMs: 300_000 };

export interface Breaker {
  readonly failures: number; // in a row
  readonly pauseMs: number; // the last pause; 0: none since the last success
  readonly untilMs: number; // end of that pause
}

export const CLOSED: Breaker = { failures: 0, pauseMs: 0, untilMs: 0 };

/** closed: requests go through; open: none does; halfOpen: one does, and decides. */
export type BreakerPhase = "closed" | "open" | "halfOpen";

export const phaseOf = ({ pauseMs, untilMs }: Breaker, nowMs: number): BreakerPhase =>
  pauseMs === 0 ? "closed" : nowMs < untilMs ? "open" : "halfOpen";

/** failed: counts; refused: opens at once, because the next try would fail as well; reset: a person wants it tried now. */
export type BreakerEvent = "succeeded" | "failed" | "refused" | "reset";

export function breakerAfter(
  breaker: Breaker,
  event: BreakerEvent,
  nowMs: number,
  { mostFailures, firstPauseMs, longestPauseMs }: BreakerLimits = BREAKER_LIMITS,
): Breaker {
  if (event === "succeeded" || event === "reset") return CLOSED;
  const phase = phaseOf(breaker, nowMs);
  if (phase === "open") return breaker; // a request from before the pause
  const failures = breaker.failures + 1;
  if (phase === "closed" && event === "failed" && failures < mostFailures) return { ...breaker, failures };
  const pauseMs = phase === "closed" ? firstPauseMs : Math.min(longestPauseMs, 2 * breaker.pauseMs);
  return { failures, pauseMs, untilMs: nowMs + pauseMs };
}
