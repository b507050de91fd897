// A decoder over the C API. The KV cache is JavaScript's memory, given to onnxruntime as past and as present: it writes in place.
// Owns the buffers; knows nothing of koffi.

import type { ComputeForm } from "../graph/computeForm.ts";
import { GraphNames } from "../graph/decoderGraph.ts";
import { KernelProbe } from "../graph/kernelProbe.ts";
import type { ModelConfig } from "../models/config.ts";
import { Cancelled, runtimeFailed } from "../protocol/errors.ts";
import type { CApi, CApiSession, CApiTensor, TensorData } from "./cApi.ts";
import { checkRun } from "./checkRun.ts";
import type { Decoder } from "./decoder.ts";

export async function loadCApiDecoder(
  api: CApi,
  form: ComputeForm,
  config: ModelConfig,
  { threads, capacity }: { threads: number; capacity: number },
): Promise<Decoder> {
  const exactBytes = await bytesSaturate(api, form.probePath);
  return new CApiDecoder(api, await api.createSession(form.graphPath, { threads, exactBytes }), config, capacity);
}

/** Whether the fast kernels for products of bytes are wrong on this processor. */
async function bytesSaturate(api: CApi, probePath: string): Promise<boolean> {
  const session = await api.createSession(probePath, { threads: 1, exactBytes: false });
  const [rows, depth] = KernelProbe.inputShape;
  const sums = new Float32Array(KernelProbe.outputShape[0] * KernelProbe.outputShape[1]);
  session.bindInput(
    KernelProbe.input,
    api.tensor(new Uint8Array(rows * depth).fill(KernelProbe.inputValue), KernelProbe.inputShape),
  );
  session.bindOutput(KernelProbe.output, api.tensor(sums, KernelProbe.outputShape));
  await session.run();
  session.dispose();
  return sums.some((sum) => sum !== KernelProbe.outputValue);
}

class CApiDecoder implements Decoder {
  readonly config: ModelConfig;
  readonly capacity: number;
  readonly device = "cpu";
  readonly runtime: string;
  readonly #api: CApi;
  readonly #session: CApiSession;
  readonly #ids: BigInt64Array; // [capacity]
  readonly #positions: BigInt64Array; // [capacity]
  readonly #lastPosition = new Int32Array(new ArrayBuffer(4));
  readonly #totalLength = new Int32Array(new ArrayBuffer(4));
  #logits: Float32Array; // [asked, vocab]; grows
  #shapes = { time: 0, asked: 0 }; // of the tensors that are bound now
  #shaped: CApiTensor[] = []; // those tensors

  constructor(api: CApi, session: CApiSession, config: ModelConfig, capacity: number) {
    this.config = config;
    this.capacity = capacity;
    this.runtime = `c-api ${api.version}`;
    this.#api = api;
    this.#session = session;
    this.#ids = new BigInt64Array(new ArrayBuffer(8 * capacity));
    this.#positions = new BigInt64Array(new ArrayBuffer(8 * capacity));
    this.#logits = new Float32Array(config.vocabSize);
    session.bindInput(GraphNames.lastPosition, api.tensor(this.#lastPosition, [1]));
    session.bindInput(GraphNames.totalLength, api.tensor(this.#totalLength, []));
    const shape = [1, config.kvHeads, capacity, config.headDim];
    const bindCache = (past: string, present: string) => {
      const tensor = api.tensor(new Float32Array(config.kvHeads * capacity * config.headDim), shape);
      session.bindInput(past, tensor);
      session.bindOutput(present, tensor);
    };
    for (let layer = 0; layer < config.layers; layer++) {
      bindCache(GraphNames.pastKey(layer), GraphNames.presentKey(layer));
      bindCache(GraphNames.pastValue(layer), GraphNames.presentValue(layer));
    }
  }

  async run(
    tokens: readonly number[],
    past: number,
    logitPositions: readonly number[],
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    if (this.#session.running) throw new Error("a run is under way");
    checkRun(this, tokens, past, logitPositions);
    if (signal?.aborted) throw new Cancelled();
    const asked = Math.max(1, logitPositions.length); // the head has no kernel for nothing
    this.#bindShapes(tokens.length, asked);
    for (let i = 0; i < tokens.length; i++) this.#ids[i] = BigInt(tokens[i]);
    for (let i = 0; i < asked; i++) this.#positions[i] = BigInt(logitPositions[i] ?? 0);
    this.#lastPosition[0] = past + tokens.length - 1;
    this.#totalLength[0] = past + tokens.length;
    try {
      await this.#session.run(signal);
    } catch (error) {
      if (signal?.aborted) throw new Cancelled();
      throw runtimeFailed((error as Error).message);
    }
    if (signal?.aborted) throw new Cancelled();
    return this.#logits.subarray(0, logitPositions.length * this.config.vocabSize);
  }

  dispose(): void {
    this.#session.dispose();
  }

  /** Binds ids [1, time], positions [asked] and logits [1, asked, vocab]; a decode step finds them bound by the one before. */
  #bindShapes(time: number, asked: number): void {
    if (time === this.#shapes.time && asked === this.#shapes.asked) return;
    const { vocabSize } = this.config;
    if (this.#logits.length < asked * vocabSize) this.#logits = new Float32Array(asked * vocabSize);
    const before = this.#shaped;
    const make = <T extends TensorData>(data: T, shape: number[]) => this.#api.tensor(data, shape);
    const ids = make(this.#ids.subarray(0, time), [1, time]);
    const positions = make(this.#positions.subarray(0, asked), [asked]);
    const logits = make(this.#logits.subarray(0, asked * vocabSize), [1, asked, vocabSize]);
    this.#session.bindInput(GraphNames.inputIds, ids);
    this.#session.bindInput(GraphNames.logitPositions, positions);
    this.#session.bindOutput(GraphNames.logits, logits);
    this.#shaped = [ids, positions, logits];
    this.#shapes = { time, asked };
    for (const tensor of before) this.#api.release(tensor); // nothing is bound to them any more
  }
}
