// The differentiable operators of a decoder, each with its derivative. All of them exist in onnxruntime's inference build, for the processor and
// for WebGPU. Three limits of WebGPU shaped them: an optional second output may stay unwritten, an int64 Reshape has no kernel, and ReduceMean
// takes its axes as an input.

import { DataType, MICROSOFT } from "../../engine/graph/onnxGraph.ts";
import type { Tape, Value } from "./tape.ts";

interface GemmOptions {
  transA?: boolean;
  transB?: boolean;
  alpha?: number;
  c?: Value; // added; broadcast to the result
}

/** alpha · A B + C without a derivative; A and B are matrices, read transposed if the options say so. */
export function product(tape: Tape, a: Value, b: Value, options: GemmOptions = {}): Value {
  const { transA = false, transB = false, alpha = 1, c } = options;
  const rows = a.shape[transA ? 1 : 0];
  const columns = b.shape[transB ? 0 : 1];
  const attributes = { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } };
  return tape.node("Gemm", c ? [a, b, c] : [a, b], [rows, columns], { attributes });
}

/** y = alpha · x Wᵀ + c: a linear layer. x [rows, in], W [out, in], c [out] (a bias) or [rows, out] (a residual). */
export function linear(tape: Tape, x: Value, weight: Value, options: { alpha?: number; c?: Value } = {}): Value {
  const { alpha, c } = options;
  const y = product(tape, x, weight, { transB: true, alpha, c });
  return tape.differentiable(y, c ? [x, weight, c] : [x, weight], (dy) => {
    if (c?.differentiable) tape.addGradient(c, sumTo(tape, dy, c.shape));
    // Gemm adds to the gradient that x already has
    if (x.differentiable) tape.replaceGradient(x, product(tape, dy, weight, { alpha, c: tape.gradientSoFar(x) }));
    if (weight.differentiable) tape.addGradient(weight, product(tape, dy, x, { transA: true, alpha }));
  });
}

/** Sums a gradient over the leading axes that broadcasting added. */
function sumTo(tape: Tape, gradient: Value, shape: readonly number[]): Value {
  const added = gradient.shape.length - shape.length;
  if (added === 0) return gradient;
  const axes = tape.integers(Array.from({ length: added }, (_, axis) => axis));
  return tape.node("ReduceSum", [gradient, axes], shape, { attributes: { keepdims: 0 } });
}

/** Elementwise product of two values of the same shape. */
export function multiply(tape: Tape, a: Value, b: Value): Value {
  return tape.differentiable(tape.node("Mul", [a, b], a.shape), [a, b], (gradient) => {
    if (a.differentiable) tape.addGradient(a, tape.node("Mul", [gradient, b], a.shape));
    if (b.differentiable) tape.addGradient(b, tape.node("Mul", [gradient, a], b.shape));
  });
}

/** Elementwise sum; b may lack leading axes of a, as a bias does. */
export function add(tape: Tape, a: Value, b: Value): Value {
  return tape.differentiable(tape.node("Add", [a, b], a.shape), [a, b], (gradient) => {
    tape.addGradient(a, gradient);
    if (b.differentiable) tape.addGradient(b, sumTo(tape, gradient, b.shape));
  });
}

/** Matrices one below the other. */
export function stackRows(tape: Tape, matrices: readonly Value[]): Value {
  if (matrices.length === 1) return matrices[0];
  const ends = matrices.map((_, i) => matrices.slice(0, i + 1).reduce((sum, { shape }) => sum + shape[0], 0));
  const stacked = tape.node("Concat", matrices, [ends.at(-1)!, matrices[0].shape[1]], { attributes: { axis: 0 } });
  return tape.differentiable(stacked, matrices, (gradient) => {
    for (const [i, matrix] of matrices.entries()) {
      const bounds = [tape.integers([ends[i] - matrix.shape[0]]), tape.integers([ends[i]]), tape.integers([0])];
      tape.addGradient(matrix, tape.node("Slice", [gradient, ...bounds], matrix.shape));
    }
  });
}

/** A matrix cut into `count` parts of equal width, side by side. All of them, or none, must take part in what is differentiated. */
export function cutColumns(tape: Tape, x: Value, count: number): Value[] {
  if (count === 1) return [x];
  const [rows, columns] = x.shape;
  const width = columns / count;
  const gradients: Value[] = [];
  return Array.from({ length: count }, (_, i) => {
    const bounds = [tape.integers([i * width]), tape.integers([(i + 1) * width]), tape.integers([1])];
    return tape.differentiable(tape.node("Slice", [x, ...bounds], [rows, width]), [x], (gradient) => {
      gradients[i] = gradient;
      if (i > 0) return; // the backward pass meets the first part last
      tape.addGradient(x, tape.node("Concat", gradients, x.shape, { attributes: { axis: 1 } }));
    });
  });
}

export function reshape(tape: Tape, x: Value, shape: readonly number[]): Value {
  const to = (value: Value, wanted: readonly number[]) =>
    tape.node("Reshape", [value, tape.integers(wanted)], wanted, { type: x.type });
  return tape.differentiable(to(x, shape), [x], (gradient) => tape.addGradient(x, to(gradient, x.shape)));
}

export function transpose(tape: Tape, x: Value, perm: number[]): Value {
  const inverse = perm.map((_, axis) => perm.indexOf(axis));
  const shape = perm.map((axis) => x.shape[axis]);
  return tape.differentiable(tape.node("Transpose", [x], shape, { attributes: { perm } }), [x], (gradient) =>
    tape.addGradient(x, tape.node("Transpose", [gradient], x.shape, { attributes: { perm: inverse } })),
  );
}

/** RMS norm (Zhang and Sennrich 2019) of the rows of x [rows, hidden], times weight [hidden]. */
export function rmsNorm(tape: Tape, x: Value, weight: Value, epsilon: number): Value {
  const [rows, hidden] = x.shape;
  const column = [rows, 1];
  const rowMean = (value: Value) =>
    tape.node("ReduceMean", [value, tape.integers([1])], column, { attributes: { keepdims: 1 } });
  const times = (a: Value, b: Value) => tape.node("Mul", [a, b], a.shape);
  const y = tape.node("SimplifiedLayerNormalization", [x, weight], x.shape, {
    attributes: { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
  });
  return tape.differentiable(y, [x, weight], (dy) => {
    // recomputes 1/rms: on WebGPU the operator's optional output for it stays unwritten, without an error
    const meanSquare = tape.node("Add", [rowMean(times(x, x)), tape.scalar(epsilon)], column);
    const inverse = tape.node("Reciprocal", [tape.node("Sqrt", [meanSquare], column)], column);
    const unit = times(x, inverse);
    if (x.differentiable) {
      const dUnit = times(dy, weight);
      const along = times(unit, rowMean(times(dUnit, unit)));
      tape.addGradient(x, times(tape.node("Sub", [dUnit, along], x.shape), inverse));
    }
    if (weight.differentiable) {
      const sum = tape.node("ReduceSum", [times(dy, unit), tape.integers([0])], [hidden], {
        attributes: { keepdims: 0 },
      });
      tape.addGradient(weight, sum);
    }
  });
}

/** LayerNorm (Ba et al. 2016) of the rows of x [rows, hidden], times weight [hidden], plus bias [hidden]. */
export function layerNorm(tape: Tape, x: Value, weight: Value, bias: Value, epsilon: number): Value {
  const [rows, hidden] = x.shape;
  const column = [rows, 1];
  const rowMean = (value: Value) =>
    tape.node("ReduceMean", [value, tape.integers([1])], column, { attributes: { keepdims: 1 } });
  const elementwise = (operator: string, a: Value, b: Value) => tape.node(operator, [a, b], a.shape);
  const y = tape.node("LayerNormalization", [x, weight, bias], x.shape, {
    attributes: { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
  });
  return tape.differentiable(y, [x, weight, bias], (dy) => {
    const centred = elementwise("Sub", x, rowMean(x));
    const variance = tape.node("Add", [rowMean(elementwise("Mul", centred, centred)), tape.scalar(epsilon)], column);
    const inverse = tape.node("Reciprocal", [tape.node("Sqrt", [variance], column)], column);
    const unit = elementwise("Mul", centred, inverse);
    if (x.differentiable) {
      const dUnit = elementwise("Mul", dy, weight);
      const along = elementwise("Mul", unit, rowMean(elementwise("Mul", dUnit, unit)));
      const rest = elementwise("Sub", elementwise("Sub", dUnit, rowMean(dUnit)), along);
      tape.addGradient(x, elementwise("Mul", rest, inverse));
    }
    if (weight.differentiable) tape.addGradient(weight, sumTo(tape, elementwise("Mul", dy, unit), [hidden]));
    if (bias.differentiable) tape.addGradient(bias, sumTo(tape, dy, [hidden]));
  });
}

export interface RotaryTables {
  positions: Value; // int64 [1, time]
  cos: Value; // [positions, headDim / 2]
  sin: Value;
  negativeSin: Value;
}

/** Rotary positions (Su et al. 2021) on x [1, time, heads * headDim]. The backward pass rotates by the negative angle. */
export function rotary(tape: Tape, x: Value, tables: RotaryTables, heads: number): Value {
  const turn = (value: Value, sin: Value) =>
    tape.node("RotaryEmbedding", [value, tables.positions, tables.cos, sin], x.shape, {
      domain: MICROSOFT,
      attributes: { interleaved: 0, num_heads: heads, rotary_embedding_dim: 0 },
    });
  return tape.differentiable(turn(x, tables.sin), [x], (gradient) =>
    tape.addGradient(x, turn(gradient, tables.negativeSin)),
  );
}

/** silu(gate) · up (Shazeer 2020). */
export function swiglu(tape: Tape, gate: Value, up: Value): Value {
  const elementwise = (operator: string, ...inputs: Value[]) => tape.node(operator, inputs, gate.shape);
  const sigmoid = elementwise("Sigmoid", gate);
  const silu = elementwise("Mul", gate, sigmoid);
  return tape.differentiable(elementwise("Mul", silu, up), [gate, up], (gradient) => {
    if (up.differentiable) tape.addGradient(up, elementwise("Mul", gradient, silu));
    if (gate.differentiable) {
      // silu' = σ + silu (1 − σ)
      const rest = elementwise("Mul", silu, elementwise("Sub", tape.scalar(1), sigmoid));
      const slope = elementwise("Add", sigmoid, rest);
      tape.addGradient(gate, elementwise("Mul", elementwise("Mul", gradient, up), slope));
    }
  });
}

/** GELU in its tanh approximation (Hendrycks and Gimpel 2016). */
export function gelu(tape: Tape, x: Value): Value {
  const y = tape.node("FastGelu", [x], x.shape, { domain: MICROSOFT });
  return tape.differentiable(y, [x], (gradient) => {
    // with u = √(2/π) (x + 0.044715 x³) and t = tanh u:  y' = (1 + t) / 2 + x (1 − t²) u' / 2
    const node = (operator: string, ...inputs: Value[]) => tape.node(operator, inputs, x.shape);
    const scale = Math.sqrt(2 / Math.PI);
    const squared = node("Mul", x, x);
    const inner = node("Add", node("Mul", squared, tape.scalar(0.044715 * scale)), tape.scalar(scale)); // u / x
    const t = node("Tanh", node("Mul", x, inner));
    const slopeOfU = node("Add", node("Mul", squared, tape.scalar(3 * 0.044715 * scale)), tape.scalar(scale));
    const bend = node("Mul", node("Mul", x, slopeOfU), node("Sub", tape.scalar(1), node("Mul", t, t)));
    const slope = node("Mul", node("Add", node("Add", t, tape.scalar(1)), bend), tape.scalar(0.5));
    tape.addGradient(x, node("Mul", gradient, slope));
  });
}

/** Divides attention (`sequence.ts`): which queries a part has, and which keys. */
export interface AttentionDivision {
  bounds: Value; // int64 [parts + 1]
  keyStarts: Value; // int64 [parts]
}

/**
 * Attention with grouped queries, without copying keys and values for each query head.
 * q [1, heads, time, headDim], already divided by √headDim; k and v [1, kvHeads, time, headDim]; mask [1, 1, time, time], added.
 * With `division` each part of the queries is computed separately, with the keys that any of them may see and its rectangle of the mask. A part may
 * be empty. Without it the whole square is computed at once.
 * `keep` may replace the result by a saved one.
 * @returns [1, heads, time, headDim]
 */
export function attention(
  tape: Tape,
  { q, k, v, mask, division }: { q: Value; k: Value; v: Value; mask: Value; division?: AttentionDivision },
  keep: (result: Value) => Value,
): Value {
  const [, heads, time, headDim] = q.shape;
  const kvHeads = k.shape[1];
  const group = heads / kvHeads; // the queries that share a key head are stacked as rows
  const rows = division ? ANY : time;
  const as = (value: Value, shape: readonly number[]) => tape.node("Reshape", [value, tape.integers(shape)], shape);
  const grouped = (value: Value) => as(value, [1, kvHeads, division ? ANY : group * time, value.shape[3]]);
  const perHead = (value: Value) => as(value, [1, heads, rows, headDim]);
  const swapped = (value: Value) => {
    const [batch, head, height, columns] = value.shape;
    return tape.node("Transpose", [value], [batch, head, columns, height], { attributes: { perm: [0, 1, 3, 2] } });
  };
  const matmul = (a: Value, b: Value) => tape.node("MatMul", [a, b], [...a.shape.slice(0, 3), b.shape[3]]);
  const elementwise = (operator: string, a: Value, b: Value) => tape.node(operator, [a, b], a.shape);

  const parts = division ? rangesOf(tape, division, time) : [undefined];
  const queriesOf = (value: Value, part: PartRange | undefined) =>
    part ? cut(tape, value, 2, part.start, part.end) : value;
  const keysOf = (value: Value, part: PartRange | undefined, axis = 2) =>
    part ? cut(tape, value, axis, part.keyStart, part.end) : value;
  const below = (values: readonly Value[], shape: readonly number[]) =>
    values.length === 1 ? values[0] : tape.node("Concat", values, shape, { attributes: { axis: 2 } });
  const groupedMask = (part: PartRange | undefined) => {
    const own = keysOf(queriesOf(mask, part), part, 3);
    return below(Array(group).fill(own), [1, 1, division ? ANY : group * time, own.shape[3]]);
  };

  const computed = parts.map((part) => {
    const [query, key, value] = [grouped(queriesOf(q, part)), keysOf(k, part), keysOf(v, part)];
    const scores = elementwise("Add", matmul(query, swapped(key)), groupedMask(part));
    const weight = tape.node("Softmax", [scores], scores.shape, { attributes: { axis: -1 } });
    return { part, query, key, value, weight, result: perHead(matmul(weight, value)) };
  });
  const results = computed.map(({ result }) => result);
  const result = tape.differentiable(below(results, q.shape), [q, k, v], (gradient) => {
    // softmax: dS = P (dP − Σ P dP), where that row sum equals Σ dO · O
    const products = elementwise("Mul", gradient, used);
    const rowSums = tape.node("ReduceSum", [products, tape.integers([3])], [1, heads, time, 1], {
      attributes: { keepdims: 1 },
    });
    const ofQueries: Value[] = [];
    for (const { part, query, key, value, weight } of computed) {
      const dResult = grouped(queriesOf(gradient, part));
      const dWeights = matmul(dResult, swapped(value));
      const dScores = elementwise("Mul", weight, elementwise("Sub", dWeights, grouped(queriesOf(rowSums, part))));
      const inPlace = (ofKeys: Value) => (part ? padded(tape, ofKeys, part, k.shape) : ofKeys);
      ofQueries.push(perHead(matmul(dScores, key)));
      tape.addGradient(k, inPlace(matmul(swapped(dScores), query)));
      tape.addGradient(v, inPlace(matmul(swapped(weight), dResult)));
    }
    tape.addGradient(q, below(ofQueries, q.shape));
  });
  const used = keep(result); // the result that the row sums above read
  return used;
}

const ANY = -1; // a length that depends on the graph's inputs

/** The bounds of a part of the queries, and of its keys, which end with it; int64 [1]. */
interface PartRange {
  start: Value;
  end: Value;
  keyStart: Value;
  after: Value; // positions after the end
}

function rangesOf(tape: Tape, { bounds, keyStarts }: AttentionDivision, time: number): PartRange[] {
  const entry = (value: Value, i: number) => cut(tape, value, 0, tape.integers([i]), tape.integers([i + 1]));
  const limits = Array.from({ length: bounds.shape[0] }, (_, i) => entry(bounds, i));
  return limits.slice(1).map((end, i) => {
    const after = tape.node("Sub", [tape.integers([time]), end], [1], { type: DataType.int64 });
    return { start: limits[i], end, keyStart: entry(keyStarts, i), after };
  });
}

/** The gradient of a part's keys among those of all, which are 0. */
function padded(tape: Tape, value: Value, { keyStart, after }: PartRange, shape: readonly number[]): Value {
  const widths = tape.node("Concat", [keyStart, after], [2], { type: DataType.int64, attributes: { axis: 0 } });
  return tape.node("Pad", [value, widths, tape.scalar(0), tape.integers([2])], shape);
}

/** `value` from `start` to `end` along `axis`; these two are int64 [1]. */
function cut(tape: Tape, value: Value, axis: number, start: Value, end: Value): Value {
  const shape = value.shape.with(axis, ANY);
  return tape.node("Slice", [value, start, end, tape.integers([axis])], shape, { type: value.type });
}
