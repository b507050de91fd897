// The thread of one campaign. The input that is parsed lies in memory that the starter shares, so that it is known where this thread hangs or
// runs out of memory.

import { parentPort, workerData } from "node:worker_threads";
import { campaign } from "./campaign.ts";
import { TARGETS } from "./targets.ts";

/** The layout of the shared memory: a counter of inputs, the length of the current one (-1: none), then its bytes. */
export const HEAD_INTS = 2;

export interface WorkerData {
  target: string;
  scratch: string;
  seeds: Uint8Array[];
  inputs: number;
  seed: number;
  shared: SharedArrayBuffer;
}

const { target, shared, seeds, ...rest } = workerData as WorkerData;
const head = new Int32Array(shared, 0, HEAD_INTS);
const current = new Uint8Array(shared, HEAD_INTS * 4);

const { found, ...progress } = await campaign({
  ...rest,
  target: TARGETS[target],
  seeds: seeds.map((seed) => Buffer.from(seed)),
  onInput(input) {
    if (input) current.set(input);
    Atomics.store(head, 1, input ? input.length : -1);
    Atomics.add(head, 0, 1);
  },
  onFault: (fault) => parentPort?.postMessage({ kind: "fault", fault }),
  onProgress: (now) => parentPort?.postMessage({ kind: "progress", progress: now }),
});
parentPort?.postMessage({ kind: "done", progress, found });
