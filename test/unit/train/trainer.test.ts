import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { loadDecoder } from "../../../server/engine/load/loadDecoder.ts";
import { createTrainer } from "../../../server/train/trainer.ts";
import {
  PADDING_DOCUMENT,
  type Trainer,
  type TrainerOptions,
  type TrainingBatch,
} from "../../../server/train/types.ts";
import { tinyModel } from "../../support/tinyModel.ts";
import { tinyBatch, tinyWeights } from "../../support/tinyWeights.ts";

const opened: Trainer[] = [];
after(async () => {
  for (const trainer of opened) await trainer.dispose();
});

async function open(more: Partial<TrainerOptions> = {}, weights = tinyWeights()): Promise<Trainer> {
  const lora = { rank: 3, alpha: 6, embeddingRows: [3, 5] };
  const trainer = await createTrainer(weights, { train: { lora }, sequenceTokens: 16, seed: 5, threads: 1, ...more });
  opened.push(trainer);
  return trainer;
}

const ONCE = { dropoutSeed: 0, scale: 1 };
const RATE = { learningRate: 0.02 };

/** All gradients, one after the other. */
const gradients = (trainer: Trainer) => trainer.parameters.flatMap(({ gradient }) => [...gradient]);
const values = (trainer: Trainer) => trainer.parameters.flatMap(({ data }) => [...data]);

function assertClose(actual: readonly number[], wanted: readonly number[], tolerance: number): void {
  assert.equal(actual.length, wanted.length);
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i])), 0);
  assert.ok(largest > 0, "nothing to compare");
  assert.ok(difference <= tolerance * largest, `off by ${difference}, of at most ${largest}`);
}

/** After one step, so that the low-rank matrices take part. */
async function opened1(more: Partial<TrainerOptions> = {}): Promise<Trainer> {
  const trainer = await open(more);
  await trainer.accumulate(tinyBatch([14]), ONCE);
  trainer.update(RATE);
  return trainer;
}

test("before the first step, the loss is that of the engine that completes", async () => {
  const cacheDir = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-trainer-"));
  const model = tinyModel();
  const decoder = await loadDecoder(model, { cacheDir, threads: 1, form: "fp32" });
  const tokens = Int32Array.from({ length: 40 }, (_, t) => (t * 37 + 5) % model.config.vocabSize);
  const logits = await decoder.run(decoder.createCache(), [...tokens], 0, [...tokens.keys()]); // [time, vocab]
  const { vocabSize } = model.config;
  let wanted = 0;
  for (let t = 1; t < tokens.length; t++) {
    const row = [...logits.subarray((t - 1) * vocabSize, t * vocabSize)];
    wanted += Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0)) - row[tokens[t]];
  }
  decoder.dispose();
  await fs.rm(cacheDir, { recursive: true });

  for (const sequenceTokens of [40, 50]) {
    const trainer = await open({ sequenceTokens }, model);
    const batch = { tokens, weights: new Float32Array(40).fill(1), documents: new Uint8Array(40) };
    const { lossSum, weightSum } = await trainer.evaluate(batch);
    assert.equal(weightSum, 39);
    assert.ok(Math.abs(lossSum - wanted) < 1e-5 * wanted, `${lossSum}, not ${wanted}`);
  }
});

test("recomputing gives what saving gives", async () => {
  for (const train of [{ lora: { rank: 3, alpha: 6, dropout: 0.2 } }, "full"] as const) {
    const [saving, recomputing] = [await opened1({ train }), await opened1({ train, keep: "recompute" })];
    for (const trainer of [saving, recomputing]) await trainer.accumulate(tinyBatch(), ONCE);
    assertClose(gradients(recomputing), gradients(saving), 1e-6);
  }
});

/** The documents of `batch`, each as a sequence of its own. */
function documentsOf({ tokens, weights, documents }: TrainingBatch): TrainingBatch[] {
  return [...new Set(documents)].map((document) => {
    const [from, to] = [documents.indexOf(document), documents.lastIndexOf(document) + 1];
    return {
      tokens: tokens.slice(from, to),
      weights: weights.slice(from, to),
      documents: new Uint8Array(to - from),
    };
  });
}

test("packed documents are worth the same as each alone", async () => {
  const [packed, alone] = [await opened1(), await opened1()];
  const wanted = { lossSum: 0, weightSum: 0 };
  for (const document of documentsOf(tinyBatch([6, 1, 4, 5]))) {
    const loss = await alone.accumulate(document, ONCE);
    wanted.lossSum += loss.lossSum;
    wanted.weightSum += loss.weightSum;
  }
  const loss = await packed.accumulate(tinyBatch([6, 1, 4, 5]), ONCE);
  assert.equal(loss.weightSum, wanted.weightSum);
  assert.ok(Math.abs(loss.lossSum - wanted.lossSum) < 1e-5 * wanted.lossSum);
  assertClose(gradients(packed), gradients(alone), 1e-5);
});

test("attention by parts is attention over the whole square: more parts than documents, as many, and fewer", async () => {
  for (const train of [{ lora: { rank: 3, alpha: 6, dropout: 0.2, embeddingRows: [3, 5] } }, "full"] as const) {
    for (const lengths of [[16], [3, 9], [6, 1, 4, 5], [2, 1, 1, 3, 4, 1]]) {
      const whole = await opened1({ train, attentionParts: 1 });
      const wanted = await whole.accumulate(tinyBatch(lengths), ONCE);
      for (const attentionParts of [2, 4]) {
        const parts = await opened1({ train, attentionParts });
        const { lossSum } = await parts.accumulate(tinyBatch(lengths), ONCE);
        assert.ok(Math.abs(lossSum - wanted.lossSum) < 1e-6 * wanted.lossSum, `${lengths}`);
        assertClose(gradients(parts), gradients(whole), 1e-5);
      }
    }
  }
});

test("the last layers' gradients are those of a training of all layers; below there are none", async () => {
  const lora = { rank: 3, alpha: 6 };
  const [all, last] = [await open({ train: { lora } }), await open({ train: { lora: { ...lora, layers: 1 } } })];
  const ofLast = all.parameters.filter(({ name }) => name.startsWith("layers.1."));
  assert.deepEqual(
    last.parameters.map(({ name }) => name),
    ofLast.map(({ name }) => name),
  );
  for (const [i, { data }] of ofLast.entries()) {
    if (ofLast[i].name.endsWith("lora_B")) data.set(data.map((_, index) => Math.sin(index + i) / 4)); // else A has no gradient
    last.parameters[i].data.set(data);
  }
  const loss = await all.accumulate(tinyBatch(), ONCE);
  assert.deepEqual(await last.accumulate(tinyBatch(), ONCE), loss);
  assertClose(
    gradients(last),
    ofLast.flatMap(({ gradient }) => [...gradient]),
    1e-6,
  );
  assert.deepEqual(await last.evaluate(tinyBatch()), loss);
  assertClose(
    gradients(last),
    ofLast.flatMap(({ gradient }) => [...gradient]),
    1e-6,
  );
});

test("layers that there are not, and embedding rows that no gradient reaches, are bugs of the caller", async () => {
  for (const layers of [0, 3, 1.5])
    await assert.rejects(open({ train: { lora: { rank: 3, alpha: 6, layers } } }), RangeError);
  await assert.rejects(open({ train: { lora: { rank: 3, alpha: 6, layers: 1, embeddingRows: [3] } } }), RangeError);
});

test("padding and predictions of weight 0 count for nothing", async () => {
  const [short, padded] = [await opened1(), await opened1()];
  const batch = tinyBatch([6, 5]);
  const more = 4;
  const longer = {
    tokens: Int32Array.of(...batch.tokens, 3, 1, 4, 1),
    weights: Float32Array.of(...batch.weights, ...Array<number>(more).fill(1)),
    documents: Uint8Array.of(...batch.documents, ...Array<number>(more).fill(PADDING_DOCUMENT)),
  };
  assert.deepEqual(await padded.accumulate(longer, ONCE), await short.accumulate(batch, ONCE));
  assert.deepEqual(gradients(padded), gradients(short));
  const silent = { ...batch, weights: new Float32Array(batch.weights.length) };
  assert.deepEqual(await short.accumulate(silent, ONCE), { lossSum: 0, weightSum: 0 });
  assert.deepEqual(gradients(padded), gradients(short));
});

test("gradients accumulate, each scaled", async () => {
  for (const train of [{ lora: { rank: 3, alpha: 6, embeddingRows: [3, 5] } }, "full"] as const) {
    const [one, two] = [await opened1({ train }), await opened1({ train })];
    const loss = await one.accumulate(tinyBatch(), ONCE);
    assert.deepEqual(await two.accumulate(tinyBatch(), { dropoutSeed: 0, scale: 0.25 }), loss);
    await two.accumulate(tinyBatch(), { dropoutSeed: 0, scale: 0.75 });
    assertClose(gradients(two), gradients(one), 1e-6);
  }
});

test("the size of the head's chunks changes nothing", async () => {
  for (const train of [{ lora: { rank: 3, alpha: 6, embeddingRows: [3, 5] } }, "full"] as const) {
    const whole = await opened1({ train, headChunkTokens: 16 });
    const { lossSum } = await whole.accumulate(tinyBatch(), ONCE);
    for (const headChunkTokens of [1, 3, 4]) {
      const chunked = await opened1({ train, headChunkTokens });
      const loss = await chunked.accumulate(tinyBatch(), ONCE);
      assert.ok(Math.abs(loss.lossSum - lossSum) < 1e-5 * lossSum);
      assertClose(gradients(chunked), gradients(whole), 1e-5);
    }
  }
});

test("the same seeds give the same bits, other seeds others", async () => {
  const train = { lora: { rank: 3, alpha: 6, dropout: 0.2, embeddingRows: [3, 5] } };
  const run = async (seed: number, dropoutSeed: number) => {
    const trainer = await open({ train, seed });
    for (let step = 0; step < 3; step++) {
      await trainer.accumulate(tinyBatch(), { dropoutSeed: dropoutSeed + step, scale: 0.1 });
      trainer.update(RATE);
    }
    return values(trainer);
  };
  const first = await run(1, 10);
  assert.deepEqual(await run(1, 10), first);
  assert.notDeepEqual(await run(2, 10), first);
  assert.notDeepEqual(await run(1, 20), first);
});

test("a trainer goes on from another's parameters, moments and step as that one would", async () => {
  const [first, second] = [await opened1(), await open()];
  for (const [index, { data, m, v }] of first.parameters.entries()) {
    const into = second.parameters[index];
    into.data.set(data);
    into.m.set(m);
    into.v.set(v);
  }
  second.step = first.step;
  for (const trainer of [first, second]) {
    await trainer.accumulate(tinyBatch(), ONCE);
    trainer.update(RATE);
  }
  assert.equal(second.step, 2);
  assert.deepEqual(values(second), values(first));
});

test("only what is trained has a gradient and moments", async () => {
  const { hiddenSize, layers, ffnSize } = tinyWeights().config;
  const lora = await open();
  assert.equal(lora.parameters.length, layers * 14 + 1);
  const byName = new Map(lora.parameters.map((parameter) => [parameter.name, parameter]));
  assert.deepEqual(byName.get("layers.1.down_proj.lora_A")?.shape, [3, ffnSize]);
  assert.deepEqual(byName.get("layers.1.down_proj.lora_B")?.shape, [hiddenSize, 3]);
  assert.deepEqual(byName.get("embed_tokens.rows")?.shape, [2, hiddenSize]);
  assert.ok(byName.get("layers.0.q_proj.lora_B")?.data.every((value) => value === 0));
  const full = await open({ train: "full" });
  assert.equal(full.parameters.length, layers * 9 + 2);
});

test("an update clips the gradients together, and leaves everything alone when they are not finite", async () => {
  const trainer = await open();
  await trainer.accumulate(tinyBatch(), ONCE);
  const norm = Math.hypot(...gradients(trainer));
  const before = trainer.parameters.map(({ gradient }) => gradient.slice());
  const result = trainer.update({ ...RATE, clipNorm: norm / 4, beta1: 0.5 });
  assert.ok(Math.abs(result.gradientNorm - norm) < 1e-4 * norm);
  for (const [index, { m, gradient }] of trainer.parameters.entries()) {
    assert.ok(gradient.every((value) => value === 0));
    for (const [i, value] of m.entries()) assert.ok(Math.abs(value - before[index][i] / 8) < 1e-5 * norm);
  }

  const known = values(trainer);
  trainer.parameters[0].gradient[0] = Number.NaN;
  assert.ok(Number.isNaN(trainer.update(RATE).gradientNorm));
  assert.deepEqual(values(trainer), known);
  assert.equal(trainer.step, 1);
  assert.ok(gradients(trainer).every((value) => value === 0));
});

test("a broken weight shows in the loss", async () => {
  const trainer = await open();
  trainer.parameters[1].data[0] = Number.NaN;
  assert.ok(Number.isNaN((await trainer.accumulate(tinyBatch(), ONCE)).lossSum));
});

test("a sequence that does not fit is a bug of the caller", async () => {
  const trainer = await open();
  const batch = tinyBatch([9]);
  await assert.rejects(trainer.evaluate(tinyBatch([17])), RangeError);
  await assert.rejects(trainer.evaluate({ ...batch, weights: batch.weights.slice(1) }), RangeError);
  await assert.rejects(trainer.evaluate({ ...batch, tokens: batch.tokens.map(() => 50) }), RangeError);
});
