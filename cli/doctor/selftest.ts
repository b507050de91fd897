// The engine's oracles on this machine, with the model that runs here: compares each fast path with the slow path whose result it must equal.

import { createSession, type GenerationSession, generate } from "../../server/engine/generate/generate.ts";
import { indexOfLargest } from "../../server/engine/generate/sampler.ts";
import type { Decoder, KvCache } from "../../server/engine/runtime/decoder.ts";
import type { Tokenizer } from "../../server/engine/tokenizer/tokenizer.ts";

export interface OracleResult {
  oracle: string;
  ok: boolean;
  detail: string;
}

const SAMPLE = `import { readFileSync } from "node:fs";

/** The lines of a file that are not blank. */
export function readLines(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return text.split("\\n").filter((line) => line.trim() !== "");
}

export function countWords(file: string): number {
`;

/** The most that logits of two paths may differ, since they may differ by rounding only. */
const TOLERANCE = 0.05;

const LEAST_AGREEMENT = 0.9;

export async function runOracles(decoder: Decoder, tokenizer: Tokenizer): Promise<OracleResult[]> {
  const tokens = tokenizer.encode(SAMPLE);
  const cache = decoder.createCache();
  return [
    await chunkedIsWhole(decoder, cache, tokens),
    await rewoundIsFresh(decoder, cache, tokens),
    await cachedIsUncached(decoder, tokenizer, tokens),
    await singleIsLikeWhole(decoder, cache, tokens),
  ];
}

/** A prompt run in chunks gives the same logits as the whole prompt. */
async function chunkedIsWhole(decoder: Decoder, cache: KvCache, tokens: readonly number[]): Promise<OracleResult> {
  const whole = await lastLogits(decoder, cache, tokens, 0);
  const chunk = 17;
  let chunked = whole;
  for (let past = 0; past < tokens.length; past += chunk)
    chunked = await lastLogits(decoder, cache, tokens.slice(past, past + chunk), past);
  return compare("chunked = whole", whole, chunked);
}

/** After other tokens and rewinding, the logits are those of a cache that never held these tokens. */
async function rewoundIsFresh(decoder: Decoder, cache: KvCache, tokens: readonly number[]): Promise<OracleResult> {
  const kept = tokens.length >> 1;
  const fresh = await lastLogits(decoder, cache, tokens, 0);
  await lastLogits(decoder, cache, tokens.toReversed(), 0);
  await lastLogits(decoder, cache, tokens.slice(0, kept), 0);
  await lastLogits(decoder, cache, tokens.slice(0, kept).toReversed(), kept);
  const rewound = await lastLogits(decoder, cache, tokens.slice(kept), kept);
  return compare("rewound = fresh", fresh, rewound);
}

/** Generating after a prompt whose beginning is in the cache gives the same text as generating after it anew. */
async function cachedIsUncached(
  decoder: Decoder,
  tokenizer: Tokenizer,
  tokens: readonly number[],
): Promise<OracleResult> {
  // healing off: a token taken back and chosen again is computed alone (see singleIsLikeWhole)
  const write = async (session: GenerationSession, promptTokens: readonly number[], maxTokens: number) =>
    generate(
      session,
      { promptTokens, maxTokens, sampling: { temperature: 0 }, stop: [], healing: false },
      () => {},
      new AbortController().signal,
    );
  const uncached = await write(createSession(decoder, tokenizer), tokens, 24);
  const session = createSession(decoder, tokenizer);
  await write(session, tokens.slice(0, -9), 1);
  const cached = await write(session, tokens, 24);
  const ok = cached.text === uncached.text && cached.cachedTokens > 0;
  const detail = `${cached.cachedTokens} of ${tokens.length} tokens from the cache`;
  return {
    oracle: "cached = uncached",
    ok,
    detail: ok ? detail : `${detail}; ${JSON.stringify(cached.text)} is not ${JSON.stringify(uncached.text)}`,
  };
}

/**
 * Token by token, the model's logits are close to those of the whole prompt. They are not equal: other kernels sum in another order, and 8-bit
 * activations turn such differences into steps. The likeliest tokens must agree.
 */
async function singleIsLikeWhole(decoder: Decoder, cache: KvCache, tokens: readonly number[]): Promise<OracleResult> {
  const { vocabSize } = decoder.config;
  const whole = Float32Array.from(await decoder.run(cache, tokens, 0, Array.from(tokens.keys()))); // [time, vocabSize]
  let agreeing = 0;
  for (const [position, token] of tokens.entries()) {
    const alone = await decoder.run(cache, [token], position, [0]);
    const together = whole.subarray(position * vocabSize, (position + 1) * vocabSize);
    if (indexOfLargest(alone) === indexOfLargest(together)) agreeing++;
  }
  const share = agreeing / tokens.length;
  return {
    oracle: "token by token ≈ whole",
    ok: share >= LEAST_AGREEMENT,
    detail: `the likeliest token is the same at ${agreeing} of ${tokens.length} positions`,
  };
}

/** [vocabSize], a copy: the decoder's own array is valid until its next run only. */
async function lastLogits(
  decoder: Decoder,
  cache: KvCache,
  tokens: readonly number[],
  past: number,
): Promise<Float32Array> {
  return Float32Array.from(await decoder.run(cache, tokens, past, [tokens.length - 1]));
}

function compare(oracle: string, wanted: Float32Array, found: Float32Array): OracleResult {
  const difference = wanted.reduce((most, value, index) => Math.max(most, Math.abs(value - found[index])), 0);
  const detail = `the largest difference of a logit is ${difference.toPrecision(2)}`;
  return { oracle, ok: difference <= TOLERANCE, detail };
}
