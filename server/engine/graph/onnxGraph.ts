// Collects nodes, constants, inputs and outputs, and encodes them as an ONNX model. The only file that knows protobuf.
// Knows no model architecture.

import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { DataFile } from "./dataFile.ts";
import {
  type AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataLocation as DataLocation,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type TensorShapeProto_DimensionSchema,
  type ValueInfoProtoSchema,
} from "./onnx/onnx_pb.js";

/** The values of ONNX's TensorProto.DataType that are used here. */
export const DataType = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float16: 10 } as const;
export type DataTypeCode = (typeof DataType)[keyof typeof DataType];

/** The domain of onnxruntime's own operators (docs/ContribOperators.md in its repository). */
export const MICROSOFT = "com.microsoft";

/** How many values share a scale in the operators that quantise by blocks. */
export const BLOCK = 32;

/** MatMulNBits' accuracy_level: activations in 8 bits with one scale for each block of a row. */
export const INT8_ACTIVATIONS = 4;

/** MatMulNBits' accuracy_level: activations are not quantised. */
export const FLOAT_ACTIVATIONS = 1;

/** A dimension: a fixed size, or the name of one that each run decides. */
export type Dimension = number | string;

/** An attribute's value: integers are plain numbers; floats are wrapped, so that 1 differs from 1.0. */
export type AttributeValue = number | number[] | { float: number };

const OPSET = 21n;
const MICROSOFT_OPSET = 1n;
const IR_VERSION = 10n;
const INLINE_LIMIT_BYTES = 1024; // smaller constants are stored in the graph itself

type NodeInit = MessageInitShape<typeof NodeProtoSchema>;
type TensorInit = MessageInitShape<typeof TensorProtoSchema>;

interface Values {
  name: string;
  type: DataTypeCode;
  dims: Dimension[];
}

export class OnnxGraph {
  readonly #data?: DataFile;
  readonly #dataFileName: string;
  readonly #nodes: NodeInit[] = [];
  readonly #constants: TensorInit[] = [];
  readonly #inputs: Values[] = [];
  readonly #outputs: Values[] = [];
  readonly #names = new Set<string>();

  /**
   * `data` receives the large constants; the encoded graph refers to it as `dataFileName`, in its own folder. Without `data` all constants are
   * stored in the graph itself.
   */
  constructor(data?: DataFile, dataFileName = "") {
    this.#data = data;
    this.#dataFileName = dataFileName;
  }

  /** A copy of the graph so far, over the same data file; it can be continued differently. */
  fork(): OnnxGraph {
    const copy = new OnnxGraph(this.#data, this.#dataFileName);
    copy.#nodes.push(...this.#nodes);
    copy.#constants.push(...this.#constants);
    copy.#inputs.push(...this.#inputs);
    copy.#outputs.push(...this.#outputs);
    for (const name of this.#names) copy.#names.add(name);
    return copy;
  }

  /** A graph with the constants of this one and nothing else. Constants that it does not use are never read. */
  overConstants(): OnnxGraph {
    const other = new OnnxGraph(this.#data, this.#dataFileName);
    for (const constant of this.#constants) {
      other.#constants.push(constant);
      other.#names.add(constant.name!);
    }
    return other;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  input(name: string, type: DataTypeCode, dims: Dimension[]): string {
    this.#claim(name);
    this.#inputs.push({ name, type, dims });
    return name;
  }

  /** Declares the existing value `name` to be an output of the graph. */
  output(name: string, type: DataTypeCode, dims: Dimension[]): void {
    this.#outputs.push({ name, type, dims });
  }

  constant(name: string, type: DataTypeCode, dims: number[], data: NodeJS.ArrayBufferView): string {
    if (this.#data && data.byteLength >= INLINE_LIMIT_BYTES) return this.constantInParts(name, type, dims, [data]);
    this.#claim(name);
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#constants.push({ name, dataType: type, dims: dims.map(BigInt), rawData });
    return name;
  }

  /** A constant whose bytes may be too many for one array; only for a graph with a data file. */
  constantInParts(name: string, type: DataTypeCode, dims: number[], parts: Iterable<NodeJS.ArrayBufferView>): string {
    if (!this.#data) throw new Error(`the graph has no data file for ${name}`);
    this.#claim(name);
    const { offset, sizeBytes } = this.#data.append(parts);
    const externalData = [
      { key: "location", value: this.#dataFileName },
      { key: "offset", value: String(offset) },
      { key: "length", value: String(sizeBytes) },
    ];
    const dataLocation = DataLocation.EXTERNAL;
    this.#constants.push({ name, dataType: type, dims: dims.map(BigInt), dataLocation, externalData });
    return name;
  }

  /**
   * Adds a node called `path`, such as "/model/layers.3/mlp/Mul". Its outputs are `outputs`, "" for one that is not wanted;
   * by default a single one named `path`/output_0.
   * @returns the name of the first output
   */
  node(
    operator: string,
    path: string,
    inputs: readonly string[],
    options: { domain?: string; outputs?: string[]; attributes?: Record<string, AttributeValue> } = {},
  ): string {
    const outputs = options.outputs ?? [`${path}/output_0`];
    for (const name of outputs) if (name) this.#claim(name);
    this.#nodes.push({
      opType: operator,
      name: path,
      domain: options.domain ?? "",
      input: [...inputs],
      output: outputs,
      attribute: Object.entries(options.attributes ?? {}).map(([name, value]) => attribute(name, value)),
    });
    return outputs[0];
  }

  /**
   * Inserts nodes between the value `name` and all its consumers: `emit` gets the new name of that value, and adds nodes, one of which outputs
   * `name`.
   */
  splice(name: string, emit: (value: string) => void): void {
    const at = this.#nodes.findIndex(({ output }) => output?.includes(name));
    if (at < 0) throw new Error(`no node of the graph puts out ${name}`);
    const { output, ...node } = this.#nodes[at];
    const moved = `${name}/spliced`;
    this.#claim(moved);
    this.#names.delete(name);
    this.#nodes[at] = { ...node, output: output!.map((value) => (value === name ? moved : value)) };
    const end = this.#nodes.length;
    emit(moved);
    if (!this.#names.has(name)) throw new Error(`nothing puts out ${name} any more`);
    this.#nodes.splice(at + 1, 0, ...this.#nodes.splice(end));
  }

  encode(): Uint8Array {
    const model = create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      producerName: "sotto",
      opsetImport: [
        { domain: "", version: OPSET },
        { domain: MICROSOFT, version: MICROSOFT_OPSET },
      ],
      graph: {
        name: "decoder",
        node: this.#nodes,
        initializer: this.#constants,
        input: this.#inputs.map(valueInfo),
        output: this.#outputs.map(valueInfo),
      },
    });
    return toBinary(ModelProtoSchema, model);
  }

  #claim(name: string): void {
    if (this.#names.has(name)) throw new Error(`the graph already has a value named ${name}`);
    this.#names.add(name);
  }
}

function attribute(name: string, value: AttributeValue): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === "number") return { name, type: AttributeType.INT, i: BigInt(value) };
  if (Array.isArray(value)) return { name, type: AttributeType.INTS, ints: value.map(BigInt) };
  return { name, type: AttributeType.FLOAT, f: value.float };
}

function valueInfo({ name, type, dims }: Values): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = dims.map(
    (d): MessageInitShape<typeof TensorShapeProto_DimensionSchema> =>
      typeof d === "number"
        ? { value: { case: "dimValue", value: BigInt(d) } }
        : { value: { case: "dimParam", value: d } },
  );
  return { name, type: { value: { case: "tensorType", value: { elemType: type, shape: { dim } } } } };
}
