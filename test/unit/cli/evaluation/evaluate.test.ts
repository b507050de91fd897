import assert from "node:assert/strict";
import { test } from "node:test";
import type { EvaluationCase } from "../../../../cli/evaluation/cases.ts";
import { chunkPool, contextChooser } from "../../../../cli/evaluation/contextModes.ts";
import { type EvaluationOptions, evaluateCases } from "../../../../cli/evaluation/evaluate.ts";
import type { CliModel } from "../../../../cli/model.ts";
import { Cancelled } from "../../../../common/errors.ts";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { promptBudgetOf } from "../../../../server/host/protocol/promptBudget.ts";
import { caseOf } from "../../../support/evaluationCases.ts";
import { fakeModel } from "../../../support/fakeModel.ts";

const parsers = await createParsers();

function evaluate(
  cases: EvaluationCase[],
  model: CliModel,
  options: Partial<EvaluationOptions> & { context?: string } = {},
  signal = new AbortController().signal,
) {
  const pool = chunkPool("repository", cases);
  const context = contextChooser(options.context ?? "none", { pool, parsers, disk: undefined });
  const all = {
    filter: true,
    explicit: false,
    maxTokens: undefined,
    alternatives: 0,
    variants: false,
    retrieves: options.context === "own",
    ...options,
  };
  return evaluateCases(cases, all, { model, parsers, context, pool }, () => {}, signal);
}

const line = caseOf({
  id: "line",
  prefix: "const items = [1, 2];\nconst count = ",
  expected: "items.length;",
  suffix: "\nconsole.log(count);\n",
});
const multi = caseOf({
  id: "multi",
  kind: "multi",
  source: "there",
  prefix: "function f(a: number) {\n",
  expected: "  const b = a + 1;\n  return b;",
  suffix: "\n}\n",
});

test("figures, groups, baselines and what ran it", async () => {
  const model = fakeModel(({ prefix }) => (prefix.startsWith("const") ? "items.length;\n" : "  return a;\n"));
  const { report, results } = await evaluate([line, multi], model);
  assert.equal(report.cases, 2);
  assert.equal(report.exactMatch, 0.5);
  assert.equal(report.expectedLogProb, Number(Math.log(0.9).toFixed(4)), "each character is a token here");
  assert.equal(report.model, "fake");
  assert.equal(report.adapter, null);
  assert.equal(report.byKind.line.exactMatch, 1);
  assert.equal(report.byKind.multi.exactMatch, 0);
  assert.deepEqual(Object.keys(report.bySource), ["here", "there"]);
  assert.deepEqual(Object.keys(report.baselines), ["empty", "lastLineCopy", "suffixFirstLine"]);
  assert.equal(report.baselines.empty.exactMatch, 0);
  assert.equal(results[0].text, "items.length;");
  assert.equal(results[0].scored?.text, "items.length;");
  assert.ok(results[0].scored.score > 0 && results[0].scored.score < 1);
  assert.equal(results[1].scored, undefined, "nothing is decided where somebody asked");
  assert.equal(report.curve?.length, 10);
  assert.deepEqual(report.curve?.[0], {
    threshold: report.curve?.[0].threshold,
    shown: 1,
    shownAndRight: 1,
    kept: 1,
  });
});

test("without the filters the raw text of a one-line kind ends with its line", async () => {
  const { results } = await evaluate(
    [line],
    fakeModel(() => "items.length;\nlet more"),
    { filter: false },
  );
  assert.equal(results[0].text, "items.length;");
});

test("a text that the filters withhold is wrong, and its raw text is kept", async () => {
  const value = caseOf({ prefix: "const a = 1;\n", expected: "f(a);", suffix: "\nconsole.log(count);\n" });
  const { report, results } = await evaluate(
    [value],
    fakeModel(() => "console.log(count);"),
  );
  assert.equal(results[0].outcome, "none");
  assert.equal(results[0].text, "");
  assert.equal(results[0].raw, "console.log(count);");
  assert.equal(results[0].reason, "duplicatesSuffix");
  assert.deepEqual([report.exactMatch, report.shown, report.shownAndRight], [0, 0, null]);
});

const gold = { path: "src/users.ts", text: "export function loadUsers(limit: number) {}", role: "gold" };
const other = { path: "src/posts.ts", text: "export function loadPosts() {}", role: "sibling" };
const crossfile = caseOf({
  prefix: "const limit = 1;\nconst users = loadUsers(",
  expected: "limit)",
  suffix: "\n",
  crossfile: [other, gold],
});
const knowsUsers = fakeModel(({ pieces }) => (pieces.some(({ path }) => path === gold.path) ? "limit)\n" : "x)\n"));

test("gold context is in the prompt and recalled; without context nothing is", async () => {
  const withGold = (await evaluate([crossfile], knowsUsers, { context: "gold" })).report;
  assert.deepEqual([withGold.exactMatch, withGold.recall], [1, 1]);
  const without = (await evaluate([crossfile], knowsUsers)).report;
  assert.deepEqual([without.exactMatch, without.recall], [0, 0]);
  assert.deepEqual(without.baselines.bm25Only, { exactMatch: null, recall: 1 }, "its recall is told without the model");
});

test("where the context is retrieved, BM25 alone runs with the model too", async () => {
  const { report } = await evaluate([crossfile], knowsUsers, { context: "own" });
  assert.deepEqual(report.baselines.bm25Only, { exactMatch: 1, recall: 1 });
});

test("the context is chosen for the prompts that the model has", async () => {
  const narrow = { ...knowsUsers, promptBudget: promptBudgetOf("strong", 64) };
  const { report } = await evaluate([crossfile], narrow, { context: "own" });
  assert.deepEqual([report.budgetTokens, report.exactMatch, report.recall], [64, 0, 0]);
  assert.equal(report.retrieved, 1, "among 1,200 tokens, whatever the prompt holds");
});

test("cases that name a target are also grouped by whether it stands after the cursor", async () => {
  const named = { ...crossfile, target: "loadUsers" };
  const cases = [crossfile, { ...named, in_suffix: true }, { ...named, in_suffix: false }];
  const { report } = await evaluate(cases, knowsUsers, { context: "gold" });
  assert.deepEqual(Object.keys(report.byPlaceOfTarget), ["in suffix too", "only in another file"]);
  assert.equal(report.byPlaceOfTarget["only in another file"].targetTold, 1);
});

test("variants count where every one of them is right", async () => {
  const value = caseOf({
    prefix: "// note\nconst items = [];\nconst count = ",
    expected: "items.length;",
    suffix: "\n",
  });
  const steady = fakeModel(() => "items.length;\n");
  const shaken = fakeModel(({ prefix }) => (prefix.includes("Note that") ? "0;\n" : "items.length;\n"));
  assert.equal((await evaluate([value], steady, { variants: true })).report.worstCaseExactMatch, 1);
  const { report } = await evaluate([value], shaken, { variants: true });
  assert.equal(report.worstCaseExactMatch, 0);
  assert.deepEqual(report.byVariant?.rewordedComments, { cases: 1, right: 0, withheld: 0 });
  assert.equal(report.byVariant?.moreBlankLines?.right, 1);
  assert.equal("worstCaseExactMatch" in (await evaluate([value], steady)).report, false);
});

test("a case with a test is run", async () => {
  const value = caseOf({
    language: "javascript",
    path: "a.js",
    prefix: "const add = (a, b) => ",
    expected: "a + b;",
    suffix: "\n",
    test: "console.assert(add(1, 2) === 3)",
    runner: "node",
  });
  const { report } = await evaluate(
    [value],
    fakeModel(() => "b + a;\n"),
  );
  assert.deepEqual([report.exactMatch, report.pass], [0, 1]);
});

test("an interrupt ends the run", async () => {
  const interrupt = new AbortController();
  interrupt.abort();
  await assert.rejects(
    evaluate(
      [line],
      fakeModel(() => ""),
      {},
      interrupt.signal,
    ),
    Cancelled,
  );
});

test("what the model throws ends the run: a case that could not be run is no wrong answer", async () => {
  const model = fakeModel(() => {
    throw new RangeError("no memory");
  });
  await assert.rejects(evaluate([line], model), RangeError);
});
