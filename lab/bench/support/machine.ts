// Names the machine that a bench ran on. Measures nothing.

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
