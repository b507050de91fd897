// The clock and timer that request handling uses; tests supply their own. Owns nothing else.

export interface Clock {
  nowMs(): number; // monotonic; not the time of day
  /** Calls back once, after `ms` milliseconds. The returned function cancels the timer. */
  after(ms: number, callback: () => void): () => void;
}

export const realClock: Clock = {
  nowMs: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
