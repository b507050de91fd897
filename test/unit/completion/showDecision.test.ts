// The show decision: its score by hand, what the last answers do to it, and that it decides once, about what nobody asked for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { TIERS } from "../../../server/host/protocol/tiers.ts";
import { CompletionCache } from "../../../src/completion/cache.ts";
import type { GeneratedResult } from "../../../src/completion/result.ts";
import {
  type Eagerness,
  historyShift,
  SHOW_FEATURES,
  type ShowFeatures,
  type ShowHistory,
  showScore,
  worthwhileScore,
} from "../../../src/completion/show/showDecision.ts";
import { showFitOf } from "../../../src/completion/show/showFitOf.ts";
import { at, type Options } from "./completeAt.ts";
import { looseSettings } from "./looseSettings.ts";
import { scriptedModel } from "./scriptedModel.ts";

const features = (given: Partial<ShowFeatures>): ShowFeatures => ({
  ...(Object.fromEntries([...SHOW_FEATURES, "historyShift"].map((name) => [name, 0])) as Record<
    keyof ShowFeatures,
    number
  >),
  ...given,
});

test("the score is a logistic function of the features and the history's shift", () => {
  const sigmoid = (logOdds: number) => 1 / (1 + Math.exp(-logOdds));
  for (const fit of TIERS.map(showFitOf)) {
    const { bias, weights } = fit;
    assert.equal(showScore(features({}), fit), sigmoid(bias));
    assert.equal(showScore(features({ historyShift: 0.5 }), fit), sigmoid(bias + 0.5));
    for (const name of SHOW_FEATURES) {
      const expected = sigmoid(bias + 2 * weights[name]);
      assert.ok(Math.abs(showScore(features({ [name]: 2 }), fit) - expected) < 1e-12, name);
    }
  }
});

test("what the model finds likelier scores higher", () => {
  for (const fit of TIERS.map(showFitOf)) {
    const scores = [-8, -4, -2, -1, -0.1].map((logProb) =>
      showScore(features({ lineDoubt: Math.sqrt(-logProb), endLogProb: logProb / 8 }), fit),
    );
    assert.deepEqual(
      scores,
      scores.toSorted((a, b) => a - b),
    );
    assert.ok(scores[0]! < fit.thresholds.usual && scores.at(-1)! >= fit.thresholds.usual);
  }
});

test("a suggestion of a model of the user's own is decided about as the quick model's", () => {
  assert.equal(showFitOf(undefined), showFitOf("quick"));
});

test("a longer suggestion is worth more: shown at a lower score, within bounds; at the usual length the score is that of the setting", () => {
  for (const usual of [0.07, 0.26, 0.56]) {
    const scores = [1, 9, 18, 27, 36, 400].map((units) => worthwhileScore(usual, units));
    assert.deepEqual(
      scores,
      scores.toSorted((a, b) => b - a),
    );
    assert.ok(Math.abs(scores[2]! - usual) < 1e-12);
    assert.equal(scores[0], scores[1], "short ones need the same");
    assert.equal(scores[4], scores[5], "long ones need the same");
    const odds = scores.map((score) => score / (1 - score));
    assert.ok(Math.abs(odds[1]! / odds[4]! - 4) < 1e-9, "twice as long, half the odds");
  }
});

const recent = (accepted: number, ignored: number): ShowHistory["recent"] => [
  ...Array<"accepted">(accepted).fill("accepted"),
  ...Array<"ignored">(ignored).fill("ignored"),
];

test("who accepts sees more, who ignores sees less, and nobody is shifted by more than one answer is worth", () => {
  assert.equal(historyShift({ recent: [] }), 0);
  const shifts = [recent(0, 10), recent(0, 1), recent(1, 0), recent(10, 0)].map((one) => historyShift({ recent: one }));
  assert.deepEqual(
    shifts,
    shifts.toSorted((a, b) => a - b),
  );
  assert.ok(shifts[1]! < 0 && shifts[2]! > 0);
  assert.ok(shifts[3]! - shifts[0]! < 0.997);
});

test("the newest answer counts most, and all of them fade", () => {
  const newest = historyShift({ recent: ["accepted", "ignored", "ignored"] });
  assert.ok(newest > historyShift({ recent: ["ignored", "ignored", "accepted"] }));
  const ignored = recent(0, 5);
  const [now, later, muchLater] = [0, 30, 300].map((minutes) =>
    historyShift({ recent: ignored, sinceLastShownMs: minutes * 60_000 }),
  );
  assert.ok(Math.abs(later! - now! / 2) < 1e-12);
  assert.ok(Math.abs(muchLater!) < 0.001);
});

const above = "const b = [1];\n";
const text = `${above}const a = \n`;
const cursor = text.length - 1;
const likely = () => scriptedModel("b;\n", "endOfText", -0.01);
const unlikely = () => scriptedModel("[b, b, b];\n", "endOfText", -2);

/** The result, of which the model must have written. */
async function generated(source: string, offset: number, options: Options): Promise<GeneratedResult> {
  const result = await at(source, offset, options, "");
  return result.kind === "generated" ? result : assert.fail(`the result is ${result.kind}`);
}

test("the result tells the score and what was scored, shown or not, asked for or not", async () => {
  const shown = await generated(text, cursor, { model: likely() });
  assert.equal(shown.outcome.kind, "shown");
  const fit = showFitOf();
  const { score, features, completion } = shown.scored!;
  assert.equal(score, showScore(features, fit));
  assert.ok(score >= fit.thresholds.usual);
  assert.deepEqual(completion, { text: "b;", replaceAfter: 0 });
  const withheld = await generated(text, cursor, { model: unlikely() });
  assert.deepEqual(withheld.outcome, { kind: "none", reason: "improbable", score: withheld.scored!.score });
  assert.ok(withheld.scored!.score < fit.thresholds.usual);
  assert.equal(withheld.scored!.completion.text, "[b, b, b];");
  const asked = await generated(text, cursor, { model: unlikely(), explicit: true });
  assert.equal(asked.outcome.kind, "shown");
  assert.equal(asked.scored!.score, withheld.scored!.score);
  const filters = { ...looseSettings.filters, improbable: false };
  const off = await at(text, cursor, { model: unlikely(), settings: { ...looseSettings, filters } }, "");
  assert.equal(off.outcome.kind, "shown");
});

test("who wants fewer suggestions gets fewer, who wants more gets more: the same score, another least one", async () => {
  for (const { thresholds } of TIERS.map(showFitOf))
    assert.ok(0 < thresholds.more && thresholds.more < thresholds.usual);
  for (const { thresholds } of TIERS.map(showFitOf))
    assert.ok(thresholds.usual < thresholds.fewer && thresholds.fewer < 1);
  const { more, usual, fewer } = showFitOf().thresholds;
  const shownBy = async (eagerness: Eagerness, logProb: number) => {
    const options = {
      model: scriptedModel("[b, b, b];\n", "endOfText", logProb),
      settings: { ...looseSettings, eagerness },
    };
    const { outcome, scored } = await generated(text, cursor, options);
    return { isShown: outcome.kind === "shown", score: scored!.score };
  };
  const logProbs = Array.from({ length: 60 }, (_, i) => -0.02 * i);
  const found = { betweenMoreAndUsual: 0, betweenUsualAndFewer: 0 };
  for (const logProb of logProbs) {
    const { score } = await shownBy("usual", logProb);
    const isShown = { fewer: score >= fewer, usual: score >= usual, more: score >= more };
    for (const eagerness of ["fewer", "usual", "more"] as const)
      assert.equal((await shownBy(eagerness, logProb)).isShown, isShown[eagerness], `${eagerness} ${score}`);
    if (isShown.more && !isShown.usual) found.betweenMoreAndUsual++;
    if (isShown.usual && !isShown.fewer) found.betweenUsualAndFewer++;
  }
  assert.ok(found.betweenMoreAndUsual > 0 && found.betweenUsualAndFewer > 0, JSON.stringify(found));
});

test("what a filter took has no score", async () => {
  const { outcome, scored } = await generated("f();\n\nf();\n", 5, { model: scriptedModel("f();\n") });
  assert.deepEqual([outcome, scored], [{ kind: "none", reason: "duplicatesSuffix" }, undefined]);
});

test("what was decided stays decided: typing through costs neither a call nor a decision, and a withheld place stays silent", async () => {
  const cache = new CompletionCache();
  const model = scriptedModel("[b, 2];\n", "endOfText", -0.01);
  assert.equal((await at(text, cursor, { model, cache }, "")).outcome.kind, "shown");
  const typed = await at(`${above}const a = [b\n`, cursor + 2, { model, cache }, "");
  assert.deepEqual(typed.outcome, {
    kind: "shown",
    items: [{ text: ", 2];", replaceAfter: 0 }],
    source: "typedAsSuggested",
  });
  assert.deepEqual([typed.kind, model.calls.length], ["cached", 1]);

  const unsure = unlikely();
  const other = new CompletionCache();
  const { score } = (await generated(text, cursor, { model: unsure, cache: other })).scored!;
  const again = await at(text, cursor, { model: unsure, cache: other }, "");
  assert.deepEqual([again.kind, again.outcome], ["cached", { kind: "none", reason: "improbable", score }]);
  assert.equal(unsure.calls.length, 1);
  assert.equal((await at(text, cursor, { model: unsure, cache: other, explicit: true }, "")).outcome.kind, "shown");
});
