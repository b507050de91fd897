// Fuzzes one target for a number of inputs: starts the thread, ends it where an input hangs or takes all memory, notes that as a fault and goes
// on with another seed. What the command line and the tests share.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { packageRoot } from "../../common/util/packageRoot.ts";
import type { Fault, Progress } from "./campaign.ts";
import { TARGETS } from "./targets.ts";
import type { WorkerData } from "./worker.ts";

const HANG_MS = 30_000; // far above the limit: other processes may have the processor
const LOOK_MS = 500;
const HEAP_MB = 512; // an input that fills this has taken more than its share
const MAX_RESTARTS = 20;
const HEAD_INTS = 2; // as in worker.ts
const IN_MEMORY = "/dev/shm"; // files there cost a twentieth

export interface FuzzOptions {
  target: string;
  inputs: number;
  seed: number;
  onProgress?: (progress: Progress) => void;
}

export interface FuzzResult extends Progress {
  target: string;
  faults: Fault[];
  ms: number;
  found: Buffer[]; // inputs that reached code which no seed reaches
}

/** The inputs to begin with: every file of test/fuzz-seeds/TARGET. */
export function seedsOf(target: string): Buffer[] {
  const folder = path.join(packageRoot(import.meta.dirname), "test", "fuzz-seeds", target);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(path.join(folder, name)));
}

type Told =
  | { kind: "fault"; fault: Fault }
  | { kind: "progress"; progress: Progress }
  | { kind: "done"; progress: Progress; found: Uint8Array[] };

export async function runFuzz({ target, inputs, seed, onProgress }: FuzzOptions): Promise<FuzzResult> {
  const startMs = performance.now();
  const scratch = mkdtempSync(path.join(existsSync(IN_MEMORY) ? IN_MEMORY : os.tmpdir(), "sotto-fuzz-"));
  const result: FuzzResult = { target, ...nothing, faults: [], ms: 0, found: [] };
  const seeds = seedsOf(target);
  try {
    for (let restarts = 0; result.inputs < inputs && restarts <= MAX_RESTARTS; restarts++) {
      const rest = { target, scratch, seeds, inputs: inputs - result.inputs, seed: seed + restarts };
      const before = { ...result };
      const add = (progress: Progress) => {
        Object.assign(result, sumOf(before, progress));
        onProgress?.(result);
      };
      const { found, fault } = await oneThread(rest, add, (one) => noteFault(result.faults, one));
      result.found.push(...found);
      if (!fault) break;
      noteFault(result.faults, fault);
      result.inputs++; // the one that ended the thread, and what was not told of its batch is not counted
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return { ...result, ms: Math.round(performance.now() - startMs) };
}

const nothing: Progress = { inputs: 0, accepted: 0, worstMs: 0, worstMemoryBytes: 0, coveredUnits: 0, pool: 0 };

const sumOf = (before: Progress, now: Progress): Progress => ({
  inputs: before.inputs + now.inputs,
  accepted: before.accepted + now.accepted,
  pool: before.pool + now.pool,
  worstMs: Math.max(before.worstMs, now.worstMs),
  worstMemoryBytes: Math.max(before.worstMemoryBytes, now.worstMemoryBytes),
  coveredUnits: Math.max(before.coveredUnits, now.coveredUnits),
});

function noteFault(faults: Fault[], fault: Fault): void {
  const isSame = (one: Fault) => one.kind === fault.kind && one.where === fault.where && one.message === fault.message;
  if (!faults.some(isSame)) faults.push(fault);
}

interface ThreadEnd {
  found: Buffer[];
  fault?: Fault; // what ended it early
}

function oneThread(
  data: Omit<WorkerData, "shared">,
  onProgress: (progress: Progress) => void,
  onFault: (fault: Fault) => void,
): Promise<ThreadEnd> {
  const shared = new SharedArrayBuffer(4 * HEAD_INTS + TARGETS[data.target].maxBytes + 65_536);
  const head = new Int32Array(shared, 0, HEAD_INTS);
  const input = () => Buffer.from(new Uint8Array(shared, HEAD_INTS * 4, Math.max(0, Atomics.load(head, 1)))); // a copy
  const worker = new Worker(new URL("worker.ts", import.meta.url), {
    workerData: { ...data, shared } satisfies WorkerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  return new Promise((resolve) => {
    let last = { count: -1, sinceMs: performance.now() };
    const end = (ended: ThreadEnd) => {
      clearInterval(watch);
      void worker.terminate().then(() => resolve(ended));
    };
    const watch = setInterval(() => {
      const count = Atomics.load(head, 0);
      if (count !== last.count) last = { count, sinceMs: performance.now() };
      else if (Atomics.load(head, 1) >= 0 && performance.now() - last.sinceMs > HANG_MS)
        end({ found: [], fault: { kind: "hang", message: `more than ${HANG_MS} ms`, where: "", input: input() } });
    }, LOOK_MS);
    worker.on("message", (told: Told) => {
      if (told.kind === "fault") onFault({ ...told.fault, input: Buffer.from(told.fault.input) });
      else onProgress(told.progress);
      if (told.kind === "done") end({ found: told.found.map((bytes) => Buffer.from(bytes)) });
    });
    worker.once("error", (error: NodeJS.ErrnoException) => {
      const kind = error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "memory" : "crash";
      end({ found: [], fault: { kind, message: error.message, where: "", input: input() } });
    });
  });
}
