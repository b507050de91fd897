// What all benches report alike: the machine that they ran on, and the one statistic, so that all mean the same by p50 and p95. Measures nothing.

import os from "node:os";

export interface Machine {
  processor: string;
  threads: number; // that the processor offers
  device: string;
  versions: Readonly<Record<string, string>>;
}

export function machine(device: string, versions: Readonly<Record<string, string>> = {}): Machine {
  return {
    processor: os.cpus()[0]?.model.trim() ?? "unknown",
    threads: os.availableParallelism(),
    device,
    versions: { node: process.versions.node, ...versions },
  };
}

/** The value at `fraction` of the sorted values (nearest rank), to a tenth. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] * 10) / 10;
}
