// The peer's process: llama.cpp behind the commands of types.ts, one at a time, over Node's IPC. Its work is timed here, without the way
// through the channel. Between commands it waits and computes nothing. Started by peer.ts.

import { peerModuleUrl } from "./install.ts";
import { stopwatch } from "./stopwatch.ts";
import type {
  AddonContext,
  AddonSampler,
  Completed,
  Job,
  LlamaCpp,
  LoadOptions,
  PeerRequest,
  Worked,
} from "./types.ts";

const BATCH_TOKENS = 512; // llama.cpp's own default for what it computes at once

class PeerModel {
  readonly context: AddonContext;
  readonly #sampler: AddonSampler;
  #cached: number[] = []; // tokens by position

  constructor(context: AddonContext, sampler: AddonSampler) {
    this.context = context;
    this.#sampler = sampler;
    sampler.applyConfig({ temperature: 0 });
  }

  /** Runs the job; the batch indices of the positions that are asked for. */
  async run({ tokens, past, asked }: Job): Promise<number[]> {
    if (this.#cached.length > past) {
      this.context.removeTokenCellsFromSequence(0, past, this.#cached.length);
      this.#cached.length = past;
    }
    let indices: number[] = [];
    for (let start = 0; start < tokens.length; start += BATCH_TOKENS) {
      const batch = Uint32Array.from(tokens.slice(start, start + BATCH_TOKENS));
      const isLast = start + batch.length === tokens.length;
      if (asked === "all" && !isLast) throw new Error(`all logits are at hand for ${BATCH_TOKENS} tokens at most`);
      const wanted = asked === "all" ? batch.keys() : isLast ? [batch.length - 1] : [];
      this.context.initBatch(batch.length);
      indices = [...this.context.addToBatch(0, past + start, batch, Uint32Array.from(wanted))];
      await this.context.decodeBatch();
      this.#cached.push(...batch);
    }
    return indices;
  }

  sample(index: number): Promise<number> {
    return this.context.sampleToken(index, this.#sampler);
  }

  async argmaxOf(job: Job): Promise<number[]> {
    const tokens: number[] = [];
    for (const index of await this.run(job)) tokens.push(await this.sample(index));
    return tokens;
  }

  /** The logits at batch index `index`, [vocab], into `out`. */
  async logits(index: number, out: Float32Array): Promise<void> {
    const [, , , pairs] = await this.context.sampleToken(index, this.#sampler, false, false, true);
    if (pairs.length !== 2 * out.length)
      throw new Error(`the vocabulary has ${pairs.length / 2} tokens, not ${out.length}`);
    for (let i = 0; i < pairs.length; i += 2) out[pairs[i]] = pairs[i + 1];
  }

  /** Tokens of `prompt` in the cache, from the first on. */
  cachedLength(prompt: readonly number[]): number {
    const differs = prompt.findIndex((token, i) => token !== this.#cached[i]);
    return differs === -1 ? prompt.length : differs;
  }
}

let llama: LlamaCpp | undefined;
const models: PeerModel[] = [];

const commands = {
  async load({ file, contextTokens, threads, cache, flashAttention }: LoadOptions) {
    const { getLlama } = await import(peerModuleUrl());
    const loaded: LlamaCpp = (llama ??= await getLlama({
      gpu: false,
      build: "never",
      skipDownload: true,
      logLevel: "error",
      maxThreads: threads,
    }));
    const model = await loaded.loadModel({ modelPath: file, gpuLayers: 0 });
    const { _ctx } = await model.createContext({
      contextSize: contextTokens,
      batchSize: BATCH_TOKENS,
      threads,
      flashAttention,
      experimentalKvCacheKeyType: cache.toUpperCase(),
      experimentalKvCacheValueType: cache.toUpperCase(),
    });
    models.push(new PeerModel(_ctx, new loaded._bindings.AddonSampler(model._model)));
    const build = `llama.cpp ${loaded.llamaCppRelease.release}: ${loaded.systemInfo.trim()}`;
    return { model: models.length - 1, build };
  },

  async work({ model, threads, jobs }: { model: number; threads: number; jobs: Job[] }): Promise<Worked> {
    const peer = models[model];
    peer.context.setThreads(threads);
    const argmax: number[] = [];
    const spent = stopwatch();
    for (const job of jobs) argmax.push(...(await peer.argmaxOf(job)));
    return { ...spent(), argmax };
  },

  async complete(options: { model: number; threads: number; prompt: number[]; maxTokens: number }): Promise<Completed> {
    const { prompt, maxTokens } = options;
    const peer = models[options.model];
    peer.context.setThreads(options.threads);
    const spent = stopwatch();
    const cached = Math.min(peer.cachedLength(prompt), prompt.length - 1);
    const tokens = await peer.argmaxOf({ tokens: prompt.slice(cached), past: cached, asked: "last" });
    const firstTokenMs = spent().ms;
    while (tokens.length < maxTokens) {
      const past = prompt.length + tokens.length - 1;
      tokens.push(...(await peer.argmaxOf({ tokens: [tokens.at(-1)!], past, asked: "last" })));
    }
    return { ...spent(), firstTokenMs, tokens, cached };
  },

  async logits(options: {
    model: number;
    threads: number;
    tokens: number[];
    vocabSize: number;
  }): Promise<Float32Array> {
    const { tokens, vocabSize } = options;
    const peer = models[options.model];
    peer.context.setThreads(options.threads);
    const indices = await peer.run({ tokens, past: 0, asked: "all" });
    const out = new Float32Array(tokens.length * vocabSize);
    for (let i = 0; i < indices.length; i++)
      await peer.logits(indices[i], out.subarray(i * vocabSize, (i + 1) * vocabSize));
    return out;
  },
};

process.on("message", async ({ id, command, options }: PeerRequest) => {
  try {
    process.send!({ id, result: await commands[command](options) });
  } catch (error) {
    process.send!({ id, error: (error as Error).message });
  }
});
process.on("disconnect", () => process.exit(0));
