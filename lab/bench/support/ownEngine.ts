// Our engine as the benches drive it beside its peer: the same jobs, in the runs of the product's token loop. Times nothing.

import { indexOfLargest } from "../../../server/engine/generate/sampler.ts";
import { FEWEST_ROWS } from "../../../server/engine/generate/speculation.ts";
import { type DeviceOptions, type Limits, loadDecoder } from "../../../server/engine/load/loadDecoder.ts";
import type { StoredModel } from "../../../server/engine/models/modelStore.ts";
import { CHUNK_TOKENS, type Decoder, type KvCache } from "../../../server/engine/runtime/decoder.ts";
import type { Job } from "../peer/types.ts";

export class OwnEngine {
  readonly decoder: Decoder;
  readonly #cache: KvCache;

  constructor(decoder: Decoder) {
    this.decoder = decoder;
    this.#cache = decoder.createCache();
  }

  static async load(model: StoredModel, device: DeviceOptions, limits?: Limits): Promise<OwnEngine> {
    return new OwnEngine(await loadDecoder(model, device, limits));
  }

  /** Does the jobs; the most probable next tokens of all of them, in order. */
  async work(jobs: readonly Job[]): Promise<number[]> {
    const argmax: number[] = [];
    for (const job of jobs) await this.#run(job, (logits) => argmax.push(...this.#argmax(logits)));
    return argmax;
  }

  /** Logits after each of `tokens`, from an empty cache: [tokens, vocab]. */
  async logits(tokens: number[]): Promise<Float32Array> {
    const { vocabSize } = this.decoder.config;
    const out = new Float32Array(tokens.length * vocabSize);
    let filled = 0;
    await this.#run({ tokens, past: 0, asked: "all" }, (logits) => {
      out.set(logits, filled);
      filled += logits.length;
    });
    return out;
  }

  dispose(): void {
    this.decoder.dispose();
  }

  async #run({ tokens, past, asked }: Job, onLogits: (logits: Float32Array) => void): Promise<void> {
    for (let start = 0; start < tokens.length; start += CHUNK_TOKENS) {
      const chunk = tokens.slice(start, start + CHUNK_TOKENS);
      const isLast = start + chunk.length === tokens.length;
      const wanted = asked === "all" ? [...chunk.keys()] : isLast ? [chunk.length - 1] : [];
      const rows = chunk.length < FEWEST_ROWS ? [...chunk, ...chunk] : chunk; // as the token loop runs a single token
      const logits = await this.decoder.run(this.#cache, rows, past + start, wanted);
      if (wanted.length > 0) onLogits(logits);
    }
  }

  *#argmax(logits: Float32Array): Generator<number> {
    const { vocabSize } = this.decoder.config;
    for (let start = 0; start < logits.length; start += vocabSize)
      yield indexOfLargest(logits.subarray(start, start + vocabSize));
  }
}
