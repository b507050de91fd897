// Converts a packed sequence to the graphs' inputs: positions within the documents, the attention mask, the parts that do not attend to each
// other, and the predictions. Runs nothing.

import { type ModelConfig, rotarySpeeds } from "../engine/models/config.ts";
import { PADDING_DOCUMENT, type TrainingBatch } from "./types.ts";

const BLOCKED = -1e9; // added to a score, so that its weight becomes exactly 0

/** The predictions that count: the output at `positions[i]` should predict `targets[i]`. */
export interface Predictions {
  positions: number[];
  targets: number[];
  weights: number[];
}

export interface Sequence {
  tokens: Int32Array; // [time], 0 in the padding
  positions: BigInt64Array; // [time], from 0 in each document
  mask: Float32Array; // [time, time]
  starts: number[]; // first positions of the documents and of the padding
  predictions: Predictions;
}

/**
 * Pads `batch` to `timeTokens` and lays it out; writes the mask into `mask`.
 * @param config its vocabulary, and how many positions a position attends to
 * @throws RangeError when the batch does not fit, or contains an invalid token
 */
export function layOut(
  batch: TrainingBatch,
  timeTokens: number,
  { vocabSize, slidingWindow = timeTokens }: Pick<ModelConfig, "vocabSize" | "slidingWindow">,
  mask: Float32Array,
): Sequence {
  const given = batch.tokens.length;
  if (given > timeTokens || batch.weights.length !== given || batch.documents.length !== given) {
    throw new RangeError(
      `a sequence of ${given} tokens does not fit into ${timeTokens}, or its arrays differ in length`,
    );
  }
  if (!batch.tokens.every((id) => id >= 0 && id < vocabSize)) throw new RangeError("a token is not in the vocabulary");
  const tokens = new Int32Array(timeTokens);
  const documents = new Uint8Array(timeTokens).fill(PADDING_DOCUMENT);
  tokens.set(batch.tokens);
  documents.set(batch.documents);

  const positions = new BigInt64Array(timeTokens);
  const predictions: Predictions = { positions: [], targets: [], weights: [] };
  mask.fill(BLOCKED);
  const starts = [0];
  for (let t = 0; t < timeTokens; t++) {
    if (t > 0 && documents[t] !== documents[t - 1]) starts.push(t);
    const start = starts[starts.length - 1];
    positions[t] = BigInt(t - start);
    mask.fill(0, t * timeTokens + Math.max(start, t + 1 - slidingWindow), t * timeTokens + t + 1);
    const isPredicted = t > start && documents[t] !== PADDING_DOCUMENT && batch.weights[t] !== 0;
    if (!isPredicted) continue;
    predictions.positions.push(t - 1);
    predictions.targets.push(tokens[t]);
    predictions.weights.push(batch.weights[t]);
  }
  return { tokens, positions, mask, starts, predictions };
}

/**
 * Groups neighbouring documents, which begin at `starts`, into at most `parts`: merges the two neighbours that are shortest together,
 * repeatedly.
 * @returns [parts + 1] from 0 to `timeTokens`; if there are fewer documents, the last parts are empty
 */
export function attentionBounds(starts: readonly number[], timeTokens: number, parts: number): BigInt64Array {
  const bounds = [...starts, timeTokens];
  while (bounds.length > parts + 1) {
    const lengths = bounds.slice(2).map((end, i) => end - bounds[i]); // lengths of pairs of neighbours
    bounds.splice(lengths.indexOf(Math.min(...lengths)) + 1, 1);
  }
  return BigInt64Array.from({ length: parts + 1 }, (_, i) => BigInt(bounds[i] ?? timeTokens));
}

/** Cosines and sines of the rotary positions, [timeTokens, headDim / 2]. */
export function rotaryAngles(timeTokens: number, config: ModelConfig) {
  const half = config.headDim / 2;
  const { speeds, magnitude } = rotarySpeeds(config);
  const cos = new Float32Array(timeTokens * half);
  const sin = new Float32Array(timeTokens * half);
  for (let i = 0; i < cos.length; i++) {
    const angle = Math.floor(i / half) * speeds[i % half];
    cos[i] = magnitude * Math.cos(angle);
    sin[i] = magnitude * Math.sin(angle);
  }
  return { cos, sin };
}
