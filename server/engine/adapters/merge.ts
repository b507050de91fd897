// A model with an adapter merged into its weights. What is derived from it, such as the compute form, need not know the adapter. Reads no files
// itself and changes none.

import { createHash } from "node:crypto";
import { adapterInvalid } from "../../../common/errors.ts";
import { BLOCK_SIZE } from "../models/blocks.ts";
import { allFinite } from "../models/finite.ts";
import type { StoredModel, StoredTensor, TensorBlocks } from "../models/modelStore.ts";
import { EMBEDDING } from "../models/tensors.ts";
import type { Adapter, LowRank } from "./adapter.ts";

/**
 * `model` with `adapter`, which was read for it. Changed matrices count as stored in f32. The embedding keeps its 8-bit blocks, to which the
 * trained rows are rounded. The activation sizes (`inputRms`) stay those of the model without an adapter.
 * Reading a matrix throws the UserError adapterInvalid where the product is too large for a float.
 */
export function withAdapter(model: StoredModel, adapter: Adapter): StoredModel {
  const changed = new Map([...adapter.matrices].map(([layer, factors]) => [`${layer}.weight`, factors]));
  const tensors = new Map<string, StoredTensor>();
  for (const [name, tensor] of model.tensors)
    tensors.set(name, changed.has(name) ? { ...tensor, encoding: "f32" } : tensor);
  for (const name of changed.keys()) if (!tensors.has(name)) throw new Error(`the model has no tensor ${name}`);
  const replacesRows = adapter.embeddingRows.size > 0;
  return {
    ...model,
    adapterName: adapter.name,
    promptFormat: adapter.promptFormat,
    weightsSha256: createHash("sha256").update(`${model.weightsSha256} ${adapter.sha256}`).digest("hex"),
    tensors,
    dequantise(name) {
      const values = model.dequantise(name); // a fresh copy: may be changed in place
      const factors = changed.get(name);
      if (factors) {
        addProduct(values, factors, adapter.alpha / adapter.rank, adapter.rank);
        if (!allFinite(values))
          throw adapterInvalid(adapter.name, `its factors for "${name}" give a value that is not finite`);
      }
      if (name === EMBEDDING) replaceRows(values, adapter.embeddingRows, 0);
      return values;
    },
    rows:
      model.rows &&
      ((name, fromRow, rowCount) => {
        if (changed.has(name)) throw new Error(`${name} is changed as a whole`);
        const values = model.rows!(name, fromRow, rowCount);
        if (name === EMBEDDING) replaceRows(values, adapter.embeddingRows, fromRow);
        return values;
      }),
    blocks(name) {
      if (changed.has(name)) throw new Error(`${name} is not stored in blocks`);
      const blocks = model.blocks(name);
      return name === EMBEDDING && replacesRows ? withRows(blocks, adapter.embeddingRows) : blocks;
    },
  };
}

/**
 * weights += scale B A, in place. `weights` [outputs, inputs]. Each row is summed in 64 bits and rounded to 32 once.
 * About a second for all matrices of the embedded model at rank 16.
 */
function addProduct(weights: Float32Array, { a, b }: LowRank, scale: number, rank: number): void {
  const inputs = a.length / rank;
  const sum = new Float64Array(inputs);
  for (let start = 0, row = 0; start < weights.length; start += inputs, row += rank) {
    sum.fill(0);
    let k = 0;
    for (; k + 4 <= rank; k += 4) {
      const [b0, b1, b2, b3] = [b[row + k], b[row + k + 1], b[row + k + 2], b[row + k + 3]];
      const [a0, a1, a2, a3] = [k * inputs, (k + 1) * inputs, (k + 2) * inputs, (k + 3) * inputs];
      for (let i = 0; i < inputs; i++) sum[i] += b0 * a[a0 + i] + b1 * a[a1 + i] + b2 * a[a2 + i] + b3 * a[a3 + i];
    }
    for (; k < rank; k++) {
      const factor = b[row + k];
      for (let i = 0; i < inputs; i++) sum[i] += factor * a[k * inputs + i];
    }
    for (let i = 0; i < inputs; i++) weights[start + i] += scale * sum[i];
  }
}

/** Replaces rows of `values`, whose first row is row `fromRow` of the tensor. Rows outside `values` are skipped. */
function replaceRows(values: Float32Array, rows: ReadonlyMap<number, Float32Array>, fromRow: number): void {
  for (const [id, row] of rows) {
    const at = (id - fromRow) * row.length;
    if (at >= 0 && at < values.length) values.set(row, at);
  }
}

/** A copy of q8_0 blocks in which `rows` replace rows. Each new block is rounded to 127 steps of its largest magnitude. */
function withRows({ q, scale, min }: TensorBlocks, rows: ReadonlyMap<number, Float32Array>): TensorBlocks {
  if (min) throw new Error("rows of a 4-bit embedding cannot be replaced");
  const newQ = q.slice();
  const newScale = scale.slice();
  for (const [id, row] of rows) {
    for (let start = 0; start < row.length; start += BLOCK_SIZE) {
      const block = row.subarray(start, start + BLOCK_SIZE);
      const step = block.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
      newScale[(id * row.length + start) / BLOCK_SIZE] = step;
      for (let i = 0; i < block.length; i++)
        newQ[id * row.length + start + i] = step > 0 ? Math.round(block[i] / step) : 0;
    }
  }
  return { q: newQ, scale: newScale };
}
