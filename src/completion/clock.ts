// Time as the flow of requests needs it: tests give their own. Owns nothing else.

export interface Clock {
  nowMs(): number; // grows; says nothing about the day
  /** Calls back once, so many ms later; what it returns calls that off. */
  after(ms: number, callback: () => void): () => void;
}

export const realClock: Clock = {
  nowMs: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
