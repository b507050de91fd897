// The tiny model, loaded for real (graph, runtime, tokenizer) behind LocalModel, with a pause to make it as slow as a test needs.

import { setTimeout as sleep } from "node:timers/promises";
import { withAdapter } from "../../server/engine/adapters/merge.ts";
import { readAdapter } from "../../server/engine/adapters/readAdapter.ts";
import { loadDecoder } from "../../server/engine/load/loadDecoder.ts";
import type { StoredModel } from "../../server/engine/models/modelStore.ts";
import type { Decoder } from "../../server/engine/runtime/decoder.ts";
import type { Tokenizer } from "../../server/engine/tokenizer/tokenizer.ts";
import { LocalModel } from "../../server/host/localModel.ts";
import type { AdapterDir } from "../../server/host/protocol/adapters.ts";
import type { Tier } from "../../server/host/protocol/tiers.ts";
import type { RepositoryMemories } from "../../server/host/repositoryMemories.ts";
import type { Scheduler } from "../../server/host/scheduler.ts";
import { toldLayers } from "../../server/host/toldLayers.ts";
import { tinyModel, tinyTokenizer } from "./tinyModel.ts";

interface TinyOptions {
  cacheDir: string;
  log?: (line: string) => void;
  tokenMs?: number; // before each run of the decoder
  adapter?: AdapterDir;
  scheduler?: Scheduler;
  memories?: RepositoryMemories;
  tier?: Tier; // strong: other weights, and another id
  tokenizer?: Tokenizer; // default: with four special tokens
}

const SEEDS: Readonly<Record<Tier, number>> = { quick: 1, strong: 2 };

/** The tiny model that stands for a tier. */
export const tinyTier = (tier: Tier): StoredModel => tinyModel(SEEDS[tier]);

export async function tinyLocalModel(options: TinyOptions): Promise<LocalModel> {
  const { cacheDir, log, tokenMs = 0, adapter, scheduler, memories, tier, tokenizer = tinyTokenizer() } = options;
  const start = performance.now();
  const base = tier ? tinyTier(tier) : tinyModel();
  const model = adapter === undefined ? base : withAdapter(base, await readAdapter(adapter, base));
  const decoder = await loadDecoder(model, { cacheDir, threads: 1, log });
  return new LocalModel({
    id: tier === "strong" ? "tiny-strong" : "tiny",
    tier,
    adapterName: model.adapterName,
    scheduler,
    memories,
    decoder: slowed(decoder, tokenMs),
    tokenizer,
    loadMs: performance.now() - start,
    layers: (asked) => toldLayers({ model, cacheDir, threads: 1 }, tokenizer, asked),
  });
}

function slowed(decoder: Decoder, tokenMs: number): Decoder {
  if (tokenMs === 0) return decoder;
  return {
    config: decoder.config,
    capacity: decoder.capacity,
    device: decoder.device,
    runtime: decoder.runtime,
    createCache: () => decoder.createCache(),
    async run(cache, tokens, past, logitPositions, signal) {
      await sleep(tokenMs);
      return decoder.run(cache, tokens, past, logitPositions, signal);
    },
    dispose: () => decoder.dispose(),
  };
}
