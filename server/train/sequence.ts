// Converts a packed sequence to the graphs' inputs: positions within the documents, the attention mask, the parts that attention is
// computed in, and the predictions. Runs nothing.

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

/** Where attention's parts lie: part i has the queries from bounds[i] to bounds[i + 1], and the keys from keyStarts[i] to bounds[i + 1]. */
export interface AttentionParts {
  bounds: BigInt64Array; // [parts + 1], from 0 to the sequence's length
  keyStarts: BigInt64Array; // [parts]
}

/** A document is divided at most so often. */
const DIVISIONS_PER_SEQUENCE = 32;

/**
 * Divides a sequence, whose documents begin at `starts`, so that as few scores as possible are computed: between documents, and within a long one,
 * whose positions see none that come later. A part's keys begin with the document that its first query belongs to.
 * @returns if there are fewer places to divide at than parts, the last parts are empty
 */
export function attentionParts(starts: readonly number[], timeTokens: number, parts: number): AttentionParts {
  const step = Math.ceil(timeTokens / DIVISIONS_PER_SEQUENCE);
  const cuts: { at: number; documentStart: number }[] = []; // where a part may begin
  for (const [i, start] of starts.entries()) {
    const end = starts[i + 1] ?? timeTokens;
    for (let at = start; at < end; at += step) cuts.push({ at, documentStart: start });
  }
  const endOf = (cut: number) => cuts[cut]?.at ?? timeTokens;
  const scores = (from: number, to: number) => (endOf(to) - cuts[from].at) * (endOf(to) - cuts[from].documentStart);

  // least[cut]: the fewest scores of all positions before the cut, with the parts so far; begins[part][cut]: where the last of them begins
  let least = Array.from({ length: cuts.length + 1 }, (_, cut) => (cut === 0 ? 0 : Number.POSITIVE_INFINITY));
  const begins: number[][] = [];
  for (let part = 0; part < parts; part++) {
    const before = least;
    const chosen = before.map((_, cut) => cut); // an empty part
    least = before.map((fewest, to) => {
      for (let from = 0; from < to; from++) {
        const sum = before[from] + scores(from, to);
        if (sum >= fewest) continue;
        fewest = sum;
        chosen[to] = from;
      }
      return fewest;
    });
    begins.push(chosen);
  }
  const ends = [cuts.length]; // from the last part to the first
  for (const chosen of begins.toReversed()) ends.push(chosen[ends.at(-1)!]);
  const division = [...new Set(ends.toReversed())]; // empty parts come last
  const at = (i: number) => division[i] ?? cuts.length;
  return {
    bounds: BigInt64Array.from({ length: parts + 1 }, (_, i) => BigInt(endOf(at(i)))),
    keyStarts: BigInt64Array.from({ length: parts }, (_, i) => BigInt(cuts[at(i)]?.documentStart ?? timeTokens)),
  };
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
