// The end of the model on a chunk of positions: final norm, output head, cross-entropy, and their gradients. Logits exist for one chunk
// at a time, and a one-hot matrix never does. Emits graphs; runs nothing.

import { DataType } from "../engine/graph/onnxGraph.ts";
import type { ModelConfig } from "../engine/models/config.ts";
import { int8Product } from "./autodiff/frozenLinear.ts";
import * as op from "./autodiff/operators.ts";
import { Tape } from "./autodiff/tape.ts";
import { frozenInputs, type Precision } from "./layerGraph.ts";

export const HeadNames = {
  x: "x", // [chunk, hidden]: the last layer's output at the positions with predictions
  norm: "norm.weight", // [hidden]
  normBias: "norm.bias", // [hidden], of a LayerNorm
  head: "head.weight", // [vocab, hidden]; the logits in 8 bits have the inputs of `frozenInputs` beside it
  targets: "targets", // int64 [chunk]
  targetColumns: "target_columns", // int64 [chunk, 1]: the same; reshaping int64 has no kernel on WebGPU
  weights: "weights", // [chunk, 1], including the scale
  rowIds: "row_ids", // int64 [rows]: the trained rows of the head
  rowTargets: "row_targets", // [chunk, rows]: 1 where the target is that row
  probability: "probability", // [chunk, 1] of the target
  dx: "dx", // [chunk, hidden]
  dNorm: "d_norm", // [hidden]
  dHead: "d_head", // [vocab, hidden] without the targets' part, which is −weightedX at the rows of the targets
  weightedX: "weighted_x", // [chunk, hidden]: weight × the normed x
  dRows: "d_rows", // [rows, hidden]
} as const;

/**
 * With p = softmax(h Eᵀ): dh = w (p E − E[target]) and dE = pᵀ (w h) − (w h at the targets' rows).
 * In 8 bits the logits are; p E is in floats: most of a row of p is far below its largest value, and rounded away (gradients' cosine 0.92).
 * @param trains "evaluate": only the probabilities. "x": also dx. "all": every gradient. A number: dx and that many rows of the head.
 */
export function headGraph(
  config: ModelConfig,
  chunkTokens: number,
  trains: "evaluate" | "x" | "all" | number,
  precision: Precision,
) {
  const { hiddenSize: hidden, vocabSize, normEps, layerNorm } = config;
  const tape = new Tape();
  const isDifferentiable = trains !== "evaluate";
  const x = tape.input(HeadNames.x, [chunkTokens, hidden], { differentiable: isDifferentiable });
  const norm = tape.input(HeadNames.norm, [hidden], { differentiable: trains === "all" });
  const matrix = { name: HeadNames.head, shape: [vocabSize, hidden] };
  const head = tape.input(matrix.name, matrix.shape);
  const column = [chunkTokens, 1];
  const targetColumns = tape.input(HeadNames.targetColumns, column, { type: DataType.int64 });

  const h = layerNorm
    ? op.layerNorm(tape, x, norm, tape.input(HeadNames.normBias, [hidden]), normEps)
    : op.rmsNorm(tape, x, norm, normEps);
  const logits =
    precision === "int8"
      ? int8Product(tape, h, frozenInputs(tape, matrix).forward)
      : op.product(tape, h, head, { transB: true });
  const p = tape.node("Softmax", [logits], logits.shape, { attributes: { axis: -1 } });
  tape.output(
    HeadNames.probability,
    tape.node("GatherElements", [p, targetColumns], column, { attributes: { axis: 1 } }),
  );
  if (!isDifferentiable) return tape.encode();

  const weights = tape.input(HeadNames.weights, column);
  const targets = tape.input(HeadNames.targets, [chunkTokens], { type: DataType.int64 });
  const targetRows = tape.node("Gather", [head, targets], h.shape, { attributes: { axis: 0 } });
  const difference = tape.node("Sub", [op.product(tape, p, head), targetRows], h.shape);
  tape.backward(h, tape.node("Mul", [difference, weights], h.shape));
  tape.output(HeadNames.dx, tape.gradient(x));
  if (trains === "x") return tape.encode();

  const weightedX = tape.node("Mul", [h, weights], h.shape);
  if (trains === "all") {
    tape.output(HeadNames.dNorm, tape.gradient(norm));
    tape.output(HeadNames.dHead, op.product(tape, p, weightedX, { transA: true }));
    tape.output(HeadNames.weightedX, weightedX);
  } else {
    const rowIds = tape.input(HeadNames.rowIds, [trains], { type: DataType.int64 });
    const rowTargets = tape.input(HeadNames.rowTargets, [chunkTokens, trains]);
    const ofRows = tape.node("Gather", [p, rowIds], rowTargets.shape, { attributes: { axis: 1 } });
    const error = tape.node("Sub", [ofRows, rowTargets], rowTargets.shape);
    tape.output(HeadNames.dRows, op.product(tape, error, weightedX, { transA: true }));
  }
  return tape.encode();
}
