// One decoder layer as two graphs, forward and backward, which serve all layers because the weights are inputs. Emits graphs; runs nothing.

import { DataType, type DataTypeCode } from "../engine/graph/onnxGraph.ts";
import type { ModelConfig } from "../engine/models/config.ts";
import { tensorShapes } from "../engine/models/tensors.ts";
import { type FrozenWeight, frozenLinear } from "./autodiff/frozenLinear.ts";
import * as op from "./autodiff/operators.ts";
import { Tape, type Value } from "./autodiff/tape.ts";
import { int8Shapes } from "./frozenInt8.ts";

/** Hugging Face's names of the linear layers, below "model.layers.N.". */
const MODULES = {
  q_proj: "self_attn.q_proj",
  k_proj: "self_attn.k_proj",
  v_proj: "self_attn.v_proj",
  o_proj: "self_attn.o_proj",
  gate_proj: "mlp.gate_proj",
  up_proj: "mlp.up_proj",
  down_proj: "mlp.down_proj",
} as const;

export type Projection = keyof typeof MODULES;

export const projectionsOf = ({ ungatedMlp }: ModelConfig): Projection[] =>
  (Object.keys(MODULES) as Projection[]).filter((projection) => !(ungatedMlp && projection === "gate_proj"));

/** The dropout masks for the inputs of linear layers on the LoRA path; layers with the same input share a mask. */
const DROPOUT_INPUTS = ["dropout.attention", "dropout.o_proj", "dropout.mlp", "dropout.down_proj"] as const;

type DropoutInput = (typeof DROPOUT_INPUTS)[number];

const READS: Record<Projection, DropoutInput> = {
  q_proj: "dropout.attention",
  k_proj: "dropout.attention",
  v_proj: "dropout.attention",
  o_proj: "dropout.o_proj",
  gate_proj: "dropout.mlp",
  up_proj: "dropout.mlp",
  down_proj: "dropout.down_proj",
};

/** The options that determine the graphs of a training. */
export interface TrainingPlan {
  config: ModelConfig;
  timeTokens: number;
  lora?: { rank: number; alpha: number; dropout: boolean }; // without it, every weight is trained
  attentionParts: number; // number of parts of the queries whose attention is computed separately; 1: the whole square at once
  keep: "selective" | "recompute";
  precision: Precision;
}

/** Of the products with frozen matrices, but for one of the head's two; everything else is in floats. "fp32" is the oracle. */
export type Precision = "fp32" | "int8";

export interface NamedShape {
  name: string;
  shape: readonly number[];
}

export interface LayerGraph {
  bytes: Uint8Array;
  inputs: Set<string>; // inputs that the graph needs: the backward graph leaves some out
  saved: NamedShape[]; // outputs of the forward graph, inputs of the backward graph
}

/** Names that all layers share; the weights are named as in `modelShapes` and `loraShapes`. */
export const LayerNames = {
  x: "x", // [time, hidden]
  y: "y", // [time, hidden]
  dx: "dx",
  dy: "dy",
  mask: "mask", // [1, 1, time, time], added to the scores
  bounds: "bounds", // int64 [attentionParts + 1], the parts' bounds, if there are several parts
  keyStarts: "key_starts", // int64 [attentionParts], where their keys begin
  positions: "positions", // int64 [1, time], within the document
  cos: "cos", // [time, headDim / 2]
  sin: "sin",
  gradient: (parameter: string) => `gradient.${parameter}`,
} as const;

/** The model's own tensors of a layer, under the names that follow "model.layers.N." in Hugging Face's files. */
export function modelShapes({ config }: Pick<TrainingPlan, "config">): NamedShape[] {
  const prefix = "model.layers.0.";
  return tensorShapes({ ...config, layers: 1 }).flatMap(({ name, rows, cols }) =>
    name.startsWith(prefix) ? [{ name: name.slice(prefix.length), shape: rows === 1 ? [cols] : [rows, cols] }] : [],
  );
}

/** [out, in] of a linear layer. */
function projectionShape(config: ModelConfig, projection: Projection): readonly number[] {
  return modelShapes({ config }).find(({ name }) => name === `${MODULES[projection]}.weight`)!.shape;
}

/** The low-rank matrices of a layer: "q_proj.lora_A" [rank, in], "q_proj.lora_B" [out, rank], … */
export function loraShapes({ config, lora }: TrainingPlan): NamedShape[] {
  if (!lora) return [];
  return projectionsOf(config).flatMap((projection) => {
    const [out, inputs] = projectionShape(config, projection);
    return [
      { name: `${projection}.lora_A`, shape: [lora.rank, inputs] },
      { name: `${projection}.lora_B`, shape: [out, lora.rank] },
    ];
  });
}

/** The dropout masks' shapes, [time, in], if there is dropout; elements are 0 or 1 / (1 − p). */
export function dropoutShapes({ config, timeTokens, lora }: TrainingPlan): NamedShape[] {
  if (!lora?.dropout) return [];
  const widths = [config.hiddenSize, config.heads * config.headDim, config.hiddenSize, config.ffnSize];
  return DROPOUT_INPUTS.map((name, index) => ({ name, shape: [timeTokens, widths[index]] }));
}

export function forwardGraph(plan: TrainingPlan): LayerGraph {
  const saved: NamedShape[] = [];
  const tape = new Tape();
  const { y } = emitLayer(tape, plan, false, (value, name) => {
    saved.push({ name, shape: value.shape });
    tape.output(name, value);
    return value;
  });
  tape.output(LayerNames.y, y);
  return { ...tape.encode(), saved };
}

/** A layer that is not trained and passes no gradient on: nothing is saved. */
export function frozenGraph(plan: TrainingPlan): LayerGraph {
  const tape = new Tape();
  const { y } = emitLayer(tape, { ...plan, lora: undefined }, false, (value) => value);
  tape.output(LayerNames.y, y);
  return { ...tape.encode(), saved: [] };
}

/** Recomputes what was not saved, then computes dx and the gradients of what is trained. */
export function backwardGraph(plan: TrainingPlan): LayerGraph {
  const saved: NamedShape[] = [];
  const tape = new Tape();
  const { x, y, trained } = emitLayer(tape, plan, true, (value, name) => {
    saved.push({ name, shape: value.shape });
    return tape.takeSaved(value, name);
  });
  tape.backward(y, tape.input(LayerNames.dy, y.shape));
  tape.output(LayerNames.dx, tape.gradient(x));
  for (const parameter of trained) tape.output(LayerNames.gradient(parameter.name), tape.gradient(parameter));
  return { ...tape.encode(), saved };
}

type Keep = (value: Value, name: string) => Value;

function emitLayer(tape: Tape, plan: TrainingPlan, differentiable: boolean, save: Keep) {
  const { config, timeTokens: time, lora } = plan;
  const { heads, kvHeads, headDim, hiddenSize, normEps } = config;
  const keep: Keep = plan.keep === "selective" ? save : (value) => value;

  const x = tape.input(LayerNames.x, [time, hiddenSize], { differentiable });
  const inputs = new Map<string, Value>();
  const declare = (shapes: NamedShape[], isTrained: boolean) =>
    shapes.map(({ name, shape }) => {
      const value = tape.input(name, shape, { differentiable: differentiable && isTrained });
      inputs.set(name, value);
      return value;
    });
  const isInt8 = (shape: readonly number[]) => plan.precision === "int8" && shape.length > 1;
  const own = declare(
    modelShapes(plan).filter(({ shape }) => !isInt8(shape)),
    !lora,
  );
  const frozen = new Map<string, FrozenWeight>();
  for (const matrix of modelShapes(plan)) if (isInt8(matrix.shape)) frozen.set(matrix.name, frozenInputs(tape, matrix));
  const trained = lora ? declare(loraShapes(plan), true) : own;
  declare(dropoutShapes(plan), false);

  /** W h + (alpha / rank) B A dropout(h), plus the bias and the residual. */
  const project = (projection: Projection, h: Value, residual?: Value) => {
    const mask = READS[projection];
    const weight = `${MODULES[projection]}.weight`;
    const bias = inputs.get(`${MODULES[projection]}.bias`);
    const int8 = frozen.get(weight);
    const wx = int8 ? frozenLinear(tape, h, int8) : op.linear(tape, h, inputs.get(weight)!, { c: residual ?? bias });
    const missing = int8 ? [residual, bias] : residual ? [bias] : []; // a product in floats adds one of them by itself
    const y = missing.reduce((sum: Value, more) => (more ? op.add(tape, sum, more) : sum), wx);
    if (!lora) return y;
    return op.linear(tape, lowRank(projection, h, mask), inputs.get(`${projection}.lora_B`)!, {
      alpha: lora.alpha / lora.rank,
      c: y,
    });
  };
  /** A dropout(h). Those with the same input are computed at once: three products of 16 columns take 1.4 times as long as one of 48. */
  const lowRanks = new Map<Projection, Value>();
  const lowRank = (projection: Projection, h: Value, mask: DropoutInput): Value => {
    if (!lowRanks.has(projection)) {
      const group = projectionsOf(config).filter((other) => READS[other] === mask);
      const stacked = op.stackRows(
        tape,
        group.map((other) => inputs.get(`${other}.lora_A`)!),
      );
      const parts = op.cutColumns(tape, op.linear(tape, dropped(h, mask), stacked), group.length);
      for (const [i, other] of group.entries()) lowRanks.set(other, parts[i]);
    }
    return lowRanks.get(projection)!;
  };
  const norm = (value: Value, name: string) => {
    const weight = inputs.get(`${name}.weight`)!;
    return config.layerNorm
      ? op.layerNorm(tape, value, weight, inputs.get(`${name}.bias`)!, normEps)
      : op.rmsNorm(tape, value, weight, normEps);
  };
  const droppedValues = new Map<string, Value>();
  const dropped = (h: Value, mask: string): Value => {
    const factors = inputs.get(mask);
    if (!factors) return h;
    const value = droppedValues.get(mask) ?? op.multiply(tape, h, factors);
    droppedValues.set(mask, value);
    return value;
  };

  const perHead = (value: Value, count: number) =>
    op.transpose(tape, op.reshape(tape, value, [1, time, count, headDim]), [0, 2, 1, 3]);
  const rotated = (value: Value, count: number, tables: op.RotaryTables) =>
    perHead(op.rotary(tape, op.reshape(tape, value, [1, time, count * headDim]), tables, count), count);
  const headNorm = (value: Value, count: number, name: string) => {
    const weight = inputs.get(`self_attn.${name}.weight`);
    if (!weight) return value;
    return op.rmsNorm(tape, op.reshape(tape, value, [time * count, headDim]), weight, normEps);
  };
  const { queryTables, keyTables } = rotaryTables(tape, time, headDim);

  const normed = norm(x, "input_layernorm");
  const query = headNorm(project("q_proj", normed), heads, "q_norm");
  const key = headNorm(project("k_proj", normed), kvHeads, "k_norm");
  const q = keep(rotated(query, heads, queryTables), "saved.q");
  const k = keep(rotated(key, kvHeads, keyTables), "saved.k");
  const v = keep(perHead(project("v_proj", normed), kvHeads), "saved.v");
  const mask = tape.input(LayerNames.mask, [1, 1, time, time]);
  const division = attentionDivision(tape, plan.attentionParts);
  const attended = op.attention(tape, { q, k, v, mask, division }, (result) => keep(result, "saved.attended"));
  const joined = op.reshape(tape, op.transpose(tape, attended, [0, 2, 1, 3]), [time, heads * headDim]);
  const middle = keep(project("o_proj", joined, x), "saved.middle");

  const normedMiddle = norm(middle, "post_attention_layernorm");
  const gate = config.ungatedMlp ? undefined : keep(project("gate_proj", normedMiddle), "saved.gate");
  const up = keep(project("up_proj", normedMiddle), "saved.up");
  const y = project("down_proj", activated(tape, config, gate, up), middle);
  return { x, y, trained };
}

function attentionDivision(tape: Tape, parts: number): op.AttentionDivision | undefined {
  if (parts === 1) return undefined;
  const input = (name: string, length: number) => tape.input(name, [length], { type: DataType.int64 });
  return { bounds: input(LayerNames.bounds, parts + 1), keyStarts: input(LayerNames.keyStarts, parts) };
}

/** The inputs for a matrix in 8 bits. */
export function frozenInputs(tape: Tape, matrix: NamedShape): FrozenWeight {
  const { forward, forwardScales, backward, backwardScales } = int8Shapes(matrix);
  const input = ({ name, shape }: NamedShape, type: DataTypeCode) => tape.input(name, shape, { type });
  return {
    forward: { values: input(forward, DataType.int8), scales: input(forwardScales, DataType.float32) },
    backward: { values: input(backward, DataType.int8), scales: input(backwardScales, DataType.float32) },
  };
}

/** act(gate) · up, or act(up) where there is no gate. */
function activated(tape: Tape, { activation }: ModelConfig, gate: Value | undefined, up: Value): Value {
  if (gate && activation !== "gelu") return op.swiglu(tape, gate, up);
  if (activation !== "gelu") throw new Error("SiLU without a gate is no model's");
  return gate ? op.multiply(tape, op.gelu(tape, gate), up) : op.gelu(tape, up);
}

/** The rotary tables of the keys, and those of the queries, which include attention's factor 1 / √headDim. */
function rotaryTables(tape: Tape, time: number, headDim: number) {
  const shape = [time, headDim / 2];
  const positions = tape.input(LayerNames.positions, [1, time], { type: DataType.int64 });
  const cos = tape.input(LayerNames.cos, shape);
  const sin = tape.input(LayerNames.sin, shape);
  const negativeSin = tape.node("Neg", [sin], shape);
  const scaled = (value: Value) => tape.node("Mul", [value, tape.scalar(1 / Math.sqrt(headDim))], shape);
  const keyTables: op.RotaryTables = { positions, cos, sin, negativeSin };
  const queryTables: op.RotaryTables = {
    positions,
    cos: scaled(cos),
    sin: scaled(sin),
    negativeSin: scaled(negativeSin),
  };
  return { queryTables, keyTables };
}
