// What the layers are told to have done, against the plain forward pass: each family's attention, contributions, lens and attention weights. In
// the float form to rounding; in the form that runs, its own sums hold.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { withAdapter } from "../../../../server/engine/adapters/merge.ts";
import { readLayers } from "../../../../server/engine/layers/readLayers.ts";
import { FAMILIES } from "../../../../server/engine/models/config.ts";
import { HealingTable } from "../../../../server/engine/tokenizer/healing.ts";
import { FAMILY_OPTIONS } from "../../../support/families.ts";
import { forward, newTrace } from "../../../support/forward.ts";
import { lowRankAdapter } from "../../../support/lowRankAdapter.ts";
import { tinyModel, tinyTokenizer } from "../../../support/tinyModel.ts";

const cacheDir = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-layers-"));
after(() => fs.rm(cacheDir, { recursive: true }));

const tokenizer = tinyTokenizer();
const tokens = { tokenizer, healing: new HealingTable(tokenizer) };
const PROMPT = tokenizer.encode("const one = 1;\nconst two = one + ".repeat(5)); // more than one chunk
const TEXT = "two;\n";

const close = (found: number, wanted: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(found - wanted) <= tolerance * Math.max(1, Math.abs(wanted)), `${what}: ${found}, not ${wanted}`);
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

/** A logit's rank and log probability by their definitions. */
function standing(logits: Float32Array, id: number) {
  const most = Math.max(...logits);
  const logProb = logits[id] - most - Math.log(sum(logits.map((logit) => Math.exp(logit - most))));
  return { logProb, rank: 1 + logits.filter((logit) => logit > logits[id]).length };
}

for (const family of FAMILIES) {
  test(`${family}: layers as in the plain forward pass`, async () => {
    const model = tinyModel(3, FAMILY_OPTIONS[family]);
    const asked = 2;
    const reading = await readLayers({ model, cacheDir, threads: 1, form: "fp32" }, tokens, PROMPT, TEXT, asked);
    const text = tokenizer.encode(TEXT);
    const all = [...PROMPT, ...text];
    const trace = newTrace();
    const logits = forward(model, all.slice(0, -1), undefined, trace);
    assert.deepEqual(reading.sequence, all);
    assert.deepEqual(
      reading.tokens.map(({ id }) => id),
      text,
    );
    assert.equal(reading.tokens.map((token) => token.text).join(""), TEXT);
    for (const [index, token] of reading.tokens.entries()) {
      const t = PROMPT.length - 1 + index;
      close(token.logit, logits[t][token.id], 1e-3, "logit");
      close(
        sum([token.embedding, ...token.attention, ...token.mlp, token.bias]),
        token.logit,
        1e-3,
        "sum of contributions",
      );
      const last = token.lens.at(-1)!;
      const wanted = standing(logits[t], token.id);
      close(last.logProb, wanted.logProb, 1e-3, "the lens after the last layer");
      assert.equal(last.rank, wanted.rank);
      const stream = trace.embedded[t].slice();
      for (let layer = 0; layer < model.config.layers; layer++) {
        for (let i = 0; i < stream.length; i++) stream[i] += trace.attention[layer][t][i] + trace.mlp[layer][t][i];
        close(token.norms[layer], Math.hypot(...stream), 1e-3, "length of the residual stream");
      }
    }
    const t = PROMPT.length - 1 + asked;
    for (const [layer, heads] of reading.attention.entries()) {
      assert.equal(heads.length, model.config.heads);
      for (const [head, weights] of heads.entries()) {
        close(sum(weights), 1, 1e-9, "sum of a row");
        const wanted = trace.weights[layer][t][head];
        const from = t + 1 - wanted.length; // a sliding window leaves the beginning out
        assert.ok(weights.subarray(0, from).every((weight) => weight === 0));
        for (const [i, weight] of wanted.entries()) close(weights[from + i], weight, 1e-3, "attention");
      }
    }
  });
}

test("an earlier layer's lens is the model that ends there", async () => {
  const model = tinyModel(4);
  const reading = await readLayers({ model, cacheDir, threads: 1, form: "fp32" }, tokens, PROMPT, TEXT, 0);
  const shorter = { ...model, config: { ...model.config, layers: 1 } };
  const logits = forward(shorter, reading.sequence.slice(0, -1));
  for (const [index, { id, lens }] of reading.tokens.entries()) {
    const wanted = standing(logits[PROMPT.length - 1 + index], id);
    close(lens[0].logProb, wanted.logProb, 1e-3, "the lens after the first layer");
    assert.equal(lens[0].rank, wanted.rank);
  }
});

test("an adapter counts, its rows of the embedding too", async () => {
  const plain = tinyModel();
  const [first] = tokenizer.encode(TEXT);
  const row = Float32Array.from({ length: plain.config.hiddenSize }, (_, i) => Math.sin(i));
  const model = withAdapter(plain, { ...lowRankAdapter(plain, 4, 7), embeddingRows: new Map([[first, row]]) });
  const reading = await readLayers({ model, cacheDir, threads: 1, form: "fp32" }, tokens, PROMPT, TEXT, 0);
  const logits = forward(model, reading.sequence.slice(0, -1));
  const without = forward(plain, reading.sequence.slice(0, -1));
  for (const [index, { id, logit, embedding, attention, mlp }] of reading.tokens.entries()) {
    const t = PROMPT.length - 1 + index;
    close(logit, logits[t][id], 1e-3, "logit");
    close(sum([embedding, ...attention, ...mlp]), logit, 0.05, "sum of contributions"); // the row's blocks are rounded
  }
  const changes = reading.tokens.map(({ id, logit }, index) =>
    Math.abs(logit - without[PROMPT.length - 1 + index][id]),
  );
  assert.ok(Math.max(...changes) > 0.5, `the adapter changes the logits by ${changes}`);
});

test("in the form that runs, the contributions are the logit up to the rounding in the head", async () => {
  const model = tinyModel();
  const { tokens: found } = await readLayers({ model, cacheDir, threads: 1 }, tokens, PROMPT, TEXT, 0);
  for (const { embedding, attention, mlp, logit } of found)
    close(sum([embedding, ...attention, ...mlp]), logit, 0.05, "sum of contributions");
});

test("a token beyond the text is refused", async () => {
  const model = tinyModel();
  const source = { model, cacheDir, threads: 1 };
  await assert.rejects(readLayers(source, tokens, PROMPT, "ab", 2), { code: "badInput", message: /2 tokens/ });
});
