// Tests whether a device computes what the processor computes from the same weights: runs a fixed prompt of the model's own tokens, as a whole
// and token by token, and compares the result with the processor's likeliest tokens and a sample of its logits. Loads nothing and chooses
// nothing.

import { cacheType, type Form } from "../graph/decoderGraph.ts";
import { DataType } from "../graph/onnxGraph.ts";
import type { ModelConfig } from "../models/config.ts";
import type { Decoder, KvCache } from "../runtime/decoder.ts";

/** The processor's result at each position that is compared. */
export interface Golden {
  tokens: number[]; // [POSITIONS], the likeliest tokens
  margins: number[]; // [POSITIONS], the difference between the largest and the second largest logit
  logits: number[]; // [POSITIONS, sampled], of tokens at equal distances in the vocabulary
}

export type SelfTestResult =
  | { ok: true; compared: number; nearTies: number }
  | { ok: false; reason: "notANumber" | "wrongTokens" | "wrongLogits"; detail: string };

export const POSITIONS = 32; // number of positions that are compared: the last ones
const PERIOD = 16;
const PROMPT_TOKENS = 2 * PERIOD + POSITIONS;
const SINGLE_TOKENS = 8; // how many of those also run one by one, which uses other kernels than runs of many rows

const SAMPLED = 64; // sampled logits of a position

/** Deviations that rounding may cause. */
interface Tolerance {
  nearTie: number; // margin below which a different summing order may change the likeliest token: a device need not agree there
  spread: number; // root mean square of the sampled logits' differences, as a share of those logits' standard deviation
}

/**
 * Measured on Mesa's software Vulkan with the embedded model and a random one. In floats logits differ by at most 0.0001, by 0.000002 of
 * their spread; in half floats by up to 0.9, by 0.008 of their spread, and of 192 tokens none was another. Wrong attention (see
 * `SHORT_RUN_ROWS`) turned none of the embedded model's tokens either, because it is so sure of them; its logits differed by 0.054 of their spread.
 */
export const toleranceOf = (form: Form): Tolerance =>
  cacheType(form) === DataType.float16 ? { nearTie: 1, spread: 0.025 } : { nearTie: 0.05, spread: 0.001 };

/** Tokens from the whole vocabulary, repeated: a model that can copy is sure of what follows. */
export function selfTestPrompt({ vocabSize }: Pick<ModelConfig, "vocabSize">): number[] {
  return Array.from({ length: PROMPT_TOKENS }, (_, index) => ((index % PERIOD) * 40_503 + 17) % vocabSize);
}

/** The result of `decoder`, on the processor and in the arithmetic of the device, for the prompt. */
export async function makeGolden(decoder: Decoder): Promise<Golden> {
  const cache = decoder.createCache();
  try {
    const rows = await wholeRun(decoder, cache, selfTestPrompt(decoder.config));
    const best = rows.map(topTwo);
    return {
      tokens: best.map(({ token }) => token),
      margins: best.map(({ margin }) => margin),
      logits: rows.flatMap(sampled),
    };
  } finally {
    cache.dispose();
  }
}

/**
 * @param form the form that `decoder` runs
 * @throws what the decoder throws, where it cannot run at all
 */
export async function selfTest(decoder: Decoder, golden: Golden, form: Form): Promise<SelfTestResult> {
  const tolerance = toleranceOf(form);
  const tokens = selfTestPrompt(decoder.config);
  const cache = decoder.createCache();
  try {
    const whole = compare(golden, 0, await wholeRun(decoder, cache, tokens), tolerance, "as a whole");
    if (!whole.ok) return whole;
    const first = POSITIONS - SINGLE_TOKENS;
    return compare(golden, first, await singleRuns(decoder, cache, tokens), tolerance, "token by token");
  } finally {
    cache.dispose();
  }
}

/** Copies of the logits after each of the last `POSITIONS` tokens. */
async function wholeRun(decoder: Decoder, cache: KvCache, tokens: readonly number[]): Promise<Float32Array[]> {
  const asked = Array.from({ length: POSITIONS }, (_, index) => PROMPT_TOKENS - POSITIONS + index);
  return rowsOf(await decoder.run(cache, tokens, 0, asked), decoder.config.vocabSize);
}

/** The same after each of the last `SINGLE_TOKENS`, which run one by one, over a rewound cache. */
async function singleRuns(decoder: Decoder, cache: KvCache, tokens: readonly number[]): Promise<Float32Array[]> {
  const start = PROMPT_TOKENS - SINGLE_TOKENS;
  await decoder.run(cache, tokens.slice(0, start), 0, []);
  const rows: Float32Array[] = [];
  for (let past = start; past < PROMPT_TOKENS; past++) {
    rows.push(Float32Array.from(await decoder.run(cache, [tokens[past]], past, [0])));
  }
  return rows;
}

/** @param first position in the golden result at which `rows` begin */
function compare(
  golden: Golden,
  first: number,
  rows: readonly Float32Array[],
  { nearTie, spread }: Tolerance,
  how: string,
): SelfTestResult {
  let compared = 0;
  const wrong: number[] = [];
  for (const [index, row] of rows.entries()) {
    if (!row.every(Number.isFinite)) {
      return { ok: false, reason: "notANumber", detail: `a logit is not a number, ${how}` };
    }
    if (golden.margins[first + index] <= nearTie) continue;
    compared++;
    if (topTwo(row).token !== golden.tokens[first + index]) wrong.push(first + index);
  }
  if (wrong.length > 0) {
    const detail = `${wrong.length} of ${compared} tokens are not the processor's, ${how}`;
    return { ok: false, reason: "wrongTokens", detail };
  }
  const difference = relativeDifference(rows.flatMap(sampled), golden.logits.slice(first * sampledOf(rows[0].length)));
  if (difference <= spread) return { ok: true, compared, nearTies: rows.length - compared };
  const detail = `the logits differ by ${(100 * difference).toFixed(1)} % of their spread, ${how}`;
  return { ok: false, reason: "wrongLogits", detail };
}

/** The root mean square of the differences from `wanted`, as a share of its standard deviation. */
function relativeDifference(found: readonly number[], wanted: readonly number[]): number {
  const mean = wanted.reduce((sum, value) => sum + value, 0) / wanted.length;
  const spread = wanted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const difference = wanted.reduce((sum, value, i) => sum + (value - found[i]) ** 2, 0);
  return difference === 0 ? 0 : Math.sqrt(difference / spread);
}

/** How many logits of each position a golden result holds. */
export const sampledOf = (vocabSize: number): number => Math.min(SAMPLED, vocabSize);

/** Logits of tokens at equal distances in the vocabulary. */
function sampled(row: Float32Array): number[] {
  const count = sampledOf(row.length);
  return Array.from({ length: count }, (_, index) => row[Math.floor((index * row.length) / count)]);
}

function rowsOf(logits: Float32Array, vocabSize: number): Float32Array[] {
  return Array.from({ length: logits.length / vocabSize }, (_, row) =>
    logits.slice(row * vocabSize, (row + 1) * vocabSize),
  );
}

function topTwo(row: Float32Array): { token: number; margin: number } {
  let token = 0;
  let second = Number.NEGATIVE_INFINITY;
  for (let id = 1; id < row.length; id++) {
    if (row[id] > row[token]) {
      second = row[token];
      token = id;
    } else if (row[id] > second) second = row[id];
  }
  return { token, margin: row[token] - second };
}
