// Tries each way to run the model on the processor and measures it. Chooses nothing: reports what the runtime would choose, and why. Other
// devices: `otherDevices.ts`.

import { type DeviceOptions, loadDecoder } from "../../server/engine/load/loadDecoder.ts";
import type { StoredModel } from "../../server/engine/models/modelStore.ts";

export interface DeviceTrial {
  device: string;
  runtime: string; // with its version, if it loads
  works: boolean;
  chosen: boolean;
  reason: string; // why it is chosen, or why not
  loadMs: number | null;
  prefillTokensPerSecond: number | null; // 256 tokens into an empty cache
  decodeTokensPerSecond: number | null; // one token at a time after them
}

const RUNTIMES = ["c-api", "binding"] as const; // in the runtime's order of preference
const PREFILL_TOKENS = 256;
const DECODE_TOKENS = 24;

/** Every available way, the chosen one first. Never throws for one that does not work. */
export async function tryDevices(model: StoredModel, options: DeviceOptions): Promise<DeviceTrial[]> {
  const trials: DeviceTrial[] = [];
  for (const runtime of RUNTIMES) {
    const chosen = !trials.some(({ works }) => works);
    trials.push(await tryRuntime(model, { ...options, runtime }, chosen));
  }
  return trials;
}

async function tryRuntime(
  model: StoredModel,
  options: DeviceOptions & { runtime: (typeof RUNTIMES)[number] },
  chosen: boolean,
): Promise<DeviceTrial> {
  const startMs = performance.now();
  try {
    const decoder = await loadDecoder(model, options);
    try {
      const loadMs = performance.now() - startMs;
      const tokens = Array.from({ length: PREFILL_TOKENS }, (_, index) => 20 + ((index * 37) % 200));
      const cache = decoder.createCache();
      await decoder.run(cache, tokens, 0, [PREFILL_TOKENS - 1]); // warm-up
      const prefillMs = await elapsedMs(() => decoder.run(cache, tokens, 0, [PREFILL_TOKENS - 1]));
      const decodeMs = await elapsedMs(async () => {
        for (let step = 0; step < DECODE_TOKENS; step++) {
          await decoder.run(cache, [tokens[step]], PREFILL_TOKENS + step, [0]);
        }
      });
      return {
        device: decoder.device,
        runtime: decoder.runtime,
        works: true,
        chosen,
        reason: chosen ? whyChosen(options.runtime) : "it works too, but copies more: it is the fallback",
        loadMs: Math.round(loadMs),
        prefillTokensPerSecond: perSecond(PREFILL_TOKENS, prefillMs),
        decodeTokensPerSecond: perSecond(DECODE_TOKENS, decodeMs),
      };
    } finally {
      decoder.dispose();
    }
  } catch (error) {
    const reason = `it does not work: ${(error as Error).message}`;
    const unmeasured = { loadMs: null, prefillTokensPerSecond: null, decodeTokensPerSecond: null };
    return { device: "cpu", runtime: options.runtime, works: false, chosen: false, reason, ...unmeasured };
  }
}

const whyChosen = (runtime: string): string =>
  runtime === "c-api" ? "the KV cache stays where it is from token to token" : "the C API does not work here";

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

const perSecond = (count: number, ms: number): number => Math.round((count / ms) * 10_000) / 10;
