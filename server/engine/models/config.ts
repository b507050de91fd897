// The shape of a decoder model, independent of the file format that it came from. Owns the type, and what follows from it for positions.

/** Model families, by Hugging Face's "model_type" (GGUF's "general.architecture" is the same for all of these). */
export const FAMILIES = ["llama", "qwen2", "qwen3", "starcoder2", "gemma"] as const;
export type Family = (typeof FAMILIES)[number];

/**
 * A decoder-only transformer with rotary positions and grouped-query attention. Llama is the default, which has none of the optional fields:
 * RMSNorm, a gated feed-forward network with SiLU, no biases, attention to all earlier positions.
 */
export interface ModelConfig {
  architecture: Family;
  hiddenSize: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  ffnSize: number;
  vocabSize: number;
  contextLength: number; // positions that the model was trained for
  ropeTheta: number;
  normEps: number;
  tiedEmbeddings: boolean; // the output head is the embedding matrix
  queryBias?: boolean; // q, k and v have biases
  outputBias?: boolean; // the attention's output projection has a bias
  mlpBias?: boolean;
  queryKeyNorm?: boolean; // an RMSNorm over each head's queries and keys, before rotation (Qwen3)
  layerNorm?: boolean; // LayerNorm with mean and bias, in place of RMSNorm (StarCoder2)
  activation?: "gelu"; // the tanh approximation
  ungatedMlp?: boolean; // down(act(up(x))), without a gate
  embeddingScale?: number; // factor on the embedding's output, where it does not serve as the output head (Gemma: √hiddenSize)
  slidingWindow?: number; // how many positions a position attends to, including itself
  ropeScaling?: RopeScaling;
}

/** How the rotary positions are extended beyond those of the first training. */
export type RopeScaling =
  | { kind: "linear"; factor: number } // positions are divided (Chen et al. 2023, arXiv:2306.15595)
  | { kind: "llama3"; factor: number; lowFrequency: number; highFrequency: number; originalLength: number } // scales only slow channels
  | { kind: "yarn"; factor: number; betaFast: number; betaSlow: number; originalLength: number; attention: number } // Peng et al. 2023, arXiv:2309.00071
  | { kind: "divided"; divisors: readonly number[] }; // each pair of channels has its own divisor, [headDim / 2]: how GGUF stores Llama 3's scaling

/** The most positions that are used, whatever a model supports: tables and caches have a size. */
const MOST_POSITIONS = 32_768;

/** How many positions the decoder's rotary tables have. */
export const tablePositions = (config: ModelConfig): number => Math.min(config.contextLength, MOST_POSITIONS);

/**
 * The rotation speed of each pair of channels, in radians per position, [headDim / 2], and the factor on cosines and sines. As Hugging Face's
 * `modeling_rope_utils.py` defines them.
 */
export function rotarySpeeds({ headDim, ropeTheta, ropeScaling }: ModelConfig): {
  speeds: Float64Array;
  magnitude: number;
} {
  const plain = Float64Array.from({ length: headDim / 2 }, (_, i) => ropeTheta ** ((-2 * i) / headDim));
  if (!ropeScaling) return { speeds: plain, magnitude: 1 };
  if (ropeScaling.kind === "divided")
    return { speeds: plain.map((speed, i) => speed / ropeScaling.divisors[i]), magnitude: 1 };
  const { factor } = ropeScaling;
  if (ropeScaling.kind === "linear") return { speeds: plain.map((speed) => speed / factor), magnitude: 1 };
  if (ropeScaling.kind === "llama3") {
    const { lowFrequency, highFrequency, originalLength } = ropeScaling;
    const speeds = plain.map((speed) => {
      const turns = (originalLength * speed) / (2 * Math.PI); // over the context length of the first training
      const share = clamp((turns - lowFrequency) / (highFrequency - lowFrequency)); // share of the speed that stays unscaled
      return share * speed + ((1 - share) * speed) / factor;
    });
    return { speeds, magnitude: 1 };
  }
  const { betaFast, betaSlow, originalLength, attention } = ropeScaling;
  const channelOf = (turns: number) =>
    (headDim * Math.log(originalLength / (turns * 2 * Math.PI))) / (2 * Math.log(ropeTheta));
  const low = Math.max(Math.floor(channelOf(betaFast)), 0);
  const high = Math.min(Math.ceil(channelOf(betaSlow)), headDim - 1);
  const speeds = plain.map((speed, i) => {
    const stretched = clamp((i - low) / Math.max(high - low, 0.001));
    return stretched * (speed / factor) + (1 - stretched) * speed;
  });
  return { speeds, magnitude: attention };
}

const clamp = (share: number): number => Math.min(1, Math.max(0, share));
