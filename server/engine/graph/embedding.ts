// The embedding and the output head, which share one copy of the weights where they are tied. Emits nodes and constants.

import { isSymmetric, type StoredModel } from "../models/modelStore.ts";
import { EMBEDDING, HEAD } from "../models/tensors.ts";
import { type BlockArithmetic, type FloatType, floatConstant, ON_PROCESSOR } from "./linear.ts";
import { BLOCK, DataType, MICROSOFT, type OnnxGraph } from "./onnxGraph.ts";
import { quantiseBlocks, transposeStacked } from "./quantise.ts";

/** How many values are read and quantised at a time. */
const VALUES_AT_ONCE = 1 << 22;

export interface Ends {
  /** Token ids [1, time] → vectors [1, time, hidden]. */
  look(graph: OnnxGraph, ids: string): string;
  /** Hidden vectors [1, asked, hidden] → the value `output`, logits [1, asked, vocab]. */
  head(graph: OnnxGraph, x: string, output: string): string;
}

/** The embedding and head of the oracle, with float weights. */
export function emitFloatEnds(graph: OnnxGraph, model: StoredModel): Ends {
  const { vocabSize, hiddenSize, tiedEmbeddings } = model.config;
  const values = model.dequantise(EMBEDDING);
  const weight = graph.constant(EMBEDDING, DataType.float32, [vocabSize, hiddenSize], values);
  const transposed = transposeStacked([tiedEmbeddings ? values : model.dequantise(HEAD)], hiddenSize);
  const head = graph.constant(HEAD, DataType.float32, [hiddenSize, vocabSize], transposed);
  return {
    look: (g, ids) => g.node("Gather", "/model/embed_tokens/Gather", [weight, ids]),
    head: (g, x, output) => g.node("MatMul", "/lm_head/MatMul", [x, head], { outputs: [output] }),
  };
}

/**
 * The embedding and head in 8-bit blocks. Weights stored as integers times a scale are taken over without loss. A tied head multiplies by the
 * embedding's bytes.
 */
export function emitBlockEnds(
  graph: OnnxGraph,
  model: StoredModel,
  { accuracyLevel, type }: BlockArithmetic = ON_PROCESSOR,
): Ends {
  const { vocabSize, hiddenSize, tiedEmbeddings } = model.config;
  const embedding = emitBlocks(graph, model, EMBEDDING, type);
  const head = tiedEmbeddings ? embedding : emitBlocks(graph, model, HEAD, type);
  const shape = graph.constant(
    `${EMBEDDING}_shape`,
    DataType.int64,
    [2],
    BigInt64Array.of(BigInt(vocabSize), BigInt(hiddenSize)),
  );
  return {
    look(g, ids) {
      const rows = g.node("Reshape", "/model/embed_tokens/Reshape", [embedding.weight, shape]);
      return g.node("GatherBlockQuantized", "/model/embed_tokens/GatherBlockQuantized", [rows, ids, embedding.scales], {
        domain: MICROSOFT,
        attributes: { gather_axis: 0, quantize_axis: 1, block_size: BLOCK, bits: 8 },
      });
    },
    head(g, x, output) {
      const isHalf = type === DataType.float16;
      const product = g.node("MatMulNBits", "/lm_head/MatMulNBits", [x, head.weight, head.scales], {
        domain: MICROSOFT,
        outputs: isHalf ? undefined : [output],
        attributes: { K: hiddenSize, N: vocabSize, bits: 8, block_size: BLOCK, accuracy_level: accuracyLevel },
      });
      return isHalf
        ? g.node("Cast", "/lm_head/Cast", [product], { outputs: [output], attributes: { to: DataType.float32 } })
        : product;
    },
  };
}

/** The matrix `tensor` [vocab, hidden] as constants: bytes with zero point 128 [vocab, hidden / 32, 32], scales [vocab, hidden / 32]. */
function emitBlocks(
  graph: OnnxGraph,
  model: StoredModel,
  tensor: string,
  type: FloatType,
): { weight: string; scales: string } {
  const { vocabSize, hiddenSize } = model.config;
  const blocks = hiddenSize / BLOCK;
  const shape = [vocabSize, blocks, BLOCK];
  const names = { weight: `${tensor}_int8`, scales: `${tensor}_scale` };
  if (isSymmetric(model.tensors.get(tensor)?.encoding)) {
    const { q, scale } = model.blocks(tensor);
    const unsigned = new Uint8Array(q.length);
    for (let i = 0; i < q.length; i++) unsigned[i] = q[i] + 128; // onnxruntime's default zero point is 128
    graph.constant(names.weight, DataType.uint8, shape, unsigned);
    floatConstant(graph, names.scales, type, [vocabSize, blocks], scale);
    return names;
  }
  const scales = new Float32Array(vocabSize * blocks);
  graph.constantInParts(names.weight, DataType.uint8, shape, quantisedRows(model, tensor, scales));
  floatConstant(graph, names.scales, type, [vocabSize, blocks], scales);
  return names;
}

/** Yields the rows' bytes, some rows at a time; writes their scales to `scales`. */
function* quantisedRows(model: StoredModel, tensor: string, scales: Float32Array): Generator<Uint8Array> {
  const { vocabSize, hiddenSize } = model.config;
  const whole = model.rows ? undefined : model.dequantise(tensor);
  const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / hiddenSize));
  for (let from = 0; from < vocabSize; from += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, vocabSize - from);
    const values = whole?.subarray(from * hiddenSize, (from + count) * hiddenSize) ?? model.rows!(tensor, from, count);
    const quantised = quantiseBlocks([values]);
    scales.set(quantised.scales, (from * hiddenSize) / BLOCK);
    yield quantised.weights;
  }
}
