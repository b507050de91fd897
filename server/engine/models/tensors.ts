// The tensors that a model of a given shape has, under one set of names (Hugging Face's for Llama), and their names in the files of each format.
// Reads nothing.

import type { ModelConfig } from "./config.ts";

export interface TensorShape {
  name: string;
  rows: number; // output channels; 1 for a vector
  cols: number; // input channels, or the length of the vector
}

export const EMBEDDING = "model.embed_tokens.weight";
export const HEAD = "lm_head.weight"; // a separate tensor only where it is not tied to the embedding

/** Every tensor of a model of this shape, in the order in which a forward pass needs them. */
export function tensorShapes(config: ModelConfig): TensorShape[] {
  const { hiddenSize: hidden, ffnSize, vocabSize, headDim, tiedEmbeddings } = config;
  const queries = config.heads * headDim;
  const keys = config.kvHeads * headDim;
  const shapes: TensorShape[] = [];
  const vector = (name: string, cols: number) => shapes.push({ name, rows: 1, cols });
  const norm = (name: string) => {
    vector(`${name}.weight`, hidden);
    if (config.layerNorm) vector(`${name}.bias`, hidden);
  };
  const linear = (name: string, rows: number, cols: number, hasBias?: boolean) => {
    shapes.push({ name: `${name}.weight`, rows, cols });
    if (hasBias) vector(`${name}.bias`, rows);
  };

  shapes.push({ name: EMBEDDING, rows: vocabSize, cols: hidden });
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `model.layers.${layer}`;
    norm(`${prefix}.input_layernorm`);
    linear(`${prefix}.self_attn.q_proj`, queries, hidden, config.queryBias);
    linear(`${prefix}.self_attn.k_proj`, keys, hidden, config.queryBias);
    linear(`${prefix}.self_attn.v_proj`, keys, hidden, config.queryBias);
    if (config.queryKeyNorm) {
      vector(`${prefix}.self_attn.q_norm.weight`, headDim);
      vector(`${prefix}.self_attn.k_norm.weight`, headDim);
    }
    linear(`${prefix}.self_attn.o_proj`, hidden, queries, config.outputBias);
    norm(`${prefix}.post_attention_layernorm`);
    if (!config.ungatedMlp) linear(`${prefix}.mlp.gate_proj`, ffnSize, hidden, config.mlpBias);
    linear(`${prefix}.mlp.up_proj`, ffnSize, hidden, config.mlpBias);
    linear(`${prefix}.mlp.down_proj`, hidden, ffnSize, config.mlpBias);
  }
  norm("model.norm");
  if (!tiedEmbeddings) shapes.push({ name: HEAD, rows: vocabSize, cols: hidden });
  return shapes;
}

/** The name in Hugging Face's files, where StarCoder2's feed-forward layers have other names. */
export function huggingFaceName(name: string, { architecture }: ModelConfig): string {
  if (architecture !== "starcoder2") return name;
  return name.replace(".mlp.up_proj.", ".mlp.c_fc.").replace(".mlp.down_proj.", ".mlp.c_proj.");
}

const GGUF_LAYER_NAMES: Readonly<Record<string, string>> = {
  input_layernorm: "attn_norm",
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.q_norm": "attn_q_norm",
  "self_attn.k_norm": "attn_k_norm",
  "self_attn.o_proj": "attn_output",
  post_attention_layernorm: "ffn_norm",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
};
const GGUF_NAMES: Readonly<Record<string, string>> = {
  "model.embed_tokens": "token_embd",
  "model.norm": "output_norm",
  lm_head: "output",
};

/** The name in a GGUF file. */
export function ggufName(name: string): string {
  const [, stem, kind] = /^(.+)\.(weight|bias)$/.exec(name)!;
  const layer = /^model\.layers\.(\d+)\.(.+)$/.exec(stem);
  return layer ? `blk.${layer[1]}.${GGUF_LAYER_NAMES[layer[2]]}.${kind}` : `${GGUF_NAMES[stem]}.${kind}`;
}

/**
 * For each row of tensor `name`, the row of the GGUF tensor that holds it; undefined where the order is the same. For Llama, GGUF interleaves
 * the channels that rotate together (2i and 2i + 1 of a head), while Hugging Face keeps them in two halves (i and i + headDim / 2); for the
 * other families GGUF keeps halves too. Biases are reordered like their matrices.
 */
export function ggufRowOrder(
  name: string,
  { architecture, heads, kvHeads, headDim }: ModelConfig,
): Int32Array | undefined {
  const projection = /\.self_attn\.([qk])_proj\./.exec(name)?.[1];
  if (architecture !== "llama" || !projection) return undefined;
  const half = headDim / 2;
  return Int32Array.from({ length: (projection === "q" ? heads : kvHeads) * headDim }, (_, row) => {
    const inHead = row % headDim;
    return row - inHead + 2 * (inHead % half) + Math.floor(inHead / half);
  });
}
