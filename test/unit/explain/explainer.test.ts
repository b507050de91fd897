// Explanations, with a model whose probabilities are known: what is left out costs what it says, and nothing is told that was not measured.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { PromptInput } from "../../../server/host/protocol/messages.ts";
import type { SuggestionOrigin } from "../../../src/completion/result.ts";
import { Explainer, type ExplainerDeps } from "../../../src/explain/explainer.ts";
import { explanationPage } from "../../../src/explain/explanationPage.ts";
import { readableExplanation } from "../../../src/explain/readable.ts";
import { folderWorkspace } from "../../../src/workspace/workspace.ts";
import { at, never } from "../completion/completeAt.ts";
import { known, origin, PIECES, piece, TEXT } from "./knownModel.ts";

const holds = ({ pieces }: PromptInput, path: string) => pieces.some((one) => one.path === path);
const partOf = (explanation: Awaited<ReturnType<Explainer["run"]>>, path: string) =>
  explanation.parts!.find((part) => part.path === path && part.kind === "import")!;

test("the piece that the text comes from is named with what its absence costs, and the other is chance", async () => {
  const { model, asked } = known((prompt) => (holds(prompt, "archive.ts") ? -1 : -4));
  const explanation = await new Explainer(origin(), { model }).run(() => {}, never);
  assert.equal(partOf(explanation, "archive.ts").nats, 3);
  assert.equal(partOf(explanation, "archive.ts").isNoise, false);
  assert.equal(partOf(explanation, "zoo.ts").isNoise, true);
  assert.match(explanation.summary, /leans on archive\.ts \(import\) \(20 times likelier\)/);
  assert.deepEqual(explanation.hiding, []);
  assert.ok(asked.every((prompt) => prompt.path === "a" || prompt.path === ""));
  assert.ok(explanation.copied.some(({ text, path }) => text === "openArchive(" && path === "archive.ts"));
});

test("two parts that each suffice are found together, where neither alone is missed", async () => {
  const { model } = known((prompt) => (holds(prompt, "archive.ts") || holds(prompt, "zoo.ts") ? -1 : -6));
  const explanation = await new Explainer(origin(), { model }).run(() => {}, never);
  assert.equal(partOf(explanation, "archive.ts").isNoise, true);
  const [pair] = explanation.hiding!;
  assert.deepEqual([pair!.first, pair!.second, pair!.together, pair!.apart], [0, 1, 5, 0]);
  assert.match(readableExplanation(explanation), /stands in for the other: archive\.ts \(import\), zoo\.ts \(import\)/);
});

test("what the prompt does not hold is looked for in the file and in the folder's index, and told apart", async () => {
  const { model } = known(() => -1);
  const asked: string[] = [];
  const files = new Map([["far/away.ts", "\n\nopenArchive(base);\n"]]);
  const index: ExplainerDeps["index"] = {
    search(terms, _limit, skip) {
      asked.push(...terms.map(({ term }) => term));
      const hit = { startLine: 0, endLine: 3, score: 1, hash: 0, header: "" };
      return [...files.keys(), "gone.ts", "a"].filter((path) => !skip!(path)).map((path) => ({ ...hit, path }));
    },
  };
  const workspace = { ...folderWorkspace("."), read: async (path: string) => files.get(path) };
  const deps = { model, index, workspace };
  const bare = origin({ pieces: [] });
  const { copied } = await new Explainer(bare, deps).run(() => {}, never);
  assert.deepEqual(copied[0], {
    ...{ text: TEXT, at: 0, path: "far/away.ts", line: 2, where: "far/away.ts", isElsewhere: true },
  });
  assert.ok(asked.length > 1 && new Set(asked).size === asked.length);
  const given = origin({ pieces: [piece("near.ts", "openArchive(base);\n")] });
  const both = await new Explainer(given, deps).run(() => {}, never);
  assert.deepEqual([both.copied[0]!.path, both.copied[0]!.isElsewhere], ["near.ts", undefined]);
  const explained = await new Explainer(bare, deps).run(() => {}, never);
  for (const told of [readableExplanation(explained), explanationPage(explained, "finished").body])
    assert.match(told, /which the model has not read there/);
});

test("a file that is gone, or is not to be read any more, is named: its part is measured, and has no line", async () => {
  const { model } = known((prompt) => (holds(prompt, "archive.ts") ? -1 : -4));
  const files = new Map([["zoo.ts", `\n${PIECES[1]!.text}`]]);
  const workspace = { ...folderWorkspace("."), read: async (path: string) => files.get(path) };
  const explanation = await new Explainer(origin(), { model, workspace }).run(() => {}, never);
  const { nats, line } = partOf(explanation, "archive.ts");
  assert.deepEqual([nats, line, partOf(explanation, "zoo.ts").line], [3, undefined, 1]);
  assert.deepEqual(explanation.notes, ["Not there any more, or not to be read: archive.ts."]);
  for (const told of [readableExplanation(explanation), explanationPage(explanation, "asking").body]) {
    assert.match(told, /Not there any more, or not to be read: archive\.ts\./);
    assert.doesNotMatch(told, /NaN|undefined/);
  }
});

test("a hesitation's alternatives are whole words, and what if goes on from one", async () => {
  const { model } = known(() => -4);
  const explainer = new Explainer(origin(), { model });
  const { hesitations, words } = await explainer.run(() => {}, never);
  assert.equal(words!.map(({ text }) => text).join(""), TEXT);
  assert.equal(hesitations![0]!.alternatives[0]!.text, "readAll");
  assert.equal(await explainer.whatIf(0, 7, never), "readAll(base)");
});

test("a block of four lines is measured by itself", async () => {
  const lines = ["a", "b", "c", "d", "needle", "f"].map((line) => `${line};\n`).join("");
  const { model } = known(({ pieces }) => (pieces.some(({ text }) => text.includes("needle")) ? -1 : -3));
  const explainer = new Explainer(origin({ pieces: [piece("long.ts", lines)] }), { model });
  await explainer.run(() => {}, never);
  assert.deepEqual(
    (await explainer.blocks(0, never)).map(({ firstLine, nats }) => [firstLine, nats]),
    [
      [0, 0],
      [4, 2],
    ],
  );
});

test("without probabilities, from another model, and where nothing was written, it says what cannot be told", async () => {
  const { model } = known(() => -1);
  const { score: _, ...dumb } = model;
  const silent = await new Explainer(origin(), { model: dumb }).run(() => {}, never);
  assert.equal(silent.parts, undefined);
  assert.match(silent.notes.join(), /known does not tell how probable a text is/);
  const untold = { ...origin().generation, logProbs: [] }; // of an engine that could score, and has told nothing of this text
  const server = await new Explainer(origin({ generation: untold }), { model }).run(() => {}, never);
  assert.deepEqual([server.parts, server.words], [undefined, undefined]);
  assert.match(readableExplanation(server), /known does not tell how probable a text is/);
  assert.match(explanationPage(server, "finished").body, /known does not tell how probable a text is/);
  const other = await new Explainer(origin(), { model: known(() => -1, "another").model }).run(() => {}, never);
  assert.match(other.notes.join(), /known wrote it, and another answers now/);
  assert.equal(other.words, undefined);
  const empty = origin({ generation: { ...origin().generation, text: "", logProbs: [-1], tokenEnds: [0] } });
  const nothing = { ...empty, outcome: { kind: "none", reason: "empty" } as const };
  const withheld = await new Explainer(nothing, { model }).run(() => {}, never);
  assert.match(withheld.summary, /^Not shown: the model has nothing to add\./);
  assert.match(withheld.notes.join(), /wrote nothing here/);
});

test("it ends when nobody waits for it any more, and asks no more", async () => {
  const ending = new AbortController();
  const { model, asked } = known(() => -1);
  const running = new Explainer(origin(), { model }).run(({ words }) => words && ending.abort(), ending.signal);
  await assert.rejects(running, { name: "Cancelled" });
  assert.ok(asked.length <= 2);
});

test("a completion brings what explains it: the exact terms of its score, and the steps of the filters", async () => {
  const result = await at("f();\nconst a = \n", 15, {}, " g(1);   \nconst b = 2;\n");
  assert.equal(result.kind, "generated");
  const { origin: from } = result as { origin?: SuggestionOrigin };
  const { explanation } = new Explainer(from!, { model: known(() => -1).model });
  const { score, bias, terms } = explanation.show!;
  const logOdds = terms.reduce((sum, term) => sum + term.logOdds, bias);
  assert.ok(Math.abs(score - 1 / (1 + Math.exp(-logOdds))) < 1e-12);
  assert.ok(explanation.steps.length > 0);
  assert.equal(explanation.steps.at(-1)!.after, explanation.text);
  for (const { before, after } of explanation.steps) assert.notEqual(before, after);
});

test("what was withheld is explained, too: the reason, and the score where that is it", async () => {
  const result = await at("a();\n\n", 5, {}, "a();\n");
  const { origin: from } = result as { origin?: SuggestionOrigin };
  assert.equal(from!.outcome.kind, "none");
  const { explanation } = new Explainer(from!, { model: known(() => -1).model });
  assert.equal(explanation.outcome, "withheld");
  assert.match(explanation.summary, /^Not shown: /);
});

test("the page says what the text says, escapes what the code holds, and asks further only where somebody answers", async () => {
  const { model } = known((prompt) => (holds(prompt, "archive.ts") ? -1 : -4));
  const evil = { ...origin(), pieces: [piece("<img src=x>.ts", PIECES[0]!.text), ...PIECES] };
  const explanation = await new Explainer(evil, { model }).run(() => {}, never);
  const page = explanationPage(explanation, "asking");
  assert.ok(page.body.includes(explanation.summary.replaceAll('"', "&quot;")));
  assert.ok(!page.body.includes("<img"));
  assert.match(page.body, /data-message="{&quot;kind&quot;:&quot;whatIf&quot;/);
  assert.match(page.body, /data-message="{&quot;kind&quot;:&quot;blocks&quot;/);
  assert.doesNotMatch(explanationPage(explanation, "finished").body, /data-message/);
  assert.match(explanationPage(explanation, "measuring").body, /Sotto measures on/);
});
