// Runs the end of the model in chunks of positions: the loss, and the gradients of the last layer's output, of some rows of the head, or of the
// whole head. Computes only the positions whose prediction counts.

import {
  createGraphSession,
  type GraphDevice,
  type GraphSession,
  type GraphTensor,
} from "../engine/runtime/graphSession.ts";
import { HeadNames, headGraph } from "./headGraph.ts";
import type { TrainingPlan } from "./layerGraph.ts";
import { addGradient, type Ends } from "./parameters.ts";
import type { Predictions } from "./sequence.ts";
import type { TensorFactory } from "./tensors.ts";
import type { LossSum, TrainableParameter } from "./types.ts";

const SMALLEST_PROBABILITY = 1e-37; // limits a loss to 85 nats

/** Which gradients are computed besides that of the last layer's output. */
export type HeadTraining =
  | { kind: "x" }
  | { kind: "rows"; ids: readonly number[]; rows: TrainableParameter }
  | { kind: "all"; norm: TrainableParameter; head: TrainableParameter };

interface HeadOptions {
  device: GraphDevice;
  threads: number;
  chunkTokens: number;
  training: HeadTraining;
}

/** The output head, [vocab, hidden], by the names of the graph's inputs. */
export type HeadTensors = Readonly<Record<string, GraphTensor>>;

type Loaded = { session: GraphSession; inputs: Set<string> };

export class Head {
  readonly #plan: TrainingPlan;
  readonly #options: HeadOptions;
  readonly #tensors: TensorFactory;
  readonly #norm: Readonly<Record<string, GraphTensor>>; // the final norm's weight, and its bias where it has one, [hidden]
  #sessions: { train?: Loaded; evaluate?: Loaded } = {};

  constructor(plan: TrainingPlan, tensors: TensorFactory, norm: Ends["norm"], options: HeadOptions) {
    const vector = (data: Float32Array) => tensors.float32(data, [plan.config.hiddenSize]);
    this.#plan = plan;
    this.#tensors = tensors;
    this.#norm = {
      [HeadNames.norm]: vector(norm.weight),
      ...(norm.bias && { [HeadNames.normBias]: vector(norm.bias) }),
    };
    this.#options = options;
  }

  /**
   * The loss of `predictions` from `hidden` [time, hidden] with the head.
   * @param gradients receives `scale` times the gradient of `hidden`, [time, hidden]; the head's own gradients are added to its parameters
   */
  async run(
    hidden: Float32Array,
    predictions: Predictions,
    head: HeadTensors,
    gradients?: { dHidden: Float32Array; scale: number },
  ): Promise<LossSum> {
    const { chunkTokens } = this.#options;
    const loaded = await this.#load(gradients ? "train" : "evaluate");
    gradients?.dHidden.fill(0);
    let lossSum = 0;
    let weightSum = 0;
    for (let from = 0; from < predictions.targets.length; from += chunkTokens) {
      const chunk = this.#chunk(hidden, predictions, from, gradients?.scale ?? 0);
      const inputs = { ...chunk.inputs, ...this.#norm, ...head };
      const wanted = Object.entries(inputs).filter(([name]) => loaded.inputs.has(name));
      const outputs = this.#outputs(gradients !== undefined);
      const results = await loaded.session.run(Object.fromEntries(wanted), outputs);
      const probabilities = results[HeadNames.probability].data as Float32Array;
      for (let i = 0; i < chunk.count; i++) {
        const weight = predictions.weights[from + i];
        lossSum -= weight * Math.log(Math.max(probabilities[i], SMALLEST_PROBABILITY));
        weightSum += weight;
      }
      if (gradients) this.#addGradients(results, predictions, from, chunk.count, gradients.dHidden);
    }
    return { lossSum, weightSum };
  }

  async release(): Promise<void> {
    const { train, evaluate } = this.#sessions;
    this.#sessions = {};
    await train?.session.release();
    await evaluate?.session.release();
  }

  async #load(kind: "train" | "evaluate"): Promise<Loaded> {
    const { device, threads, chunkTokens, training } = this.#options;
    const known = this.#sessions[kind];
    if (known) return known;
    const trains = kind === "evaluate" ? kind : training.kind === "rows" ? training.ids.length : training.kind;
    const { bytes, inputs } = headGraph(this.#plan.config, chunkTokens, trains, this.#plan.precision);
    const loaded = { session: await createGraphSession(bytes, { device, threads }), inputs };
    this.#sessions[kind] = loaded;
    return loaded;
  }

  /** The graph's inputs for the predictions from `from` on; an incomplete chunk is filled with predictions of weight 0. */
  #chunk(hidden: Float32Array, { positions, targets, weights }: Predictions, from: number, scale: number) {
    const { chunkTokens, training } = this.#options;
    const { hiddenSize } = this.#plan.config;
    const { float32, int64 } = this.#tensors;
    const count = Math.min(chunkTokens, targets.length - from);
    const x = new Float32Array(chunkTokens * hiddenSize);
    const ids = new BigInt64Array(chunkTokens);
    const scaled = new Float32Array(chunkTokens);
    for (let i = 0; i < count; i++) {
      const start = positions[from + i] * hiddenSize;
      x.set(hidden.subarray(start, start + hiddenSize), i * hiddenSize);
      ids[i] = BigInt(targets[from + i]);
      scaled[i] = weights[from + i] * scale;
    }
    const inputs: Record<string, GraphTensor> = {
      [HeadNames.x]: float32(x, [chunkTokens, hiddenSize]),
      [HeadNames.targets]: int64(ids, [chunkTokens]),
      [HeadNames.targetColumns]: int64(ids, [chunkTokens, 1]),
      [HeadNames.weights]: float32(scaled, [chunkTokens, 1]),
    };
    if (training.kind === "rows") {
      const rows = training.ids.length;
      const isTarget = new Float32Array(chunkTokens * rows);
      for (let i = 0; i < count; i++) {
        const row = training.ids.indexOf(targets[from + i]);
        if (row >= 0) isTarget[i * rows + row] = 1;
      }
      inputs[HeadNames.rowIds] = int64(BigInt64Array.from(training.ids, BigInt), [rows]);
      inputs[HeadNames.rowTargets] = float32(isTarget, [chunkTokens, rows]);
    }
    return { inputs, count };
  }

  #outputs(withGradients: boolean): Record<string, null> {
    const names: string[] = [HeadNames.probability];
    if (withGradients) {
      names.push(HeadNames.dx);
      const { kind } = this.#options.training;
      if (kind === "rows") names.push(HeadNames.dRows);
      if (kind === "all") names.push(HeadNames.dNorm, HeadNames.dHead, HeadNames.weightedX);
    }
    return Object.fromEntries(names.map((name) => [name, null]));
  }

  #addGradients(
    results: Record<string, GraphTensor>,
    { positions, targets }: Predictions,
    from: number,
    count: number,
    dHidden: Float32Array,
  ): void {
    const { hiddenSize } = this.#plan.config;
    const { training } = this.#options;
    const data = (name: string) => results[name].data as Float32Array;
    const dx = data(HeadNames.dx);
    for (let i = 0; i < count; i++) {
      dHidden.set(dx.subarray(i * hiddenSize, (i + 1) * hiddenSize), positions[from + i] * hiddenSize);
    }
    if (training.kind === "rows") addGradient(training.rows, data(HeadNames.dRows));
    if (training.kind !== "all") return;
    addGradient(training.norm, data(HeadNames.dNorm));
    addGradient(training.head, data(HeadNames.dHead));
    const weightedX = data(HeadNames.weightedX);
    for (let i = 0; i < count; i++) {
      const row = training.head.gradient.subarray(targets[from + i] * hiddenSize);
      for (let column = 0; column < hiddenSize; column++) row[column] -= weightedX[i * hiddenSize + column];
    }
  }
}
