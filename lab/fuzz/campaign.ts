// One search for inputs that a parser does not bear: changes what is known, keeps what reaches new code, and notes each fault once. Runs in a
// thread of its own (worker.ts), which is ended from outside where an input does not end.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { SeededRandom } from "../../finetune/data/seededRandom.ts";
import { Coverage } from "./coverage.ts";
import { mutated, type Pool } from "./mutate.ts";
import type { Target, Verdict } from "./target.ts";

/** What no input may take: a second of processor time, or more memory than ten times the input and 64 MB. */
const LIMITS = { ms: 1_000, memoryBytes: 64e6, memoryTimesInput: 10 };

const BATCH = 64; // inputs between two looks at the coverage, which cost as much as 20 of them
const RECENT = 16; // of the pool; they are drawn as often as all others together

export interface Fault {
  kind: "crash" | "hang" | "memory";
  message: string; // of the error, or how much it took
  where: string; // the first line of its stack that is ours
  input: Buffer;
}

export interface Progress {
  inputs: number;
  accepted: number;
  worstMs: number; // of processor time
  worstMemoryBytes: number; // more than before one batch
  coveredUnits: number; // UTF-16 units of the parser's source
  pool: number; // inputs that reached something new
}

export interface CampaignOptions {
  target: Target;
  scratch: string;
  seeds: readonly Buffer[];
  inputs: number;
  seed: number;
  limitMs?: number; // of processor time, for an input; default a second
  mostFaults?: number; // after which the search ends
  /** Told of each input before it is given to the parser, and after the last one. */
  onInput: (input: Buffer | undefined) => void;
  onFault: (fault: Fault) => void;
  onProgress: (progress: Progress) => void;
}

const collectGarbage = exposedGc();

export async function campaign(options: CampaignOptions): Promise<Progress & { found: readonly Buffer[] }> {
  const { target, seeds, seed, limitMs = LIMITS.ms, mostFaults = Number.POSITIVE_INFINITY } = options;
  const root = packageRoot(import.meta.dirname);
  const coverage = new Coverage(target.sources.map((file) => path.join(root, file)));
  const parse = await target.open(options.scratch);
  const random = new SeededRandom(seed);
  const inputs = seeds.map((input) => Buffer.from(input));
  const pool: Pool & { inputs: Buffer[] } = { inputs, dictionary: target.dictionary.map((word) => Buffer.from(word)) };
  const progress: Progress = { inputs: 0, accepted: 0, worstMs: 0, worstMemoryBytes: 0, coveredUnits: 0, pool: 0 };
  const known = new Set<string>();

  const fault = (found: Fault) => {
    const name = `${found.kind} ${found.where} ${found.kind === "crash" ? found.message.replace(/\d+/g, "0").slice(0, 60) : ""}`;
    if (!known.has(name)) options.onFault(found);
    known.add(name);
  };
  const timed = async (input: Buffer): Promise<{ ms: number; verdict?: Verdict }> => {
    options.onInput(input);
    const start = process.cpuUsage(); // what other processes take of the time is not the parser's
    let verdict: Verdict | undefined;
    try {
      verdict = await parse(input);
    } catch (error) {
      fault({ kind: "crash", message: messageOf(error), where: placeOf(error, root), input });
    }
    const { user, system } = process.cpuUsage(start);
    return { ms: (user + system) / 1000, verdict };
  };
  const run = async (input: Buffer): Promise<void> => {
    const { ms, verdict } = await timed(input);
    progress.inputs++;
    if (verdict === "accepted") progress.accepted++;
    if (ms <= Math.min(progress.worstMs, limitMs)) return;
    const ownMs = Math.min(ms, (await timed(input)).ms); // the garbage of others is not its own
    progress.worstMs = Math.max(progress.worstMs, ownMs);
    if (ownMs > limitMs) fault({ kind: "hang", message: `${Math.round(ownMs)} ms`, where: "", input });
  };
  const memoryOf = async (work: () => Promise<void>): Promise<number> => {
    const before = resetPeak();
    await work();
    return peakBytes() - before;
  };
  const runAll = async (batch: readonly Buffer[]): Promise<void> => {
    const bytes = await memoryOf(async () => {
      for (const input of batch) await run(input);
    });
    if (bytes <= LIMITS.memoryBytes) {
      progress.worstMemoryBytes = Math.max(progress.worstMemoryBytes, bytes);
      return;
    }
    for (const input of batch) {
      collectGarbage();
      const own = await memoryOf(async () => void (await timed(input)));
      progress.worstMemoryBytes = Math.max(progress.worstMemoryBytes, own);
      if (own > LIMITS.memoryBytes + LIMITS.memoryTimesInput * input.length)
        fault({ kind: "memory", message: `${Math.round(own / 1e6)} MB`, where: "", input });
    }
  };
  /** Keeps those of the inputs that reach something new: runs them again, in halves. */
  const keepNews = async (batch: readonly Buffer[]): Promise<void> => {
    let ms = 0;
    for (const input of batch) ms += (await timed(input)).ms;
    const isOne = batch.length === 1;
    if (coverage.news(isOne) === 0) return;
    if (!isOne) {
      await keepNews(batch.slice(0, batch.length >> 1));
      await keepNews(batch.slice(batch.length >> 1));
    } else if (ms < limitMs / 4) {
      // what is made of a slow one is slow, too
      pool.inputs.push(batch[0]);
      progress.pool++;
    }
  };

  coverage.skip();
  await runAll(pool.inputs);
  coverage.news(true);
  while (progress.inputs < options.inputs && known.size < mostFaults) {
    const size = Math.min(BATCH, options.inputs - progress.inputs);
    const batch = Array.from({ length: size }, () =>
      mutated(drawn(pool.inputs, random), pool, random, target.maxBytes),
    );
    await runAll(batch);
    if (coverage.news(false) > 0) {
      await keepNews(batch);
    }
    progress.coveredUnits = coverage.units;
    options.onProgress(progress);
  }
  options.onInput(undefined);
  coverage.stop();
  return { ...progress, found: pool.inputs.slice(seeds.length) };
}

function drawn(inputs: readonly Buffer[], random: SeededRandom): Buffer {
  return random.chance(0.5) ? random.pick(inputs) : random.pick(inputs.slice(-RECENT));
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 300) : String(error);

/** The first place in our code, such as "server/engine/models/gguf.ts:12:5". */
function placeOf(error: unknown, root: string): string {
  const line = String((error as Error)?.stack)
    .split("\n")
    .find((one) => one.includes(root) && !one.includes("node_modules") && !one.includes("/lab/fuzz/"));
  return /([\w/.]+\.ts:\d+:\d+)/.exec(line?.split(root)[1] ?? "")?.[1]?.slice(1) ?? "";
}

/** Most memory that was resident since the last reset. Linux counts it; elsewhere it is what is resident now. */
function peakBytes(): number {
  if (process.platform !== "linux") return process.memoryUsage.rss();
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0) * 1024;
}

function resetPeak(): number {
  if (process.platform === "linux") writeFileSync("/proc/self/clear_refs", "5");
  return process.memoryUsage.rss();
}

function exposedGc(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
