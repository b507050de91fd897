// The part for experts: what is told of the layers follows from what the host answered, and is asked for only when somebody opens it.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { LayeredToken, LayersResult } from "../../../server/host/protocol/messages.ts";
import { Explainer, type ExplainerDeps } from "../../../src/explain/explainer.ts";
import { explanationPage } from "../../../src/explain/explanationPage.ts";
import { explainedAttention, explainedLayers, loudestLayer } from "../../../src/explain/layers.ts";
import type { PromptPart } from "../../../src/explain/promptParts.ts";
import { readableExplanation } from "../../../src/explain/readable.ts";
import { never } from "../completion/completeAt.ts";
import { known, origin } from "./knownModel.ts";

const HEADS = 2;
const LAYERS = 3;

/** A token whose ranks by layer are given; its contributions leave 0.5 for the rounding in the head. */
function layered(text: string, ranks: readonly number[] = [5, 2, 1]): LayeredToken {
  return {
    ...{ id: 1, text, logit: 10, embedding: 1, attention: [1, -4, 0.5], mlp: [2, 6, 3], bias: 0, norms: [3, 4, 5] },
    lens: ranks.map((rank) => ({ rank, logProb: -rank, likeliest: rank === 1 ? text : "other" })),
  };
}

/** An answer of the host in which each position is a token of its own text. */
function answer(
  texts: readonly string[],
  told: readonly string[],
  weights: number[][],
  change: Partial<LayersResult> = {},
) {
  let end = 0;
  const ends = [...texts, ...told].map((text) => {
    end += text.length;
    return end;
  });
  const bytes = Buffer.alloc(2 * LAYERS * HEADS * texts.length);
  for (let row = 0; row < LAYERS * HEADS; row++) {
    const own = weights[row % weights.length]!;
    const total = own.reduce((sum, weight) => sum + weight, 0);
    for (const [i, weight] of own.entries())
      bytes.writeUInt16LE(Math.round((65_535 * weight) / total), 2 * (row * texts.length + i));
  }
  const result: LayersResult = {
    ...{ model: "known", heads: HEADS, tokens: told.map((text) => layered(text)), device: "cpu", ends },
    ...{
      text: [...texts, ...told].join(""),
      attention: bytes.toString("base64"),
      ms: { prepare: 1, read: 2, lens: 3 },
    },
    ...change,
  };
  return result;
}

const part = (id: number, text: string): PromptPart => ({
  ...{ id, kind: "import", title: `part ${id}`, path: `${id}.ts`, text, tokens: 0 },
  replaced: (prompt) => prompt,
});

const word = fc.constantFrom("alpha", "beta", " ", "\n", "(", "é");
const texts = fc.array(word, { minLength: 1, maxLength: 6 });

test("each head's attention is divided among the parts without loss, and its tokens are the strongest ones", () => {
  const given = fc.record({
    first: texts,
    second: texts,
    line: texts,
    seed: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 20, maxLength: 20 }),
  });
  fc.assert(
    fc.property(given, ({ first, second, line, seed }) => {
      const before = ["<mark>", ...first, "\n#\n", ...second, "\n", ...line];
      const weights = [before.map((_, i) => seed[i % 20]!), before.map((_, i) => seed[(i * 7) % 20]!)];
      const parts = [part(0, first.join("")), part(1, second.join(""))];
      const told = explainedAttention(answer(before, ["x"], weights), parts, { token: 0, layer: 1, head: 1 })!;
      for (const row of told.shares) {
        assert.equal(row.length, told.places.length);
        assert.ok(Math.abs(row.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
      }
      const shares = told.tokens!.map(({ share }) => share);
      assert.deepEqual(
        shares,
        shares.toSorted((a, b) => b - a),
      );
      const all = weights[1]!.map((weight) => weight / weights[1]!.reduce((sum, one) => sum + one, 0));
      assert.ok(Math.abs(shares[0]! - Math.max(...all)) < 1e-4);
    }),
  );
});

test("a part is charged with what stands in it, twice the same text each with its own", () => {
  const before = ["<mark>", "same", "\n", "same", "\n", "const ", "x = "];
  const weights = [[1, 10, 0, 20, 0, 60, 9]];
  const result = answer(before, ["1"], weights);
  const told = explainedAttention(result, [part(0, "same"), part(1, "same")], { token: 0, layer: 0 })!;
  const shareOf = (name: string) => told.shares[0]![told.places.indexOf(name)]!;
  const close = (found: number, wanted: number) => assert.ok(Math.abs(found - wanted) < 1e-3, `${found}`);
  close(shareOf("the first token"), 0.01);
  close(shareOf("part 0"), 0.1);
  close(shareOf("part 1"), 0.2);
  close(shareOf("this line"), 0.69);
});

test("a token is decided where it becomes the likeliest for good", () => {
  const ranks: [number[], number | undefined][] = [
    [[5, 2, 1], 2],
    [[1, 1, 1], 0],
    [[1, 3, 1], 2],
    [[1, 1, 2], undefined],
  ];
  for (const [given, wanted] of ranks) {
    const result = answer(["a"], [], [[1]], { tokens: [layered("x", given)] });
    assert.equal(explainedLayers(result).tokens[0]!.decidedAt, wanted);
  }
  const [token] = explainedLayers(answer(["a"], ["x"], [[1]])).tokens;
  assert.equal(token!.rounding, 0.5);
  assert.equal(loudestLayer(token!), 1);
});

test("another device, and attention that is too large, are said", () => {
  const { attention: _, ...without } = answer(["a"], ["x"], [[1]], { device: "webgpu" });
  const { notes } = explainedLayers(without);
  assert.match(notes.join(" "), /writes on webgpu.*too large to be told/);
  assert.equal(explainedAttention(without, [], { token: 0, layer: 0 }), undefined);
});

/** The explanation of a known model, which tells its layers. */
async function explained(layers?: ExplainerDeps["model"]["layers"]) {
  const { model } = known(() => -4);
  const explainer = new Explainer(origin(), { model: { ...model, ...(layers && { layers }) } });
  await explainer.run(() => {}, never);
  return explainer;
}

test("the fold asks when it is opened, then tells, and asks for other tokens, layers and heads", async () => {
  const asked: number[] = [];
  const explainer = await explained(async ({ attentionOf }) => {
    asked.push(attentionOf);
    return answer(["<mark>", "const found = "], ["openArchive", "(base)"], [[1, 3]]);
  });
  const { explanation } = explainer;
  assert.equal(explainer.tellsLayers, true);
  assert.match(
    explanationPage(explanation, "asking").body,
    /<details id="experts" data-message="{&quot;kind&quot;:&quot;layers&quot;}"/,
  );
  assert.doesNotMatch(explanationPage(explanation, "measuring").body, /experts/);
  assert.deepEqual(asked, []);
  await explainer.layers(never);
  assert.deepEqual(asked, [explanation.hesitations![0]!.token]);
  const page = explanationPage(explanation, "asking", { layers: { unfolded: true } }).body;
  assert.match(page, /<details id="experts" open>/);
  assert.match(page, /decided at layer 3 of 3/);
  assert.match(page, /Where attention goes is no reason/);
  assert.match(page, /rounding in the output head \+0\.50 = the logit 10\.00/);
  for (const kind of ["layers", "attention"]) assert.ok(page.includes(`{&quot;kind&quot;:&quot;${kind}&quot;,`), kind);
  explainer.attention(0, 2, 1);
  assert.equal(explanation.layers!.attention!.layer, 2);
  assert.match(explanationPage(explanation, "asking").body, /The tokens that head 2 looked at most/);
  assert.doesNotMatch(explanationPage(explanation, "finished").body, /data-message/);
  assert.match(
    readableExplanation(explanation),
    /## For experts[\s\S]*“openArchive” was decided at layer 3 of 3[\s\S]*\| the first token \| 25 %/,
  );
});

test("where nobody can see the layers, it says why", async () => {
  const explainer = await explained();
  assert.equal(explainer.tellsLayers, false);
  await assert.rejects(explainer.layers(never), { code: "badInput", message: /known does not run in Sotto/ });
  const layers = { missing: explainer.layersMissing };
  assert.match(explanationPage(explainer.explanation, "asking", { layers }).body, /nobody can see its layers/);
});
