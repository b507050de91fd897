// The shape of a decoder model, independent of the file format that it came from. Owns the type only.

/** A llama-like decoder: RMSNorm, rotary positions, grouped-query attention, SwiGLU, no biases. */
export interface ModelConfig {
  architecture: "llama";
  hiddenSize: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  ffnSize: number;
  vocabSize: number;
  contextLength: number; // positions that the model was trained for
  ropeTheta: number;
  rmsNormEps: number;
  tiedEmbeddings: boolean; // the output head is the embedding matrix
}
