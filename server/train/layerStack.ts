// Runs the decoder layers forward and backward through sessions that all layers share. Owns the layers' weights, what the forward pass saves for
// the backward pass, and the dropout masks. Layers below the first trained one run forward only and save nothing.

import {
  createGraphSession,
  type GraphDevice,
  type GraphSession,
  type GraphTensor,
} from "../engine/runtime/graphSession.ts";
import { fillDropoutMask, streamKey } from "./counterRandom.ts";
import {
  backwardGraph,
  dropoutShapes,
  forwardGraph,
  frozenGraph,
  type LayerGraph,
  LayerNames,
  type NamedShape,
  type TrainingPlan,
} from "./layerGraph.ts";
import { addGradient, type LayerWeights } from "./parameters.ts";
import type { TensorFactory } from "./tensors.ts";

/** A sequence's inputs that all layers read: mask, positions, cos, sin. */
export type SequenceTensors = Readonly<Record<string, GraphTensor>>;

export interface Dropout {
  probability: number;
  seed: number;
}

interface StackOptions {
  device: GraphDevice;
  threads: number;
}

type Tensors = Record<string, GraphTensor>;

interface Loaded {
  session: GraphSession;
  inputs: Set<string>;
}

interface Sessions {
  frozen?: Loaded; // forward pass of the layers that are not trained
  forward: Loaded;
  backward: Loaded;
}

export class LayerStack {
  /** [time, hidden] before each layer, and after the last. */
  readonly hidden: readonly GraphTensor[];
  readonly #layers: readonly LayerWeights[];
  readonly #firstTrained: number;
  readonly #sessions: Sessions;
  readonly #savedNames: readonly string[];
  readonly #saved: Record<string, GraphTensor | null>[]; // one record for each trained layer; null: the device allocates
  readonly #masks: Tensors;
  readonly #gradients: Tensors; // those of one layer
  readonly #flow: readonly [GraphTensor, GraphTensor]; // dy and dx, alternating

  static async create(
    plan: TrainingPlan,
    layers: readonly LayerWeights[],
    tensors: TensorFactory,
    options: StackOptions,
  ): Promise<LayerStack> {
    const forward = forwardGraph(plan);
    const backward = backwardGraph(plan);
    const onDevice = forward.saved.map(({ name }) => name);
    const load = async ({ bytes, inputs }: LayerGraph, kept: string[]) => ({
      session: await createGraphSession(bytes, { ...options, onDevice: kept }),
      inputs,
    });
    const firstTrained = layers.findIndex(({ trained }) => trained.size > 0);
    const sessions = {
      frozen: firstTrained > 0 ? await load(frozenGraph(plan), []) : undefined,
      forward: await load(forward, onDevice),
      backward: await load(backward, []),
    };
    return new LayerStack(plan, layers, firstTrained, forward.saved, sessions, tensors, options.device);
  }

  private constructor(
    plan: TrainingPlan,
    layers: readonly LayerWeights[],
    firstTrained: number,
    saved: readonly NamedShape[],
    sessions: Sessions,
    { zeros }: TensorFactory,
    device: GraphDevice,
  ) {
    const hidden = () => zeros([plan.timeTokens, plan.config.hiddenSize]);
    const named = (shapes: readonly NamedShape[]): Tensors =>
      Object.fromEntries(shapes.map(({ name, shape }) => [name, zeros(shape)]));
    this.#layers = layers;
    this.#firstTrained = firstTrained;
    this.#sessions = sessions;
    const inTurns = [hidden(), hidden()]; // outputs below the trained layers are not read again
    this.hidden = Array.from({ length: layers.length + 1 }, (_, index) =>
      index < firstTrained ? inTurns[index % 2] : hidden(),
    );
    this.#flow = [hidden(), hidden()];
    this.#savedNames = saved.map(({ name }) => name);
    this.#saved = layers
      .slice(firstTrained)
      .map(() => (device === "cpu" ? named(saved) : Object.fromEntries(saved.map(({ name }) => [name, null]))));
    this.#masks = named(dropoutShapes(plan));
    const trained = [...layers[firstTrained].trained].map(([name, { shape }]) => ({
      name: LayerNames.gradient(name),
      shape,
    }));
    this.#gradients = named(trained);
  }

  /**
   * Runs forward from hidden[0] to the last of `hidden`.
   * @param dropout undefined: no dropout, even if the graphs support it
   */
  async forward(sequence: SequenceTensors, dropout?: Dropout): Promise<void> {
    const { frozen, forward } = this.#sessions;
    for (const [index, { tensors }] of this.#layers.entries()) {
      const x = { [LayerNames.x]: this.hidden[index] };
      const y = { [LayerNames.y]: this.hidden[index + 1] };
      if (index < this.#firstTrained) {
        await frozen!.session.run(pick({ ...tensors, ...sequence, ...x }, frozen!.inputs), y);
        continue;
      }
      this.#drawMasks(index, dropout);
      const saved = this.#saved[index - this.#firstTrained];
      const feeds = pick({ ...tensors, ...sequence, ...this.#masks, ...x }, forward.inputs);
      const results = await forward.session.run(feeds, { ...saved, ...y });
      for (const name of this.#savedNames) saved[name] = results[name];
    }
  }

  /** The tensor for the gradient of the last of `hidden`, [time, hidden]; write it before `backward`. */
  get outputGradient(): GraphTensor {
    return this.#flow[0];
  }

  /**
   * Adds the gradients of what is trained. Call it right after the forward pass, with the same arguments.
   * @returns the gradient of the first trained layer's input, [time, hidden], valid until the next call
   */
  async backward(sequence: SequenceTensors, dropout?: Dropout): Promise<Float32Array> {
    let [dy, dx] = this.#flow;
    const { session, inputs } = this.#sessions.backward;
    for (let index = this.#layers.length - 1; index >= this.#firstTrained; index--) {
      const { tensors, trained } = this.#layers[index];
      this.#drawMasks(index, dropout);
      const saved = this.#saved[index - this.#firstTrained] as Tensors;
      const own = { [LayerNames.x]: this.hidden[index], [LayerNames.dy]: dy };
      const feeds = pick({ ...tensors, ...sequence, ...this.#masks, ...saved, ...own }, inputs);
      await session.run(feeds, { ...this.#gradients, [LayerNames.dx]: dx });
      for (const [name, parameter] of trained) {
        addGradient(parameter, this.#gradients[LayerNames.gradient(name)].data as Float32Array);
      }
      [dy, dx] = [dx, dy];
    }
    this.dropSaved();
    return dy.data as Float32Array;
  }

  /** Frees what the forward pass saved on a device; for a forward pass without a backward pass. */
  dropSaved(): void {
    for (const saved of this.#saved) {
      for (const name of this.#savedNames) {
        const tensor = saved[name];
        if (!tensor || tensor.location === "cpu") continue;
        tensor.dispose();
        saved[name] = null;
      }
    }
  }

  async release(): Promise<void> {
    this.dropSaved();
    for (const loaded of Object.values(this.#sessions)) await loaded?.session.release();
  }

  #drawMasks(layer: number, dropout?: Dropout): void {
    for (const [index, mask] of Object.values(this.#masks).entries()) {
      const data = mask.data as Float32Array;
      if (dropout) fillDropoutMask(data, dropout.probability, streamKey(dropout.seed, layer, index));
      else data.fill(1);
    }
  }
}

function pick(tensors: Tensors, names: ReadonlySet<string>): Tensors {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => names.has(name)));
}
