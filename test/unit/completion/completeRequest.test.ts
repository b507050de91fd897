// One request, with a scripted model: what the model is asked, when that ends, and what becomes of deadlines, cancels, errors and other texts.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are source

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Cancelled, UserError } from "../../../common/errors.ts";
import type { Parsers } from "../../../common/syntax/parsers.ts";
import { REQUEST_LIMITS } from "../../../server/host/protocol/limits.ts";
import { CompletionCache } from "../../../src/completion/cache.ts";
import { complete } from "../../../src/completion/complete.ts";
import { placeOf } from "../../../src/completion/place.ts";
import type { CompletionModel } from "../../../src/model/completionModel.ts";
import { Documents, openDocument } from "../../../src/workspace/documents.ts";
import { at, native, never } from "./completeAt.ts";
import { looseSettings } from "./looseSettings.ts";
import { scriptedModel } from "./scriptedModel.ts";

test("limits: nothing is asked of the model", async () => {
  const model = scriptedModel("a");
  const reason = async (text: string, offset: number, languageId = "typescript") => {
    const { outcome } = await at(text, offset, { model, languageId }, "");
    return outcome.kind === "none" ? outcome.reason : outcome;
  };
  assert.equal(await reason("a".repeat(30_000), 10), "lineTooLong");
  assert.equal(await reason(`${"a".repeat(99)}\n`.repeat(100_001), 10), "fileTooLarge");
  assert.equal(await reason("const a = '😀'", 12), "insideSurrogatePair");
  assert.equal(await reason("a", 1, "plaintext"), "unsupportedLanguage");
  assert.equal(model.calls.length, 0);
});

test("a file without a tree is still completed, by its text alone", async () => {
  const text = `const a = "${"b".repeat(1_000_000)}";\nconst c = \n`;
  const { outcome } = await at(text, text.length - 1, {}, "f(1);\ng();\n");
  assert.deepEqual(outcome, { kind: "shown", items: [{ text: "f(1);", replaceAfter: 0 }], source: "model" });
});

test("line ends are the document's; the model sees only \\n", async () => {
  const model = scriptedModel("  a();\n  b();\n}\n");
  const text = "function f() {\r\n  \r\n}\r\n";
  const { outcome } = await at(text, 18, { model }, "");
  assert.deepEqual(outcome, { kind: "shown", items: [{ text: "a();\r\n  b();", replaceAfter: 0 }], source: "model" });
  assert.equal(model.calls[0]!.prompt.prefix, "function f() {\n  ");
  assert.equal(model.calls[0]!.prompt.suffix, "\n}\n");
  const mixed = await at("a();\nfunction f() {\r\n  \r}\n", 23, {}, "  a();\n  b();\n}\n");
  assert.deepEqual(mixed.outcome, {
    kind: "shown",
    items: [{ text: "a();\n  b();", replaceAfter: 0 }],
    source: "model",
  });
});

test("generation stops as soon as the suggestion is complete", async () => {
  const long = "more();\n".repeat(100);
  for (const [cursor, writes, explicit] of [
    ["function f() {\n  a();\n│\n}\n", `  b();\n${long}`, false],
    ["function f() {\n  │\n}\n", `  b();\n}\n${long}`, false],
    ["function f() {\n  a();\n  │\n  c();\n}\n", `  b();\n  c();\n${long}`, true],
  ] as const) {
    const [before, after] = cursor.split("│") as [string, string];
    const model = scriptedModel(writes);
    const result = await at(before + after, before.length, { model, explicit }, "");
    assert.ok(result.kind === "generated" && result.outcome.kind === "shown");
    const { stop } = result.generation;
    assert.ok(stop === "stopSequence" || stop === "scopeClosed");
    assert.ok(model.written < 30, `${model.written} units written`);
  }
});

test("what the model holds for improbable is shown only where somebody asks", async () => {
  const unsure = () => scriptedModel("f(a, b, c);\n", "endOfText", -2);
  const text = "const a = \n";
  const { outcome } = await at(text, 10, { model: unsure() }, "");
  assert.equal(outcome.kind === "none" && outcome.reason, "improbable");
  assert.equal((await at(text, 10, { model: unsure(), explicit: true }, "")).outcome.kind, "shown");
  const block = "function f() {\n  \n}\n";
  const lines = scriptedModel("  aaaaaa();\n  bbbbbb();\n  cccccc();\n}\n", "endOfText", -0.1);
  assert.equal((await at(block, 17, { model: lines }, "")).outcome.kind, "shown"); // judged by the line, not by the length
});

test("the workspace's pieces go with the prompt; given ones go instead", async () => {
  const text = 'import { f } from "./b";\nf();\n';
  const document = openDocument({ uri: "file:///w/a.ts", path: "a.ts", languageId: "typescript", text }, native);
  const workspace = {
    list: async () => ["b.ts"],
    read: async (path: string) => (path === "b.ts" ? "export const f = 1;\n" : undefined),
  };
  const model = scriptedModel("g();\n");
  const deps = {
    model,
    cache: new CompletionCache(),
    sources: { workspace, patienceMs: 60_000 },
    settings: looseSettings,
  };
  const request = { document, offset: text.length, explicit: false, filter: true };
  await complete(request, deps, never);
  assert.deepEqual(
    model.calls[0]!.prompt.pieces.map(({ path, text }) => [path, text]),
    [["b.ts", "export const f = 1;"]],
  );
  assert.equal(model.calls[0]!.prompt.path, "a.ts");
  const given = { kind: "gold", path: "c.ts", text: "c", score: 1 };
  await complete({ ...request, pieces: [given] }, { ...deps, cache: new CompletionCache() }, never);
  assert.deepEqual(model.calls[1]!.prompt.pieces, [given]);
});

test("without any syntax build completion goes by the text", async () => {
  const none: Parsers = { kind: "none", reason: "nothing loads", for: () => undefined };
  const text = "function f() {\n  \n}\n";
  const document = openDocument({ uri: "file:///w/a.ts", path: "a.ts", languageId: "typescript", text }, none);
  const deps = {
    model: scriptedModel("  a();\n  b();\n}\n"),
    cache: new CompletionCache(),
    settings: looseSettings,
  };
  const { outcome } = await complete({ document, offset: 17, explicit: false, filter: true }, deps, never);
  assert.deepEqual(outcome, { kind: "shown", items: [{ text: "a();\n  b();", replaceAfter: 0 }], source: "model" });
});

test("the selected item of the suggest widget begins the suggestion", async () => {
  const text = "list.for\n";
  const selected = { text: "forEach", startOffset: 5 };
  const model = scriptedModel((prefix) => (prefix === "list.forEach" ? "((a) => b);\n" : "wrong"));
  const { outcome } = await at(text, 8, { selected, model }, "");
  assert.deepEqual(outcome, { kind: "shown", items: [{ text: "Each((a) => b);", replaceAfter: 0 }], source: "model" });
  const other = await at(text, 8, { selected: { text: "map", startOffset: 5 } }, "x");
  assert.deepEqual(other.outcome, { kind: "none", reason: "selectedItemDiffers" });
});

test("cancelled: before, while the model writes, and by the model's own word", async () => {
  const aborted = AbortSignal.abort();
  assert.deepEqual((await at("a│", 1, { signal: aborted }, "b")).outcome, { kind: "none", reason: "cancelled" });
  const control = new AbortController();
  const slow = scriptedModel(() => {
    control.abort();
    return "b();\n";
  });
  const cache = new CompletionCache();
  assert.deepEqual((await at("a\n", 1, { model: slow, cache, signal: control.signal }, "")).outcome, {
    kind: "none",
    reason: "cancelled",
  });
  assert.equal(cache.size, 0); // half an answer is not kept
});

test("an answer to a text that has changed meanwhile is not given", async () => {
  const documents = new Documents({ parsers: native, relativePath: () => "a.ts" });
  const document = documents.open({
    uri: "file:///w/a.ts",
    languageId: "typescript",
    version: 1,
    text: "const a = \n",
  });
  const model = scriptedModel(() => {
    const start = { line: 0, character: 10 };
    documents.change({
      textDocument: { uri: document.uri, version: 2 },
      contentChanges: [{ range: { start, end: start }, text: "b" }],
    });
    return "f(1);\n";
  });
  const deps = { model, cache: new CompletionCache(), settings: looseSettings };
  const { outcome } = await complete({ document, offset: 10, explicit: false, filter: true }, deps, never);
  assert.deepEqual(outcome, { kind: "none", reason: "cancelled" });
});

test("what the model throws ends in a reason, with the error for the log", async () => {
  const throwing = (error: unknown) =>
    scriptedModel(() => {
      throw error;
    });
  const gone = new UserError("hostUnavailable", "gone", "wait");
  const result = await at("a\n", 1, { model: throwing(gone) }, "");
  assert.deepEqual(result, { kind: "failed", outcome: { kind: "none", reason: "hostUnavailable" }, error: gone });
  const loading = throwing(new UserError("modelLoading", "loading", "wait"));
  assert.deepEqual((await at("a\n", 1, { model: loading }, "")).outcome, { kind: "none", reason: "modelLoading" });
  assert.deepEqual((await at("a\n", 1, { model: throwing(new Error("bug")) }, "")).outcome, {
    kind: "none",
    reason: "failed",
  });
  assert.deepEqual((await at("a\n", 1, { model: throwing(new Cancelled()) }, "")).outcome, {
    kind: "none",
    reason: "cancelled",
  });
});

test("the prefix of a long file begins at a line that typing does not move", () => {
  const lines = Array.from({ length: 4_000 }, (_, line) => `const value${line} = compute(${line});`);
  const text = lines.join("\n");
  const document = openDocument({ uri: "file:///w/a.ts", path: "a.ts", languageId: "typescript", text }, native);
  const starts = new Set<number>();
  for (let line = 3_000; line < 3_064; line++) {
    const place = placeOf({ document, offset: document.text.offsetAt({ line, character: 20 }) });
    assert.ok(typeof place !== "string" && place.prefix.length > 60_000 && place.prefix.length <= 65_536);
    starts.add(lines.indexOf(place.prefix.slice(0, place.prefix.indexOf("\n"))));
  }
  assert.ok(starts.size <= 2, `${starts.size} starts while 64 lines pass`);
  for (const start of starts) assert.equal(start % 64, 0);
});

test("the deadline: what there is is shown, nothing has its reason", async () => {
  const late = await at("const a = \n", 10, { model: scriptedModel("f(a, b", "deadline") }, "");
  assert.deepEqual(late.outcome, { kind: "shown", items: [{ text: "f(a,", replaceAfter: 0 }], source: "model" });
  const none = await at("const a = \n", 10, { model: scriptedModel("", "deadline") }, "");
  assert.deepEqual(none.outcome, { kind: "none", reason: "deadline" });
});

const settingsWith = (deadlineMs: number) => ({ ...looseSettings, deadlineMs });
const aWhile = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("the deadline counts from the first text: what is read for longer is still shown", async () => {
  const quick = scriptedModel("f(a, b);\n");
  const model: CompletionModel = {
    ...quick,
    async generate(params, onText, signal) {
      assert.equal(params.deadlineMs, 10); // what the host may take for all
      await aWhile(5);
      return quick.generate(params, onText, signal);
    },
  };
  const { outcome } = await at("const a = \n", 10, { model, settings: settingsWith(2) }, "");
  assert.deepEqual(outcome, { kind: "shown", items: [{ text: "f(a, b);", replaceAfter: 0 }], source: "model" });
});

test("what is written for longer than the deadline is cut where it is", async () => {
  const model: CompletionModel = {
    ...scriptedModel(""),
    generate(_params, onText, signal) {
      const text = "f(a, b";
      onText(text);
      const tokens = { prompt: 9, cached: 0, generated: 3 };
      const timingMs = { queue: 0, prefill: 0, decode: 0 };
      return new Promise((resolve) =>
        signal.addEventListener("abort", () =>
          resolve({ text, stop: "cancelled", tokens, timingMs, logProbs: [-0.1, -0.1, -0.1], tokenEnds: [1, 2, 3] }),
        ),
      );
    },
  };
  const { outcome } = await at("const a = \n", 10, { model, settings: settingsWith(1) }, "");
  assert.deepEqual(outcome, { kind: "shown", items: [{ text: "f(a,", replaceAfter: 0 }], source: "model" });
});

test("the host is never given more time than a request may ask for", async () => {
  const model = scriptedModel("f(1);\n");
  await at("const a = \n", 10, { model, settings: settingsWith(REQUEST_LIMITS.deadlineMs) }, "");
  assert.equal(model.calls[0]!.deadlineMs, REQUEST_LIMITS.deadlineMs);
});

test("a request that a newer one of its editor has superseded ends so", async () => {
  const { outcome } = await at("const a = \n", 10, { model: scriptedModel("f(a, b", "superseded") }, "");
  assert.deepEqual(outcome, { kind: "none", reason: "superseded" });
});

test("the model is told the editor, and what was shown or cut there, without secrets", async () => {
  const model = scriptedModel("f(1);\n");
  const cache = new CompletionCache();
  await at("const a = \n", 10, { model, cache }, "");
  const removed = ["const gone = 1;", `const token = "ghp_${"a1B2c3D4e5".repeat(4).slice(0, 36)}";`];
  const hunk = {
    path: "a.ts",
    startLine: 0,
    endLine: 0,
    leading: [],
    before: removed,
    after: [],
    trailing: [],
    atMs: 0,
  };
  const edits = { recent: async () => [hunk] };
  await at(
    "const b = \n",
    10,
    { model, cache, sources: { workspace: { list: async () => [], read: async () => undefined }, edits } },
    "",
  );
  const [first, second] = model.calls;
  assert.deepEqual(first!.lookup, []);
  assert.equal(first!.editor, "file:///w/a.ts");
  assert.equal(second!.lookup![0], "const a = f(1);");
  assert.match(second!.lookup![1]!, /^const gone = 1;\nconst token = "/);
  assert.doesNotMatch(second!.lookup![1]!, /ghp_a1B2/);
});

test("typing through a suggestion costs no model call; deleting and retyping neither", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(
        ["function f() {\n  return │\n}\n", " compute(a, [b], `c${d}`);\n"],
        ["def f(a):\n    │\n", "    for i in a:\n        print(i)\n    return a\n\nx = 1\n"],
        ["if (│)\n", "a.b(c) === 'd') {\n"],
        ["const a = f(│);\n", "b, (c) => d);\n"],
      ),
      fc.array(fc.oneof(fc.constant(-1), fc.constant(1)), { maxLength: 60 }),
      async ([cursor, writes], moves) => {
        const [before, after] = cursor!.split("│") as [string, string];
        const languageId = before.startsWith("def") ? "python" : "typescript";
        const model = scriptedModel(writes!);
        const cache = new CompletionCache();
        const first = await at(before + after, before.length, { model, cache, languageId }, "");
        assert.equal(first.outcome.kind, "shown");
        const { text, replaceAfter } =
          first.outcome.kind === "shown" ? first.outcome.items[0]! : { text: "", replaceAfter: 0 };
        let typed = 0;
        for (const move of [1, ...moves]) {
          typed = Math.max(0, Math.min(text.length - 1, typed + move));
          const now = before + text.slice(0, typed);
          const { outcome } = await at(now + after, now.length, { model, cache, languageId }, "");
          const source = typed === 0 ? "cache" : "typedAsSuggested";
          assert.deepEqual(outcome, { kind: "shown", items: [{ text: text.slice(typed), replaceAfter }], source });
        }
        assert.equal(model.calls.length, 1);
      },
    ),
    { numRuns: 60 },
  );
});

test("whatever the model writes and wherever: no throw, no new syntax error, no broken character", async () => {
  const pieces = [
    "a",
    "f(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "\n",
    "  ",
    "=>",
    "'",
    "`",
    "${",
    "/*",
    "*/",
    "//",
    "😀",
    ";",
    ":",
    "def g():",
    "return ",
    "\r\n",
    "\t",
    "else",
  ];
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((list) => list.join(""));
  await fc.assert(
    fc.asyncProperty(
      text,
      text,
      text,
      fc.boolean(),
      fc.constantFrom("typescript", "python", "javascriptreact"),
      async (before, after, writes, explicit, languageId) => {
        const { kind, outcome } = await at(before + after, before.length, { explicit, languageId }, writes);
        assert.notEqual(kind, "failed");
        if (outcome.kind === "none") return;
        const { text: shownText, replaceAfter } = outcome.items[0]!;
        assert.ok(shownText.trim() !== "");
        assert.ok(replaceAfter >= 0 && !after.slice(0, replaceAfter).includes("\n"));
        assert.doesNotMatch(before + shownText + after.slice(replaceAfter), /\p{Cs}/u); // no half of a surrogate pair
      },
    ),
    { numRuns: 400 },
  );
});
