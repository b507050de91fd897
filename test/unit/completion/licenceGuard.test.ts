// What the licence guard does with a suggestion that repeats third-party code: marked, hidden, left alone, and what a person is told of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CompletionLog } from "../../../src/agent/completionLog.ts";
import { CompletionCache } from "../../../src/completion/cache.ts";
import type { CompletionOutcome } from "../../../src/completion/outcome.ts";
import type { Place } from "../../../src/completion/place.ts";
import { type RepeatedFrom, repeatedCode, repeatsWords, type TrainedOn } from "../../../src/completion/repeatedCode.ts";
import type { CompletionSettings } from "../../../src/completion/settings.ts";
import type { Sources } from "../../../src/context/sources/sources.ts";
import { Outcomes } from "../../../src/editor/outcomes.ts";
import { statusActions } from "../../../src/editor/statusActions.ts";
import { statusText } from "../../../src/editor/statusText.ts";
import type { CopySearch, TrainingSearch } from "../../../src/index/searchIndex.ts";
import { at } from "./completeAt.ts";
import { looseSettings } from "./looseSettings.ts";
import { scriptedModel } from "./scriptedModel.ts";

const repeats = { path: "node_modules/x/y.js", line: 12, source: "x", licence: "MIT" };
const text = "const a = \n";

/** Finds a copy in whatever it is asked about that no own text holds. */
function copying() {
  const asked: { text: string; line: string }[] = [];
  const copies: CopySearch = {
    async find(suggestion, line, own) {
      asked.push({ text: suggestion, line });
      return own().some((one) => one.text.includes(suggestion)) ? undefined : { ...repeats, length: 60 };
    },
  };
  return { asked, sources: { workspace: { list: async () => [], read: async () => undefined }, copies } as Sources };
}

const guard = (licenceGuard: CompletionSettings["licenceGuard"]) => ({ ...looseSettings, licenceGuard });

test("a copy is marked with its place and licence, and the mark stays while it is typed", async () => {
  const { asked, sources } = copying();
  const cache = new CompletionCache();
  const options = { sources, cache, settings: guard("mark") };
  const { outcome } = await at(text, 10, options, "f(one, two);\n");
  assert.deepEqual(outcome, {
    kind: "shown",
    items: [{ text: "f(one, two);", replaceAfter: 0, repeats }],
    source: "model",
  });
  assert.deepEqual(asked, [{ text: "f(one, two);", line: "const a = " }]);
  const typed = await at("const a = f(on\n", 14, options, "");
  assert.deepEqual(typed.outcome.kind === "shown" && typed.outcome.items[0], {
    text: "e, two);",
    replaceAfter: 0,
    repeats,
  });
});

test("hidden, it is nothing with a reason, and the model is not asked again", async () => {
  const { sources } = copying();
  const cache = new CompletionCache();
  const model = scriptedModel("f(one, two);\n");
  const options = { sources, cache, model, settings: guard("hide") };
  const hidden = await at(text, 10, options, "");
  assert.deepEqual(hidden.outcome, { kind: "none", reason: "repeatsThirdParty", repeats });
  const calls = model.calls.length;
  const again = await at(text, 10, options, "");
  assert.deepEqual(
    [again.outcome.kind === "none" && again.outcome.reason, model.calls.length],
    ["repeatsThirdParty", calls],
  );
});

test("off, without an index, and where the document holds it already, nothing is said", async () => {
  const { asked, sources } = copying();
  const plain = [{ text: "f(one, two);", replaceAfter: 0 }];
  const items = (outcome: CompletionOutcome) => outcome.kind === "shown" && outcome.items;
  assert.deepEqual(items((await at(text, 10, { sources, settings: guard("off") }, "f(one, two);\n")).outcome), plain);
  assert.equal(asked.length, 0);
  const { copies: _, ...without } = sources;
  assert.deepEqual(items((await at(text, 10, { sources: without }, "f(one, two);\n")).outcome), plain);
  const own = `${text}f(one, two); g();\n`;
  assert.deepEqual(items((await at(own, 10, { sources, settings: guard("hide") }, "f(one, two);\n")).outcome), plain);
});

test("what the model was trained on is told after what lies in the folder, by the tier that wrote, and never where the guard is off", async () => {
  const tiers: string[] = [];
  const find: TrainingSearch["find"] = (tier) => {
    tiers.push(tier);
    return { name: "x", version: "1.2.0", licence: "", models: [tier] };
  };
  const trainedOn: TrainedOn = async () => ({ find });
  const place = { document: { text: { getText: () => "" } }, line: "" } as unknown as Place;
  const asked = (guard: CompletionSettings["licenceGuard"], from: RepeatedFrom) =>
    repeatedCode({ text: "f(one, two);", replaceAfter: 0 }, place, [], guard, from);
  const trained = { source: "x", version: "1.2.0", licence: "" };
  assert.deepEqual(await asked("mark", { tier: "strong", trainedOn }), trained);
  assert.equal(repeatsWords(trained), "repeats x 1.2.0, which the model was trained on (no licence found)");
  assert.deepEqual(await asked("mark", { tier: "strong", trainedOn, sources: copying().sources }), repeats);
  assert.equal(await asked("mark", { trainedOn }), undefined, "a model of the person's own");
  assert.equal(await asked("off", { tier: "quick", trainedOn }), undefined);
  assert.deepEqual(tiers, ["strong"]);
});

test("the log, the status item and its actions say what is repeated", () => {
  const words = repeatsWords(repeats);
  assert.equal(words, "repeats node_modules/x/y.js, line 12 (MIT)");
  assert.equal(repeatsWords({ ...repeats, licence: "" }), "repeats node_modules/x/y.js, line 12 (no licence found)");

  const [debug, info]: string[][] = [[], []];
  const log = new CompletionLog({
    debug: (line) => debug!.push(line),
    info: (line) => info!.push(line),
    counts: () => ({ promptTokens: 0, promptTokensCached: 0 }),
    after: () => () => {},
  });
  const items = [{ text: "x", replaceAfter: 0, repeats }];
  const answered = (outcome: CompletionOutcome) =>
    log.answered({ outcome, languageId: "typescript", place: "a.ts:1:2", tookMs: 1, failed: false });
  answered({ kind: "shown", items, source: "model" });
  answered({ kind: "shown", items, source: "typedAsSuggested" });
  answered({ kind: "none", reason: "repeatsThirdParty", repeats });
  assert.deepEqual(debug, [
    `completion: model, it ${words}, typescript, a.ts:1:2, 1 ms`,
    `completion: typedAsSuggested, it ${words}, typescript, a.ts:1:2, 1 ms`,
    `completion: repeatsThirdParty, it ${words}, typescript, a.ts:1:2, 1 ms`,
  ]);
  assert.deepEqual(info, Array(2).fill(`licence guard: a suggestion ${words}, a.ts:1:2`));

  const outcomes = new Outcomes();
  const answer = { uri: "file:///a.ts", position: { line: 0, character: 1 }, explicit: false };
  const fileIn = (document: string, path: string) => (document === answer.uri ? `file:///w/${path}` : undefined);
  outcomes.note({ ...answer, repeats: { words, path: repeats.path, line: repeats.line } });
  const ready = { kind: "ready", model: "m", device: "cpu" } as const;
  const marked = statusText(ready, [], [], { repeats: outcomes.repeats(fileIn) });
  assert.match(marked.text, /^\$\(law\) Sotto: repeats other code$/);
  assert.match(marked.sentence, /Licence guard: the last suggestion repeats node_modules\/x\/y\.js, line 12 \(MIT\)\./);
  const offers = (place?: string) =>
    statusActions(ready, { answers: { repeats: { words, place } } })
      .flatMap(({ actions }) => actions)
      .filter(({ title }) => /repeats|copies/.test(title))
      .map(({ title, argument }) => [title, argument]);
  const there = outcomes.repeats(fileIn)?.place;
  assert.equal(there, "file:///w/node_modules/x/y.js#L12");
  assert.deepEqual(offers(there), [
    [`The last suggestion ${words}`, there],
    ["Mark, hide or ignore copies…", "sotto.licenceGuard"],
  ]);
  assert.deepEqual(offers(), [[`The last suggestion ${words}`, "sotto.licenceGuard"]]);
  outcomes.note(answer);
  assert.equal(outcomes.repeats(fileIn), undefined);
});
