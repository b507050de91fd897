// Models that tell no probabilities, and that cannot be held to tokens or words: what is shown of them, and that nothing of it is made up.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { GenerateResult } from "../../../server/host/protocol/messages.ts";
import { allFilters } from "../../../src/completion/filters.ts";
import type { GeneratedResult } from "../../../src/completion/result.ts";
import { defaultCompletionSettings } from "../../../src/completion/settings.ts";
import { SHOW_FEATURES, type ShowFeatures } from "../../../src/completion/show/showDecision.ts";
import { RULE_THRESHOLDS, ruleScore } from "../../../src/completion/show/withoutProbabilities.ts";
import type { CompletionModel } from "../../../src/model/completionModel.ts";
import { at } from "./completeAt.ts";
import { looseSettings } from "./looseSettings.ts";
import { scriptedModel } from "./scriptedModel.ts";

const features = (given: Partial<ShowFeatures>) =>
  ({ ...Object.fromEntries([...SHOW_FEATURES, "historyShift"].map((name) => [name, 0])), ...given }) as ShowFeatures;

test("the rule: for whom a text is sure enough", () => {
  const short = "items.length;";
  const table: [Partial<ShowFeatures>, string, verdict: "known" | undefined, "fewer" | "usual" | "more" | "nobody"][] =
    [
      [{}, short, undefined, "fewer"],
      [{}, "x".repeat(16), undefined, "usual"],
      [{}, "x".repeat(31), undefined, "more"],
      [{}, "x".repeat(61), undefined, "more"],
      [{}, "one;\ntwo;", undefined, "more"],
      [{ unknownNames: 0.5 }, short, undefined, "fewer"],
      [{ unknownNames: 0.6 }, short, undefined, "more"],
      [{ unknownNames: 0.6 }, short, "known", "fewer"],
      [{ unknownNames: 1 }, short, undefined, "nobody"],
      [{ unknownNames: 1 }, short, "known", "fewer"],
      [{ onlyPunctuation: 1 }, ");", undefined, "more"],
      [{ inComment: 1 }, "of all items", undefined, "more"],
      [{ inComment: 1, unknownNames: 1 }, "of all items", undefined, "nobody"],
    ];
  for (const [given, text, verdict, least] of table) {
    const score = ruleScore(features(given), text, verdict);
    const shown = (["fewer", "usual", "more"] as const).find((eagerness) => score >= RULE_THRESHOLDS[eagerness]);
    assert.equal(shown ?? "nobody", least, `${JSON.stringify(given)} ${text}`);
  }
});

/** A model that writes a text and tells no probabilities. */
function silent(text: string): CompletionModel & { calls: number } {
  const model = {
    calls: 0,
    async generate(...call: Parameters<CompletionModel["generate"]>): Promise<GenerateResult> {
      model.calls++;
      const result = await scriptedModel(text).generate(...call);
      return { ...result, logProbs: [], tokenEnds: [] };
    },
    inspect: () => Promise.reject(new Error("not scripted")),
  };
  return model;
}

const ABOVE = "const items = [1, 2];\nconst count = ";
const deciding = { ...looseSettings, filters: { ...looseSettings.filters, improbable: true } };
const outcomeOf = async (text: string, explicit = false) =>
  (await at(`${ABOVE}\n`, ABOVE.length, { model: silent(text), settings: deciding, explicit }, "")).outcome;

test("unasked: what is short and familiar is shown, what is not is improbable; asked for, both are shown", async () => {
  const strange = "computeQuantity(warehouse, supplier);";
  assert.equal((await outcomeOf("items.length;")).kind, "shown");
  const hidden = await outcomeOf(strange);
  assert.deepEqual([hidden.kind, hidden.kind === "none" && hidden.reason], ["none", "improbable"]);
  assert.equal((await outcomeOf(strange, true)).kind, "shown");
});

test("a filter's word comes before the rule's", async () => {
  const outcome = await outcomeOf("items.length +");
  assert.equal(outcome.kind === "none" && outcome.reason, "unfinished");
});

test("further suggestions: none, instead of made-up ones", async () => {
  const result = await at(`${ABOVE}\n`, ABOVE.length, { model: silent("items.length;"), explicit: true }, "");
  assert.deepEqual(await (result as GeneratedResult).more!(5, new AbortController().signal), []);
});

test("a model that cannot be held to words: the unknown name stays the reason, whatever it writes instead", async () => {
  const text = "class Box {\n  width = 1;\n  area() {\n    return this.\n  }\n}\n";
  const offset = text.indexOf("this.") + "this.".length;
  const settings = { ...defaultCompletionSettings, filters: { ...allFilters, improbable: false } };
  const held: (readonly string[])[] = [];
  const answering = (then: string): CompletionModel => ({
    generate(params, onText, signal) {
      if (params.words) held.push(params.words);
      return scriptedModel(params.words ? then : "heigth;\n").generate(params, onText, signal);
    },
    inspect: () => Promise.reject(new Error("not scripted")),
  });
  const outcomes = ["", "heigth;", "width;"].map(async (then) => {
    const { outcome } = await at(text, offset, { model: answering(then), settings }, "");
    return outcome.kind === "shown" ? outcome.items[0]!.text : outcome.reason;
  });
  assert.deepEqual(await Promise.all(outcomes), ["unknownSymbol", "unknownSymbol", "width;"]);
  assert.ok(held.length >= 3 && held[0]!.includes("width"), JSON.stringify(held));
});
