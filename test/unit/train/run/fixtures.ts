// Training data, a trainer and a run in small, for the tests of the training run. Not a test.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { RunIdentity, RunState } from "../../../../server/train/run/checkpoint.ts";
import type { TrainableParameter, Trainer, TrainingBatch, UpdateOptions } from "../../../../server/train/types.ts";

const SEQUENCE_TOKENS = 12;

/** Writes `sequences` sequences of two documents and one token of padding; ids are below `vocabSize`. `change` may spoil them. */
export function writeDataset(
  dir: string,
  { sequences = 6, vocabSize = 260, first = 0 } = {},
  change: (parts: Record<string, Uint8Array>, about: Record<string, unknown>) => void = () => {},
): void {
  const items = sequences * SEQUENCE_TOKENS;
  const t = (i: number) => i % SEQUENCE_TOKENS;
  const documents = Uint8Array.from({ length: items }, (_, i) => (t(i) === 11 ? 255 : t(i) < 7 ? 0 : 1));
  const tokens = Uint16Array.from({ length: items }, (_, i) => (first + i * 29 + 3) % vocabSize);
  const weights = Uint8Array.from({ length: items }, (_, i) => ([0, 7, 11].includes(t(i)) ? 0 : t(i) < 4 ? 16 : 64));
  const parts = { "tokens.u16": new Uint8Array(tokens.buffer), "weights.u8": weights, "documents.u8": documents };
  const about = { formatVersion: 1, promptFormat: 1, sequenceTokens: SEQUENCE_TOKENS, sequences, vocabSize, seed: 1 };
  change(parts, about);
  mkdirSync(dir, { recursive: true });
  for (const [name, bytes] of Object.entries(parts)) writeFileSync(path.join(dir, name), bytes);
  writeFileSync(path.join(dir, "dataset.json"), JSON.stringify(about));
}

/** Two tensors that follow the tokens in a way that depends on all of the past; its loss is what `lossOf` says. */
export class FakeTrainer implements Trainer {
  readonly parameters: TrainableParameter[];
  step = 0;
  readonly seen: string[] = []; // first token and dropout seed of each batch
  readonly rates: number[] = [];
  lossOf: (call: number) => number = (call) => 3 - call / 100;
  #calls = 0;

  constructor(values = 40) {
    this.parameters = ["layers.0.q_proj.lora_A", "layers.0.q_proj.lora_B"].map((name, index) => {
      const array = () => Float32Array.from({ length: values }, (_, i) => 2 + Math.sin(i + index));
      return {
        name,
        shape: [4, values / 4],
        data: array(),
        gradient: new Float32Array(values),
        m: array(),
        v: array(),
        decay: true,
      };
    });
  }

  async accumulate({ tokens, weights }: TrainingBatch, { dropoutSeed, scale }: { dropoutSeed: number; scale: number }) {
    this.seen.push(`${tokens[0]} ${dropoutSeed}`);
    for (const { gradient } of this.parameters) {
      for (let i = 0; i < gradient.length; i++)
        gradient[i] += Math.sin(tokens[i % tokens.length] + dropoutSeed) * scale;
    }
    const weightSum = weights.reduce((sum, weight) => sum + weight, 0);
    return { lossSum: this.lossOf(this.#calls++) * weightSum, weightSum };
  }

  async evaluate({ weights }: TrainingBatch) {
    const weightSum = weights.reduce((sum, weight) => sum + weight, 0);
    return { lossSum: (2 - this.step / 10) * weightSum, weightSum };
  }

  update({ learningRate }: UpdateOptions) {
    this.step++;
    this.rates.push(learningRate);
    for (const { data, gradient, m, v } of this.parameters) {
      for (let i = 0; i < data.length; i++) {
        m[i] = 0.9 * m[i] + gradient[i];
        v[i] = 0.9 * v[i] + gradient[i] ** 2;
        data[i] -= (learningRate * m[i]) / Math.sqrt(v[i] + 1e-3);
      }
      gradient.fill(0);
    }
    return { gradientNorm: 1 };
  }

  async dispose() {}
}

/** All numbers of a trainer that a checkpoint holds. */
export const stateOf = (trainer: Trainer) => [
  trainer.step,
  ...trainer.parameters.flatMap(({ data, m, v }) => [[...data], [...m], [...v]]),
];

export const IDENTITY: RunIdentity = {
  base: { id: "tiny", weightsSha256: "tiny-1" },
  datasetSha256: "data",
  recipe: {
    rank: 4,
    alpha: 8,
    dropout: 0,
    embeddingRows: [],
    startSha256: null,
    trainedLayers: 1,
    sequenceTokens: SEQUENCE_TOKENS,
    sequencesPerStep: 2,
    steps: 7,
    warmupSteps: 2,
    learningRate: 0.01,
    weightDecay: 0.01,
    seed: 5,
    precision: "fp32",
  },
};

export const stateAt = (step: number, identity = IDENTITY): RunState => ({
  ...identity,
  formatVersion: 2,
  step,
  position: 2 * step,
  trainedTokens: 22 * step,
  firstHeldOutLoss: 2,
  heldOutLoss: 1.5,
  heldOutStep: step,
  best: null,
  evaluationsSinceBest: 0,
});
