// The files that hold a model's tensors, as values: Hugging Face's safetensors in floats, or GGUF. Converts names, the order of rows and what a
// family's file leaves out to the one form that graphs are made from. Keeps nothing in memory.

import path from "node:path";
import { ggufInvalid, modelCorrupt } from "../../../common/errors.ts";
import type { ModelConfig } from "./config.ts";
import type { GgufFile } from "./gguf.ts";
import type { SafetensorsFile } from "./safetensors.ts";
import { ggufName, ggufRowOrder, huggingFaceName, type TensorShape } from "./tensors.ts";

export interface TensorSource {
  /** @throws UserError where the tensor is missing or has another shape */
  check(shape: TensorShape): void;
  /** The values of some of a tensor's rows, [rowCount, cols]. They are not checked: they may be infinite or NaN. */
  values(shape: TensorShape, fromRow: number, rowCount: number): Float32Array;
  /** The path of the file that holds the tensor, for messages. */
  fileOf(name: string): string;
}

const FLOATS = new Set(["F32", "F16", "BF16"]);

/** @param files by the names of the tensors in them */
export function safetensorsSource(
  dir: string,
  files: ReadonlyMap<string, SafetensorsFile>,
  config: ModelConfig,
): TensorSource {
  const find = (name: string) => {
    const stored = huggingFaceName(name, config);
    const file = files.get(stored);
    return file && { file, stored, entry: file.entries.get(stored)! };
  };
  // Gemma's files store a norm's weights minus 1; GGUF's store the weights.
  const isOffset = (name: string) => config.architecture === "gemma" && name.endsWith("norm.weight");
  return {
    check({ name, rows, cols }) {
      const found = find(name);
      if (!found) throw modelCorrupt(dir, `it has no tensor "${huggingFaceName(name, config)}"`);
      const { type, shape } = found.entry;
      const wanted = rows === 1 ? [cols] : [rows, cols];
      if (!FLOATS.has(type) || String(shape) !== String(wanted))
        throw modelCorrupt(
          found.file.path,
          `its tensor "${found.stored}" is ${type} [${shape}], and floats [${wanted}] are needed`,
        );
    },
    values({ name }, fromRow, rowCount) {
      const { file, stored } = find(name)!;
      const values = file.values(stored, fromRow, rowCount);
      return isOffset(name) ? values.map((value) => value + 1) : values;
    },
    fileOf: (name) => find(name)?.file.path ?? path.join(dir, name),
  };
}

export function ggufSource(gguf: GgufFile, config: ModelConfig): TensorSource {
  return {
    check({ name, rows, cols }) {
      const tensor = gguf.tensors.get(ggufName(name));
      if (!tensor) throw ggufInvalid(gguf.path, `it has no tensor "${ggufName(name)}"`);
      if (tensor.rows !== rows || tensor.cols !== cols)
        throw ggufInvalid(
          gguf.path,
          `its tensor "${tensor.name}" is [${tensor.rows}, ${tensor.cols}], and [${rows}, ${cols}] is needed`,
        );
    },
    values(shape, fromRow, rowCount) {
      const order = ggufRowOrder(shape.name, config);
      if (!order) return gguf.values(ggufName(shape.name), fromRow, rowCount);
      const all = gguf.values(ggufName(shape.name));
      const width = all.length / order.length; // a bias has one value for each row of its matrix
      const out = new Float32Array(all.length);
      for (const [row, there] of order.entries())
        out.set(all.subarray(there * width, (there + 1) * width), row * width);
      return shape.rows === 1 ? out : out.subarray(fromRow * width, (fromRow + rowCount) * width);
    },
    fileOf: () => gguf.path,
  };
}
