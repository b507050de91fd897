// Which tokens of what was written count for what is shown, and the features of a drawn place.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { GenerateResult } from "../../../server/host/protocol/messages.ts";
import { regionOf } from "../../../src/completion/place.ts";
import { judgedAt } from "../../../src/completion/postprocess/syntaxErrors.ts";
import type { ShowFeatures } from "../../../src/completion/show/showDecision.ts";
import { showFeatures, shownLogProbs } from "../../../src/completion/show/showFeatures.ts";
import { placeAt } from "./place.ts";

/** What was written as tokens, their log probabilities -1, -2, -3, …; the last token may be one that only ends the text. */
function written(tokens: readonly string[], end = false): GenerateResult {
  const ends = tokens.map((_, index) => tokens.slice(0, index + 1).join("").length);
  const tokenEnds = end ? [...ends, ends.at(-1) ?? 0] : ends;
  return {
    text: tokens.join(""),
    stop: end ? "stopSequence" : "endOfText",
    tokens: { prompt: 0, cached: 0, generated: tokenEnds.length },
    timingMs: { queue: 0, prefill: 0, decode: 0 },
    logProbs: tokenEnds.map((_, index) => -(index + 1)),
    tokenEnds,
  };
}

const whole = written(["foo", "(", "a", ")", ";"], true);

for (const [name, text, generation, shown, next] of [
  ["all of it", "foo(a);", whole, [-1, -2, -3, -4, -5], -6],
  ["cut at a token's border", "foo(a", whole, [-1, -2, -3], -4],
  ["cut inside a token", "fo", whole, [-1], -2],
  ["a bracket that no token stands for", "foo(a)]", whole, [-1, -2, -3, -4], -5],
  ["a space at the beginning that is not shown", "b;", written([" ", "b", ";"]), [-2, -3], undefined],
  ["a space within the first token", "b;", written([" b", ";"]), [-1, -2], undefined],
  ["a line break before it", "b;", written(["\n", "  ", "b;"], true), [-3], -4],
  ["a token in parts, such as half a character", "é;", written(["", "é", ";"]), [-2, -3], undefined],
  ["nothing of it was written", "}", whole, [], undefined],
  ["nothing was written", "", written([]), [], undefined],
] as const) {
  test(`the tokens that are shown: ${name}`, () => {
    assert.deepEqual(shownLogProbs(text, generation), { shown, next });
  });
}

/** Of a suggestion that is drawn between ├ and ┤, written as one token; what follows it is the text after the cursor. */
function featuresOf(drawn: string, tokens?: readonly string[], languageId = "typescript"): ShowFeatures {
  const [before, text, after] = drawn.split(/[├┤]/) as [string, string, string];
  const place = placeAt(`${before}│${after}`, languageId);
  const draft = place.document.draft(place.offset);
  assert.ok(draft && place.document.tree);
  const region = regionOf(place);
  const judged = judgedAt(place, "code", draft);
  const answer = { text, replaceAfter: 0 };
  const features = showFeatures(
    { answer, generation: written(tokens ?? [text]), place, region, pieces: [], judged },
    undefined,
  );
  draft.dispose();
  return features;
}

test("the doubt is that of a line", () => {
  assert.equal(featuresOf("const a = ├f(1);┤\n", ["f", "(", "1", ");"]).lineDoubt, Math.sqrt(1 + 2 + 3 + 4));
  const three = featuresOf("function f() {\n  ├a();\n\n  b();\n  c();┤\n}\n", [
    "a();\n\n",
    "  b();\n",
    "  c();",
    "\n}",
  ]);
  assert.deepEqual([three.lineDoubt, three.endLogProb], [Math.sqrt(2), -4]);
});

test("only punctuation", () => {
  assert.equal(featuresOf("f(() => {\n  a();\n├});┤\n").onlyPunctuation, 1);
  assert.equal(featuresOf("f(├1);┤\n").onlyPunctuation, 0);
});

for (const [drawn, share] of [
  ["const first = 1;\nconst second = ├first;┤\n", 0],
  ["const first = 1;\nconst second = ├third;┤\n", 1],
  ["const first = 1;\nconst second = fi├rst + other;┤\n", 0.5],
  ["const first = 1;\nconst second = ├below;┤\nvar below = 2;\n", 0],
  ["const second = ├);┤\n", 0],
  ["const größe = 1;\nconst second = ├größe;┤\n", 0],
] as const) {
  test(`unknown names: ${JSON.stringify(drawn)}`, () => assert.equal(featuresOf(drawn).unknownNames, share));
}

test("names that a piece of the workspace tells are known", () => {
  const answer = { text: "far(near);", replaceAfter: 0 };
  const piece = { kind: "search", path: "b.ts", text: "export function far() {}", score: 1 };
  const suggested = {
    answer,
    generation: written([answer.text]),
    place: placeAt("const a = │\\n"),
    region: "code",
    judged: undefined,
  } as const;
  assert.equal(showFeatures({ ...suggested, pieces: [] }, undefined).unknownNames, 1);
  assert.equal(showFeatures({ ...suggested, pieces: [piece] }, undefined).unknownNames, 0.5);
});

for (const [drawn, opens] of [
  ["├if (a) {┤\n  b();\n}\n", 1], // the block is closed below
  ["├if (a) {┤\n  b();\n", 0], // it is not
  ["├if (a) { b(); }┤\n", 0],
  ["f(├a, [┤\n  1,\n]);\n", 1],
] as const) {
  test(`opens a block: ${JSON.stringify(drawn)}`, () => assert.equal(featuresOf(drawn).opensBlock, opens));
}

test("without a tree nothing is said about blocks; Python has none", () => {
  const place = placeAt("│\n  b();\n}\n");
  const answer = { text: "if (a) {", replaceAfter: 0 };
  const bare = showFeatures(
    { answer, generation: written([answer.text]), place, region: "code", pieces: [], judged: undefined },
    undefined,
  );
  assert.equal(bare.opensBlock, 0);
  assert.equal(featuresOf("├if a:┤\n    b()\n", undefined, "python").opensBlock, 0);
});

test("inside a word", () => {
  assert.equal(featuresOf("const a = fo├o;┤\n").insideWord, 1);
  assert.equal(featuresOf("const a = ├foo;┤\n").insideWord, 0);
  assert.equal(featuresOf("foo.├bar;┤\n").insideWord, 0);
});

test("in a comment", () => {
  assert.equal(featuresOf("// what├ it is┤\n").inComment, 1);
  assert.equal(featuresOf('const a = "├what";┤\n').inComment, 0);
});

test("the history shifts the log-odds, where there is one", () => {
  const place = placeAt("const a = │\n");
  const suggested = {
    answer: { text: "b", replaceAfter: 0 },
    generation: written(["b"]),
    place,
    region: "code" as const,
    pieces: [],
    judged: undefined,
  };
  assert.equal(showFeatures(suggested, undefined).historyShift, 0);
  assert.ok(showFeatures(suggested, { recent: ["accepted"] }).historyShift > 0);
});
