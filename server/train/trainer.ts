// The trainer: loss and gradients of a packed sequence, and updates, for LoRA or for all weights. Reads no files and knows no schedule.

import type { GraphTensor } from "../engine/runtime/graphSession.ts";
import { defaultThreads } from "../engine/runtime/threads.ts";
import { adamW, clipScale, gradientNorm } from "./adamW.ts";
import { type FrozenInt8, int8Shapes, quantiseFrozen, replaceRow } from "./frozenInt8.ts";
import { Head, type HeadTensors, type HeadTraining } from "./head.ts";
import { HeadNames } from "./headGraph.ts";
import { LayerNames, type TrainingPlan } from "./layerGraph.ts";
import { type Dropout, LayerStack } from "./layerStack.ts";
import { type Ends, type LayerWeights, readEnds, readLayer } from "./parameters.ts";
import { attentionParts, layOut, rotaryAngles, type Sequence } from "./sequence.ts";
import { createTensorFactory, type TensorFactory } from "./tensors.ts";
import type {
  LoraOptions,
  LossSum,
  TrainableParameter,
  Trainer,
  TrainerOptions,
  TrainingBatch,
  UpdateOptions,
  WeightSource,
} from "./types.ts";

const ATTENTION_PARTS = 8;
const MOST_LOGITS = 2 ** 24; // approximate limit; in memory at a time, twice: as logits and as probabilities

/** As many positions as MOST_LOGITS allows, between 64 and 256: with more, the products are hardly faster. */
const defaultChunkTokens = (vocabSize: number): number =>
  Math.min(256, Math.max(64, Math.round(MOST_LOGITS / vocabSize / 64) * 64));

/**
 * Loads the weights and prepares the graphs.
 * @throws RangeError when the number of layers to train is 0 or more than there are, no gradient reaches the embedding rows to train,
 * or 8 bits are asked for where weights are trained or on another device
 * @throws UserError when the runtime cannot load a graph, or has no such device
 */
export async function createTrainer(source: WeightSource, options: TrainerOptions): Promise<Trainer> {
  const { config } = source;
  const { train, sequenceTokens, seed, device = "cpu", threads = defaultThreads(), keep = "selective" } = options;
  const { precision = "fp32" } = options;
  const lora = train === "full" ? undefined : train.lora;
  if (precision === "int8" && (!lora || device !== "cpu"))
    throw new RangeError("8 bits are for frozen weights on the processor");
  const dropout = lora?.dropout ?? 0;
  const plan: TrainingPlan = {
    config,
    timeTokens: sequenceTokens,
    lora: lora && { rank: lora.rank, alpha: lora.alpha, dropout: dropout > 0 },
    attentionParts: options.attentionParts ?? (device === "cpu" ? ATTENTION_PARTS : 1),
    keep,
    precision,
  };
  const firstTrained = firstTrainedLayer(config.layers, lora);
  const tensors = await createTensorFactory(device);
  const layers: LayerWeights[] = [];
  for (let layer = 0; layer < config.layers; layer++)
    layers.push(await readLayer(source, plan, layer, seed, tensors, layer >= firstTrained));
  const ends = readEnds(source, lora);
  const stack = await LayerStack.create(plan, layers, tensors, { device, threads });
  const head = new Head(plan, tensors, ends.norm, {
    device,
    threads,
    chunkTokens: options.headChunkTokens ?? Math.min(sequenceTokens, defaultChunkTokens(config.vocabSize)),
    training: headTraining(ends, config.tiedEmbeddings),
  });
  const parameters = layers.flatMap(({ trained }) => [...trained.values()]);
  return new LayeredTrainer({ plan, parameters, tensors, stack, head, ends, dropout });
}

function firstTrainedLayer(count: number, lora: LoraOptions | undefined): number {
  const first = count - (lora?.layers ?? count);
  if (!Number.isInteger(first) || first < 0 || first >= count)
    throw new RangeError(`of ${count} layers 1 to all can be trained`);
  if (first > 0 && lora?.embeddingRows?.length) throw new RangeError("gradients do not reach the embedding's rows");
  return first;
}

function headTraining({ rows, full }: Ends, isTied: boolean): HeadTraining {
  if (full) return { kind: "all", norm: full.norm, head: full.head };
  return rows && isTied ? { kind: "rows", ids: rows.ids, rows: rows.parameter } : { kind: "x" };
}

interface Parts {
  plan: TrainingPlan;
  parameters: TrainableParameter[]; // parameters of the layers
  tensors: TensorFactory;
  stack: LayerStack;
  head: Head;
  ends: Ends;
  dropout: number;
}

class LayeredTrainer implements Trainer {
  readonly parameters: readonly TrainableParameter[];
  step = 0;
  readonly #parts: Parts;
  readonly #mask: Float32Array;
  readonly #fixed: Record<string, GraphTensor>; // inputs that are the same for all sequences
  #headTensors?: HeadTensors;
  #headInt8?: Pick<FrozenInt8, "forward" | "forwardScales">;
  #isRunning = false;

  constructor(parts: Parts) {
    const { plan, ends, tensors } = parts;
    const { timeTokens, config } = plan;
    this.#parts = parts;
    this.#mask = new Float32Array(timeTokens * timeTokens);
    const { cos, sin } = rotaryAngles(timeTokens, config);
    const shape = [timeTokens, config.headDim / 2];
    this.#fixed = { [LayerNames.cos]: tensors.float32(cos, shape), [LayerNames.sin]: tensors.float32(sin, shape) };
    const own = ends.full ? Object.values(ends.full) : ends.rows ? [ends.rows.parameter] : [];
    this.parameters = [...parts.parameters, ...new Set(own)];
  }

  accumulate(batch: TrainingBatch, options: { dropoutSeed: number; scale: number }): Promise<LossSum> {
    const { stack, head, dropout: probability } = this.#parts;
    return this.#exclusively(async () => {
      const dropout = probability > 0 ? { probability, seed: options.dropoutSeed } : undefined;
      const { sequence, inputs, hidden, headTensors } = await this.#forward(batch, dropout);
      const dHidden = stack.outputGradient.data as Float32Array;
      const loss = await head.run(hidden, sequence.predictions, headTensors, { dHidden, scale: options.scale });
      this.#addEmbeddingGradient(sequence, await stack.backward(inputs, dropout));
      return loss;
    });
  }

  evaluate(batch: TrainingBatch): Promise<LossSum> {
    const { stack, head } = this.#parts;
    return this.#exclusively(async () => {
      const { sequence, hidden, headTensors } = await this.#forward(batch);
      stack.dropSaved();
      return head.run(hidden, sequence.predictions, headTensors);
    });
  }

  update(options: UpdateOptions): { gradientNorm: number } {
    const norm = gradientNorm(this.parameters);
    if (Number.isFinite(norm)) {
      this.step++;
      adamW(this.parameters, this.step, clipScale(norm, options.clipNorm ?? 1), options);
    }
    for (const { gradient } of this.parameters) gradient.fill(0);
    return { gradientNorm: norm };
  }

  async dispose(): Promise<void> {
    const { stack, head, tensors } = this.#parts;
    await stack.release();
    await head.release();
    await tensors.release();
  }

  async #forward(batch: TrainingBatch, dropout?: Dropout) {
    const { plan, stack, tensors, ends } = this.#parts;
    const { timeTokens, config } = plan;
    const sequence = layOut(batch, timeTokens, config, this.#mask);
    const { bounds, keyStarts } = attentionParts(sequence.starts, timeTokens, plan.attentionParts);
    const inputs = {
      ...this.#fixed,
      [LayerNames.mask]: tensors.float32(sequence.mask, [1, 1, timeTokens, timeTokens]),
      [LayerNames.positions]: tensors.int64(sequence.positions, [1, timeTokens]),
      [LayerNames.bounds]: tensors.int64(bounds, [bounds.length]),
      [LayerNames.keyStarts]: tensors.int64(keyStarts, [keyStarts.length]),
    };
    const headTensors = await this.#placeRows();
    const x = stack.hidden[0].data as Float32Array;
    const { hiddenSize, embeddingScale } = config;
    for (const [t, id] of sequence.tokens.entries()) {
      x.set(ends.embedding.subarray(id * hiddenSize, (id + 1) * hiddenSize), t * hiddenSize);
    }
    if (embeddingScale !== undefined) for (let i = 0; i < x.length; i++) x[i] *= embeddingScale;
    await stack.forward(inputs, dropout);
    return { sequence, inputs, hidden: stack.hidden[config.layers].data as Float32Array, headTensors };
  }

  /** Writes the trained rows into the embedding, and into the head where they are tied. */
  async #placeRows(): Promise<HeadTensors> {
    const { ends, plan } = this.#parts;
    const { hiddenSize, tiedEmbeddings } = plan.config;
    this.#headTensors ??= await this.#loadHead();
    if (!ends.rows) return this.#headTensors;
    const { ids, parameter } = ends.rows;
    for (const [row, id] of ids.entries()) {
      const values = parameter.data.subarray(row * hiddenSize, (row + 1) * hiddenSize);
      ends.embedding.set(values, id * hiddenSize);
      if (this.#headInt8 && tiedEmbeddings) replaceRow(this.#headInt8, id, values);
    }
    return this.#headTensors;
  }

  /** On a device, a head that changes is passed with each run and not kept there. */
  async #loadHead(): Promise<HeadTensors> {
    const { ends, tensors, plan } = this.#parts;
    const { hiddenSize, vocabSize, tiedEmbeddings } = plan.config;
    const matrix = { name: HeadNames.head, shape: [vocabSize, hiddenSize] };
    const changes = ends.full !== undefined || (ends.rows !== undefined && tiedEmbeddings);
    const make = changes ? tensors.float32 : tensors.frozen;
    const inFloats = { [matrix.name]: await make(ends.head, matrix.shape) };
    if (plan.precision === "fp32") return inFloats;
    const { forward, forwardScales } = quantiseFrozen(ends.head, vocabSize, hiddenSize);
    this.#headInt8 = { forward, forwardScales };
    const shapes = int8Shapes(matrix);
    return {
      ...inFloats,
      [shapes.forward.name]: tensors.int8(forward, shapes.forward.shape),
      [shapes.forwardScales.name]: tensors.float32(forwardScales, shapes.forwardScales.shape),
    };
  }

  /** Adds the gradient of the layers' input, dx [time, hidden], to the rows of the input tokens. */
  #addEmbeddingGradient({ tokens }: Sequence, dx: Float32Array): void {
    const { ends, plan } = this.#parts;
    const { hiddenSize, embeddingScale = 1 } = plan.config;
    const target = ends.full?.embedding ?? ends.rows?.parameter;
    if (!target) return;
    for (const [t, id] of tokens.entries()) {
      const row = ends.rows ? ends.rows.ids.indexOf(id) : id;
      if (row < 0) continue;
      for (let i = 0; i < hiddenSize; i++)
        target.gradient[row * hiddenSize + i] += embeddingScale * dx[t * hiddenSize + i];
    }
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isRunning) throw new Error("a pass is under way");
    this.#isRunning = true;
    try {
      return await work();
    } finally {
      this.#isRunning = false;
    }
  }
}
