// Records a computation as ONNX nodes of fixed shapes, and its backward pass as nodes again: reverse-mode automatic differentiation. Knows the
// chain rule and the encoding; the operators and their derivatives are in operators.ts.

import { type AttributeValue, DataType, type DataTypeCode, OnnxGraph } from "../../engine/graph/onnxGraph.ts";

/** A tensor in the graph. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: DataTypeCode;
  /** Whether its gradient is wanted, or is needed to compute one that is. */
  readonly differentiable: boolean;
}

export interface NodeOptions {
  domain?: string;
  attributes?: Record<string, AttributeValue>;
  type?: DataTypeCode; // type of the output, float32 by default
}

interface Node {
  operator: string;
  inputs: readonly string[];
  output: string;
  options: NodeOptions;
}

interface Constant {
  value: Value;
  data: NodeJS.ArrayBufferView;
}

/** A differentiable result, with the function that passes its gradient on to the inputs. */
interface Entry {
  output: Value;
  backward: (gradient: Value) => void;
}

export class Tape {
  readonly #nodes: Node[] = [];
  readonly #inputs: Value[] = [];
  readonly #outputs: { name: string; value: Value }[] = [];
  readonly #constants = new Map<string, Constant>();
  readonly #entries: Entry[] = [];
  readonly #gradients = new Map<string, Value>();
  readonly #shared = new Map<string, Value>();
  #count = 0;

  input(
    name: string,
    shape: readonly number[],
    options: { type?: DataTypeCode; differentiable?: boolean } = {},
  ): Value {
    const { type = DataType.float32, differentiable = false } = options;
    const value = { name, shape, type, differentiable };
    this.#inputs.push(value);
    return value;
  }

  /** A float32 scalar, []. */
  scalar(number: number): Value {
    return this.#constant(`scalar ${number}`, DataType.float32, [], Float32Array.of(number));
  }

  /** A float32 matrix that never changes; one for each `key`. */
  matrix(key: string, shape: readonly number[], data: Float32Array): Value {
    return this.#constant(key, DataType.float32, shape, data);
  }

  /** A uint8 scalar, []. */
  byte(number: number): Value {
    return this.#constant(`byte ${number}`, DataType.uint8, [], Uint8Array.of(number));
  }

  /** int64 [numbers.length]: a shape, or axes. */
  integers(numbers: readonly number[]): Value {
    const data = BigInt64Array.from(numbers, BigInt);
    return this.#constant(`integers ${numbers}`, DataType.int64, [numbers.length], data);
  }

  /** Adds a node with one output of `shape`; records no derivative. */
  node(operator: string, inputs: readonly Value[], shape: readonly number[], options: NodeOptions = {}): Value {
    const output = `${operator}.${this.#count++}`;
    this.#nodes.push({ operator, inputs: inputs.map(({ name }) => name), output, options });
    return { name: output, shape, type: options.type ?? DataType.float32, differentiable: false };
  }

  /** The value that `make` gave for `key` the first time: for nodes that several others read. */
  once(key: string, make: () => Value): Value {
    const value = this.#shared.get(key) ?? make();
    this.#shared.set(key, value);
    return value;
  }

  /** Makes `output` a differentiable function of `inputs`: `backward` receives the output's gradient and calls `addGradient` on the inputs. */
  differentiable(output: Value, inputs: readonly Value[], backward: (gradient: Value) => void): Value {
    if (!inputs.some((input) => input.differentiable)) return output;
    const value = { ...output, differentiable: true };
    this.#entries.push({ output: value, backward });
    return value;
  }

  /**
   * In a backward graph: replaces `value` by a graph input called `name`, so that the nodes that computed it need not run again. Gradients still
   * flow to `value`.
   */
  takeSaved(value: Value, name: string): Value {
    const saved = this.input(name, value.shape, { type: value.type });
    return this.differentiable(saved, [value], (gradient) => this.addGradient(value, gradient));
  }

  addGradient(value: Value, gradient: Value): void {
    if (!value.differentiable) return;
    const sum = this.#gradients.get(value.name);
    this.#gradients.set(value.name, sum ? this.node("Add", [sum, gradient], value.shape) : gradient);
  }

  /** The sum of the gradients added so far; undefined when there are none. */
  gradientSoFar(value: Value): Value | undefined {
    return this.#gradients.get(value.name);
  }

  /** Replaces the gradient of `value`, for an operator that has included the sum so far in `gradient`. */
  replaceGradient(value: Value, gradient: Value): void {
    if (value.differentiable) this.#gradients.set(value.name, gradient);
  }

  /** @throws Error when no gradient has reached `value` */
  gradient(value: Value): Value {
    const gradient = this.#gradients.get(value.name);
    if (!gradient) throw new Error(`no gradient reaches ${value.name}`);
    return gradient;
  }

  /** Runs backward from `result`, whose gradient is `gradient`; afterwards `gradient(value)` returns those of the inputs. */
  backward(result: Value, gradient: Value): void {
    this.addGradient(result, gradient);
    for (const { output, backward } of this.#entries.toReversed()) {
      const sum = this.#gradients.get(output.name);
      if (sum) backward(sum);
    }
  }

  output(name: string, value: Value): void {
    this.#outputs.push({ name, value });
  }

  /** The graph reduced to what its outputs need, and the names of the remaining inputs. */
  encode(): { bytes: Uint8Array; inputs: Set<string> } {
    const needed = new Set(this.#outputs.map(({ value }) => value.name));
    const live: Node[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!needed.has(node.output)) continue;
      for (const name of node.inputs) needed.add(name);
      live.push(node);
    }
    live.reverse();
    const graph = new OnnxGraph();
    const inputs = this.#inputs.filter(({ name }) => needed.has(name));
    for (const { name, type, shape } of inputs) graph.input(name, type, [...shape]);
    for (const { value, data } of this.#constants.values()) {
      if (needed.has(value.name)) graph.constant(value.name, value.type, [...value.shape], data);
    }
    const computed = new Set(live.map(({ output }) => output));
    // An output's value gets the output's name where it is computed: an Identity node would copy it.
    const renamed = new Map<string, string>();
    const identities: { name: string; value: Value }[] = [];
    for (const output of this.#outputs) {
      if (computed.has(output.value.name) && !renamed.has(output.value.name))
        renamed.set(output.value.name, output.name);
      else identities.push(output);
    }
    const nameOf = (name: string) => renamed.get(name) ?? name;
    for (const { operator, inputs: of, output, options } of live) {
      graph.node(operator, `/${output}`, of.map(nameOf), { ...options, outputs: [nameOf(output)] });
    }
    for (const { name, value } of identities)
      graph.node("Identity", `/${name}`, [nameOf(value.name)], { outputs: [name] });
    for (const { name, value } of this.#outputs) graph.output(name, value.type, [...value.shape]);
    return { bytes: graph.encode(), inputs: new Set(inputs.map(({ name }) => name)) };
  }

  #constant(key: string, type: DataTypeCode, shape: readonly number[], data: NodeJS.ArrayBufferView): Value {
    const known = this.#constants.get(key);
    if (known) return known.value;
    const value = { name: key, shape, type, differentiable: false };
    this.#constants.set(key, { value, data });
    return value;
  }
}
