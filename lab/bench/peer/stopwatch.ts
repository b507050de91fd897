// Measures what a piece of work takes in the process that does it.

/** Time and CPU time, the CPU's of all threads of the process. */
export interface Spent {
  ms: number;
  cpuMs: number;
}

/** Starts to measure; call the result for what has been spent so far. */
export function stopwatch(): () => Spent {
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    return { ms, cpuMs: (user + system) / 1000 };
  };
}
