// Types shared by the training run and the trainer: a packed sequence, a trainable parameter, the steps. Types only.

import type { ModelConfig } from "../engine/models/config.ts";
import type { Precision } from "./layerGraph.ts";

/** The value of `documents` in the padding of a sequence. */
export const PADDING_DOCUMENT = 255;

/** One packed sequence; at most as long as the trainer's `sequenceTokens`, and padded by the trainer when shorter. */
export interface TrainingBatch {
  tokens: Int32Array | Uint16Array | Uint32Array; // [time]
  /** [time] weight of predicting the token at t from those before it, in units of 1. The first token of a document has no prediction. */
  weights: Float32Array;
  /** [time] index of the document: attention and positions do not cross documents. PADDING_DOCUMENT = padding. */
  documents: Uint8Array;
}

/** A trained tensor with its optimiser state. Its arrays stay the same objects as long as the trainer exists; write into them to resume. */
export interface TrainableParameter {
  /** "layers.3.q_proj.lora_A" [rank, in], "layers.3.q_proj.lora_B" [out, rank], "embed_tokens.rows" [rows, hidden]; in full training Hugging Face's name. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly gradient: Float32Array;
  readonly m: Float32Array; // first moment
  readonly v: Float32Array; // second moment
  readonly decay: boolean; // whether weight decay applies
}

/** Source of the frozen weights (in full training, the initial ones): a stored model, or random weights. */
export interface WeightSource {
  readonly config: ModelConfig;
  /** The values of a tensor by its Hugging Face name, [out, in] row-major. The trainer keeps the array. */
  dequantise(name: string): Float32Array;
}

export interface LoraOptions {
  rank: number;
  alpha: number; // W_eff = W + (alpha / rank) B A
  dropout?: number; // on the input of A, 0 (none) to below 1
  embeddingRows?: readonly number[]; // token ids whose embedding rows are trained too, without decay; only where every layer is trained
  layers?: number; // how many of the last layers are trained; the backward pass ends below them; default: all
}

export interface TrainerOptions {
  /** "full" trains every weight: for tiny models, since it holds four copies of each. */
  train: { lora: LoraOptions } | "full";
  sequenceTokens: number;
  seed: number; // of the initial values of A
  device?: "cpu" | "webgpu";
  threads?: number;
  /** "selective" saves q, k, v, o and what the MLP's gate needs for the backward pass; "recompute" saves only each layer's input. */
  keep?: "selective" | "recompute";
  /** Number of parts of the queries whose attention is computed separately, with the keys that they may see. Default: 8, and 1 on WebGPU. */
  attentionParts?: number;
  /** Of the products with frozen matrices: "int8" needs LoRA and the processor. Default: "fp32". */
  precision?: Precision;
  headChunkTokens?: number; // positions whose logits exist at the same time
}

export interface LossSum {
  lossSum: number; // Σ weight × −ln p(token), in nats; NaN when the computation broke
  weightSum: number;
}

export interface UpdateOptions {
  learningRate: number;
  beta1?: number; // 0.9
  beta2?: number; // 0.95
  epsilon?: number; // 1e-8
  weightDecay?: number; // 0.01
  clipNorm?: number; // 1; of all gradients together
}

export interface Trainer {
  readonly parameters: readonly TrainableParameter[];
  step: number; // updates done; set it to resume
  /**
   * Forward and backward pass of one sequence: adds the gradients of `scale` × (weighted SUM of losses) to the parameters' gradients.
   * @param options.dropoutSeed determines the dropout masks: the same seed gives the same masks
   */
  accumulate(batch: TrainingBatch, options: { dropoutSeed: number; scale: number }): Promise<LossSum>;
  /** The loss, without dropout and gradients. */
  evaluate(batch: TrainingBatch): Promise<LossSum>;
  /** Clips the gradients, takes one AdamW step, and zeroes the gradients. If the gradients' norm is not finite, only zeroes them. */
  update(options: UpdateOptions): { gradientNorm: number };
  dispose(): Promise<void>;
}
