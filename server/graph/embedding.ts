// The embedding and the output head that is tied to it, over one copy of the weights. Emits nodes and constants.

import type { StoredModel } from "../models/modelStore.ts";
import { modelUnsupported } from "../protocol/errors.ts";
import { type BlockArithmetic, floatConstant } from "./linear.ts";
import { BLOCK, DataType, INT8_ACTIVATIONS, MICROSOFT, type OnnxGraph } from "./onnxGraph.ts";
import { transposeStacked } from "./quantise.ts";

const TENSOR = "model.embed_tokens.weight";

export interface TiedEmbedding {
  /** Token ids [1, time] → vectors [1, time, hidden]. */
  look(graph: OnnxGraph, ids: string): string;
  /** Hidden vectors [1, asked, hidden] → the value `output`, logits [1, asked, vocab]. */
  head(graph: OnnxGraph, x: string, output: string): string;
}

/** The oracle's embedding: float weights. */
export function emitFloatEmbedding(graph: OnnxGraph, model: StoredModel): TiedEmbedding {
  const { vocabSize, hiddenSize } = model.config;
  const values = model.dequantise(TENSOR);
  const weight = graph.constant(TENSOR, DataType.float32, [vocabSize, hiddenSize], values);
  const transposed = transposeStacked([values], hiddenSize);
  const head = graph.constant("lm_head.weight", DataType.float32, [hiddenSize, vocabSize], transposed);
  return {
    look: (g, ids) => g.node("Gather", "/model/embed_tokens/Gather", [weight, ids]),
    head: (g, x, output) => g.node("MatMul", "/lm_head/MatMul", [x, head], { outputs: [output] }),
  };
}

/**
 * The embedding straight from its stored 8-bit blocks, without loss. The head multiplies by the same bytes.
 * @throws UserError when the embedding is not stored in 8-bit blocks
 */
export function emitBlockEmbedding(
  graph: OnnxGraph,
  model: StoredModel,
  { accuracyLevel, type }: BlockArithmetic = { accuracyLevel: INT8_ACTIVATIONS, type: DataType.float32 },
): TiedEmbedding {
  const { vocabSize, hiddenSize } = model.config;
  if (model.tensors.get(TENSOR)?.encoding !== "q8_0") throw modelUnsupported("its embedding is not stored as q8_0");
  const { q, scale } = model.blocks(TENSOR);
  const unsigned = new Uint8Array(q.length);
  for (let i = 0; i < q.length; i++) unsigned[i] = q[i] + 128; // onnxruntime takes 128 for zero where no zero point is given
  const blocks = hiddenSize / BLOCK;
  const weight = graph.constant(`${TENSOR}_int8`, DataType.uint8, [vocabSize, blocks, BLOCK], unsigned);
  const scales = floatConstant(graph, `${TENSOR}_scale`, type, [vocabSize, blocks], scale);
  const shape = graph.constant(
    `${TENSOR}_shape`,
    DataType.int64,
    [2],
    BigInt64Array.of(BigInt(vocabSize), BigInt(hiddenSize)),
  );
  return {
    look(g, ids) {
      const rows = g.node("Reshape", "/model/embed_tokens/Reshape", [weight, shape]);
      return g.node("GatherBlockQuantized", "/model/embed_tokens/GatherBlockQuantized", [rows, ids, scales], {
        domain: MICROSOFT,
        attributes: { gather_axis: 0, quantize_axis: 1, block_size: BLOCK, bits: 8 },
      });
    },
    head(g, x, output) {
      const isHalf = type === DataType.float16;
      const product = g.node("MatMulNBits", "/lm_head/MatMulNBits", [x, weight, scales], {
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
