// An explanation of a real, tiny model whose tokenizer has no special tokens: it reads pieces and the text before the cursor as plain text, and
// never what comes behind.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { promptOf } from "../../../src/completion/writing.ts";
import { Explainer } from "../../../src/explain/explainer.ts";
import { explanationPage } from "../../../src/explain/explanationPage.ts";
import { readableExplanation } from "../../../src/explain/readable.ts";
import { tinyLocalModel } from "../../support/tinyLocalModel.ts";
import { tinyTokenizer } from "../../support/tinyModel.ts";
import { never } from "../completion/completeAt.ts";
import { origin, PIECES, TEXT } from "./knownModel.ts";

const cacheDir = mkdtempSync(path.join(tmpdir(), "sotto-explain-"));
after(() => rmSync(cacheDir, { recursive: true, force: true }));

const load = () => tinyLocalModel({ cacheDir, tokenizer: { ...tinyTokenizer(), specialId: () => undefined } });

test("a model without special tokens: what it has read is measured as an independent evaluation says, and its layers sum up", async (t) => {
  const [model, fresh] = [await load(), await load()];
  t.after(() => {
    for (const one of [model, fresh]) one.dispose();
  });
  const from = origin({ generation: { ...origin().generation, model: "tiny" } });
  const explainer = new Explainer(from, { model });
  const explanation = await explainer.run(() => {}, never);
  const { parts = [], words = [] } = explanation;
  assert.deepEqual(
    parts.map(({ kind }) => kind),
    ["import", "import", "header", "before"],
    "the text after the cursor is no part of what it has read",
  );
  assert.equal(words.map(({ text }) => text).join(""), TEXT);

  const prompt = { ...promptOf(from.place, from.pieces), suffix: "" };
  const scoreOf = async (of: typeof prompt) => (await fresh.score({ prompt: of, text: TEXT })).logProb;
  const whole = await scoreOf(prompt);
  for (const [i, { path: name }] of PIECES.entries()) {
    const expected = whole - (await scoreOf({ ...prompt, pieces: PIECES.toSpliced(i, 1) }));
    assert.notEqual(expected, 0);
    assert.ok(Math.abs(parts[i]!.nats! - expected) < 1e-3, `${name}: ${parts[i]!.nats}, and ${expected} by itself`);
  }

  await explainer.layers(never);
  const { tokens, attention } = explanation.layers!;
  assert.equal(tokens.length, TEXT.length);
  for (const row of attention!.shares) assert.ok(Math.abs(row.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
  for (const told of [readableExplanation(explanation), explanationPage(explanation, "asking").body])
    assert.doesNotMatch(told, /NaN|undefined|after the cursor/);
});
