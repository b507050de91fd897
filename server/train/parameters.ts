// Reads a model's weights into tensors and creates the trainable parameters: low-rank matrices, embedding rows, or every weight.

import { EMBEDDING, HEAD } from "../engine/models/tensors.ts";
import type { GraphTensor } from "../engine/runtime/graphSession.ts";
import { fillUniform, streamKey } from "./counterRandom.ts";
import { type FrozenInt8, int8Shapes, quantiseFrozen } from "./frozenInt8.ts";
import { loraShapes, modelShapes, type TrainingPlan } from "./layerGraph.ts";
import type { TensorFactory } from "./tensors.ts";
import type { LoraOptions, TrainableParameter, WeightSource } from "./types.ts";

const NORM = "model.norm.weight";

/** One layer's tensors by the names of the graphs' inputs. */
export interface LayerWeights {
  tensors: Readonly<Record<string, GraphTensor>>;
  /** The trainable parameters, by the same names. */
  trained: ReadonlyMap<string, TrainableParameter>;
}

/** A parameter over `data` itself, with gradient and moments of 0. */
function parameter(name: string, shape: readonly number[], data: Float32Array, decay: boolean): TrainableParameter {
  const zeros = () => new Float32Array(data.length);
  return { name, shape, data, gradient: zeros(), m: zeros(), v: zeros(), decay };
}

/** The weights of layer `layer`, and which of them are trained; with LoRA none, unless `isTrained`. */
export async function readLayer(
  source: WeightSource,
  plan: TrainingPlan,
  layer: number,
  seed: number,
  tensors: TensorFactory,
  isTrained: boolean,
): Promise<LayerWeights> {
  const inputs: Record<string, GraphTensor> = {};
  const trained = new Map<string, TrainableParameter>();
  const train = (name: string, fullName: string, shape: readonly number[], data: Float32Array) => {
    trained.set(name, parameter(fullName, shape, data, shape.length > 1));
    inputs[name] = tensors.float32(data, shape);
  };
  for (const { name, shape } of modelShapes(plan)) {
    const fullName = `model.layers.${layer}.${name}`;
    const data = source.dequantise(fullName);
    if (plan.precision === "int8" && shape.length > 1)
      Object.assign(inputs, int8Tensors({ name, shape }, quantiseFrozen(data, shape[0], shape[1]), tensors));
    else if (plan.lora) inputs[name] = await tensors.frozen(data, shape);
    else train(name, fullName, shape, data);
  }
  for (const [index, { name, shape }] of (isTrained ? loraShapes(plan) : []).entries()) {
    const data = new Float32Array(shape[0] * shape[1]);
    // Kaiming's uniform with a = √5, PEFT's choice; B stays 0, so that training starts from the model itself
    if (name.endsWith("lora_A")) fillUniform(data, 1 / Math.sqrt(shape[1]), streamKey(seed, layer, index));
    train(name, `layers.${layer}.${name}`, shape, data);
  }
  return { tensors: inputs, trained };
}

/** The tensors of a matrix in 8 bits, by the names of the graphs' inputs. */
export function int8Tensors(
  matrix: { name: string; shape: readonly number[] },
  { forward, forwardScales, backward, backwardScales }: FrozenInt8,
  { int8, float32 }: TensorFactory,
): Record<string, GraphTensor> {
  const shapes = int8Shapes(matrix);
  return {
    [shapes.forward.name]: int8(forward, shapes.forward.shape),
    [shapes.forwardScales.name]: float32(forwardScales, shapes.forwardScales.shape),
    [shapes.backward.name]: int8(backward, shapes.backward.shape),
    [shapes.backwardScales.name]: float32(backwardScales, shapes.backwardScales.shape),
  };
}

/** The tensors outside the layers. With LoRA, `rows` are trainable copies of some rows of the embedding. */
export interface Ends {
  embedding: Float32Array; // [vocab, hidden]
  norm: { weight: Float32Array; bias?: Float32Array }; // [hidden]
  head: Float32Array; // [vocab, hidden]; the embedding itself where they are tied
  rows?: { ids: readonly number[]; parameter: TrainableParameter };
  full?: { embedding: TrainableParameter; norm: TrainableParameter; head: TrainableParameter };
}

/** @throws RangeError where every weight is to be trained and the final norm has a bias, whose gradient is not supported */
export function readEnds(source: WeightSource, lora: LoraOptions | undefined): Ends {
  const { hiddenSize, vocabSize, tiedEmbeddings, layerNorm } = source.config;
  if (layerNorm && !lora) throw new RangeError("a model with LayerNorm is trained by LoRA only");
  const embedding = source.dequantise(EMBEDDING);
  const norm = { weight: source.dequantise(NORM), bias: layerNorm ? source.dequantise("model.norm.bias") : undefined };
  const head = tiedEmbeddings ? embedding : source.dequantise(HEAD);
  if (!lora) {
    const matrix = [vocabSize, hiddenSize];
    const trainedEmbedding = parameter(EMBEDDING, matrix, embedding, true);
    const full = {
      embedding: trainedEmbedding,
      norm: parameter(NORM, [hiddenSize], norm.weight, false),
      head: tiedEmbeddings ? trainedEmbedding : parameter(HEAD, matrix, head, true),
    };
    return { embedding, norm, head, full };
  }
  const ids = lora.embeddingRows ?? [];
  if (ids.length === 0) return { embedding, norm, head };
  const data = new Float32Array(ids.length * hiddenSize);
  for (const [row, id] of ids.entries()) {
    data.set(embedding.subarray(id * hiddenSize, (id + 1) * hiddenSize), row * hiddenSize);
  }
  const rows = parameter("embed_tokens.rows", [ids.length, hiddenSize], data, false);
  return { embedding, norm, head, rows: { ids, parameter: rows } };
}

/** Adds `values` to the parameter's gradient. */
export function addGradient({ gradient }: TrainableParameter, values: Float32Array): void {
  for (let i = 0; i < gradient.length; i++) gradient[i] += values[i];
}
