// Measures the time of a key and of a new place on a loaded decoder. Other programs use the machine too: a disturbed measurement is detected,
// repeated after a pause, and never counts. Decides nothing about tiers.

import { setTimeout as sleep } from "node:timers/promises";
import { CHUNK_TOKENS, type Decoder, type KvCache } from "../runtime/decoder.ts";
import { KEY_PROMPT_TOKENS, KEY_READ_TOKENS, KEY_WRITTEN_TOKENS, PROMPT_TOKENS, type TierTimes } from "./chooseTier.ts";

/** The observations of one round of measuring. */
export interface SpeedRound {
  keyMs: readonly number[]; // one for each repeat
  promptMs: readonly number[];
  threadsUsed: number; // while prompts were read: processor time of this process divided by the elapsed time
}

const KEY_REPEATS = 3;
const PROMPT_REPEATS = 2;

/**
 * The fewest threads at work while a prompt is read undisturbed: a twenty-fifth of the work is one thread's alone (Amdahl), and some time passes
 * between runs. (While a text is written, threads wait for each other more than that.)
 */
const leastThreadsUsed = (threads: number): number => (0.88 * threads) / (1 + 0.04 * (threads - 1));

/** The most by which repeats of the same work differ on a quiet machine, as a ratio. */
const MOST_SPREAD = 1.25;

const PAUSES_MS = [3_000, 10_000, 20_000]; // before each further round

/** The measured times; `disturbance` is the reason why they do not count, if they do not. */
export interface MeasuredTimes {
  times: TierTimes;
  disturbance?: string;
}

export interface MeasureOptions {
  rounds?: number; // most rounds; default: one more than there are pauses
  measure?: (decoder: Decoder) => Promise<SpeedRound>;
  pause?: (ms: number) => Promise<unknown>;
}

/** @param threads of a model on the processor; undefined: another device computes */
export async function measureTimes(
  decoder: Decoder,
  threads: number | undefined,
  { rounds: most = PAUSES_MS.length + 1, measure = measureRound, pause = sleep }: MeasureOptions = {},
): Promise<MeasuredTimes> {
  const rounds: MeasuredTimes[] = [];
  for (const pauseMs of [0, ...PAUSES_MS].slice(0, most)) {
    if (pauseMs > 0) await pause(pauseMs);
    const round = await measure(decoder);
    const times = { keyMs: Math.min(...round.keyMs), promptMs: Math.min(...round.promptMs) };
    const disturbance = disturbanceOf(round, threads);
    if (disturbance === undefined) return { times };
    rounds.push({ times, disturbance });
  }
  return rounds.toSorted((a, b) => a.times.keyMs - b.times.keyMs)[0];
}

/** Why a round says nothing about the machine, as a sentence fragment; undefined where the round is valid. */
export function disturbanceOf(
  { keyMs, promptMs, threadsUsed }: SpeedRound,
  threads: number | undefined,
): string | undefined {
  if (threads !== undefined && threadsUsed < leastThreadsUsed(threads))
    return `other programs took the processor (${threadsUsed.toFixed(1)} of ${threads} threads were at work)`;
  const spread = Math.max(spreadOf(keyMs), spreadOf(promptMs));
  if (spread <= MOST_SPREAD) return undefined;
  return `the same work took up to ${spread.toFixed(1)} times as long`;
}

const spreadOf = (ms: readonly number[]): number => Math.max(...ms) / Math.min(...ms);

async function measureRound(decoder: Decoder): Promise<SpeedRound> {
  const { vocabSize } = decoder.config;
  const tokens = Array.from({ length: PROMPT_TOKENS }, (_, index) => (20 + index * 37) % vocabSize);
  const cache = decoder.createCache();
  try {
    await read(decoder, cache, tokens.slice(0, CHUNK_TOKENS), 0); // warm-up
    await write(decoder, cache, tokens, CHUNK_TOKENS, 2);
    const usedBefore = process.cpuUsage();
    const start = performance.now();
    const promptMs = await repeated(PROMPT_REPEATS, () => read(decoder, cache, tokens, 0));
    const { user, system } = process.cpuUsage(usedBefore);
    const threadsUsed = (user + system) / 1_000 / (performance.now() - start);
    const keyMs = await repeated(KEY_REPEATS, async () => {
      await read(decoder, cache, tokens.slice(0, KEY_READ_TOKENS), KEY_PROMPT_TOKENS);
      await write(decoder, cache, tokens, KEY_PROMPT_TOKENS + KEY_READ_TOKENS, KEY_WRITTEN_TOKENS - 1); // the first token is already known
    });
    return { keyMs, promptMs, threadsUsed };
  } finally {
    cache.dispose();
  }
}

/** Reads tokens in chunks, as a prompt is read. */
async function read(decoder: Decoder, cache: KvCache, tokens: readonly number[], past: number): Promise<void> {
  for (let at = 0; at < tokens.length; at += CHUNK_TOKENS) {
    const chunk = tokens.slice(at, at + CHUNK_TOKENS);
    await decoder.run(cache, chunk, past + at, [chunk.length - 1]);
  }
}

/** Writes one token after the other, each beside a copy of itself, as a text is written. */
async function write(
  decoder: Decoder,
  cache: KvCache,
  tokens: readonly number[],
  past: number,
  count: number,
): Promise<void> {
  for (let step = 0; step < count; step++) await decoder.run(cache, [tokens[step], tokens[step]], past + step, [0]);
}

async function repeated(times: number, work: () => Promise<void>): Promise<number[]> {
  const passed: number[] = [];
  for (let time = 0; time < times; time++) {
    const start = performance.now();
    await work();
    passed.push(performance.now() - start);
  }
  return passed;
}
