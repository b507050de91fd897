// Tries one device: loads the model there, tests it against the processor's golden tokens and measures it. To be run in a separate process,
// which a broken driver may crash or block for ever. Chooses nothing.

import { createHash } from "node:crypto";
import path from "node:path";
import * as z from "zod";
import type { StoredModel } from "../models/modelStore.ts";
import type { Decoder } from "../runtime/decoder.ts";
import { readCached, writeCached } from "./cachedJson.ts";
import { type Candidate, DECODE_TOKENS, PREFILL_TOKENS, type Trial } from "./chooseDevice.ts";
import { type DeviceOptions, type Limits, loadDecoder } from "./loadDecoder.ts";
import { type Golden, makeGolden, POSITIONS, sampledOf, selfTest } from "./selfTest.ts";

const TRIAL_CAPACITY = 512; // positions in its KV cache
const TIMES = 2; // how often each measurement is repeated; the fastest counts, since other programs may use the machine meanwhile

/**
 * The most rows in a run on drivers with faulty attention kernels. onnxruntime uses other kernels of attention from 32 rows on, which are wrong
 * on some drivers (all rows after the first few of a prompt, on Mesa's software Vulkan). Shorter runs take longer to read a prompt, and are
 * right.
 */
const SHORT_RUN_ROWS = 31;

/**
 * The result of running `model` on the candidate. A device that fails is a result too.
 * @throws UserError when there is too little memory now, or the model cannot be read
 */
export async function tryCandidate(
  model: StoredModel,
  candidate: Candidate,
  options: DeviceOptions,
  limits: Limits = {},
): Promise<Trial> {
  const few = { ...limits, capacity: TRIAL_CAPACITY };
  const golden = candidate.device === "cpu" ? undefined : await goldenOf(model, options, few);
  const trial = await tryOnce(model, candidate, options, few, golden);
  if (trial.works || candidate.device !== "webgpu") return trial;
  const short = await tryOnce(model, candidate, { ...options, mostRows: SHORT_RUN_ROWS }, few, golden);
  return short.works ? { ...short, mostRows: SHORT_RUN_ROWS } : trial;
}

/** @param golden undefined: skip the self-test */
async function tryOnce(
  model: StoredModel,
  { device, form }: Candidate,
  options: DeviceOptions,
  limits: Limits,
  golden: Golden | undefined,
): Promise<Trial> {
  const start = performance.now();
  let decoder: Decoder;
  try {
    decoder = await loadDecoder(model, { ...options, device, form }, limits);
  } catch (error) {
    if ((error as { code?: string }).code === "memoryTooSmall") throw error;
    return { device, form, works: false, reason: (error as Error).message };
  }
  try {
    const loadMs = performance.now() - start;
    const result = golden && (await selfTest(decoder, golden, form));
    if (result && !result.ok) return { device, form, works: false, reason: `self-test: ${result.detail}` };
    return { device, form, works: true, loadMs, ...(await measureDecoder(decoder)) };
  } catch (error) {
    return { device, form, works: false, reason: (error as Error).message };
  } finally {
    decoder.dispose();
  }
}

/** Tokens per second of a prefill and of the decoding after it. */
export async function measureDecoder(
  decoder: Decoder,
): Promise<{ prefillTokensPerSecond: number; decodeTokensPerSecond: number }> {
  const { vocabSize } = decoder.config;
  const tokens = Array.from({ length: PREFILL_TOKENS }, (_, index) => (20 + index * 37) % vocabSize);
  const cache = decoder.createCache();
  const prefill = () => decoder.run(cache, tokens, 0, [PREFILL_TOKENS - 1]);
  const decode = async () => {
    for (let step = 0; step < DECODE_TOKENS; step++)
      await decoder.run(cache, [tokens[step]], PREFILL_TOKENS + step, [0]);
  };
  await prefill(); // warm-up: compiles the shaders
  await decoder.run(cache, [tokens[0]], PREFILL_TOKENS, [0]);
  const prefillMs = await fastestMs(prefill);
  const decodeMs = await fastestMs(decode);
  cache.dispose();
  return {
    prefillTokensPerSecond: (1000 * PREFILL_TOKENS) / prefillMs,
    decodeTokensPerSecond: (1000 * DECODE_TOKENS) / decodeMs,
  };
}

async function fastestMs(work: () => Promise<unknown>): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY;
  for (let time = 0; time < TIMES; time++) {
    const start = performance.now();
    await work();
    fastest = Math.min(fastest, performance.now() - start);
  }
  return fastest;
}

const goldenSchema = z.object({
  tokens: z.array(z.int().nonnegative()).length(POSITIONS),
  margins: z.array(z.number().nonnegative()).length(POSITIONS),
  logits: z.array(z.number()),
}) satisfies z.ZodType<Golden>;

/** The golden result from the cache folder, or else computed by the processor, with the same weights and in floats, as a device computes. */
export async function goldenOf(model: StoredModel, options: DeviceOptions, limits: Limits = {}): Promise<Golden> {
  const facts = JSON.stringify([model.weightsSha256, model.config]);
  const name = `golden-${createHash("sha256").update(facts).digest("hex")}.json`;
  const file = path.join(options.cacheDir, "devices", name);
  const found = readCached(file, goldenSchema);
  if (found?.logits.length === POSITIONS * sampledOf(model.config.vocabSize)) return found;
  const decoder = await loadDecoder(model, { ...options, device: "cpu", form: "gpu8" }, limits);
  try {
    const golden = await makeGolden(decoder);
    writeCached(file, JSON.stringify(golden));
    return golden;
  } finally {
    decoder.dispose();
  }
}
