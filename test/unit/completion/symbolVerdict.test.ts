// What a language service says of a suggestion, in the one path: asked after the filters, shown without it when it is late.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CompletionCache } from "../../../src/completion/cache.ts";
import { complete } from "../../../src/completion/complete.ts";
import { Completer } from "../../../src/completion/completer.ts";
import { allFilters } from "../../../src/completion/filters.ts";
import { defaultCompletionSettings } from "../../../src/completion/settings.ts";
import type { SymbolAnswer, SymbolCheck, SymbolQuestion } from "../../../src/completion/symbols/symbolCheck.ts";
import { openDocument } from "../../../src/workspace/documents.ts";
import { folderModel } from "../../support/folderModel.ts";
import { native, never } from "./completeAt.ts";
import { drawn } from "./drawn.ts";
import { scriptedModel } from "./scriptedModel.ts";

/** Answers as told, and remembers what it was asked. */
class ScriptedCheck implements SymbolCheck {
  readonly asked: Omit<SymbolQuestion, "document">[] = [];
  prepared = 0;
  readonly #answer: (signal: AbortSignal) => SymbolAnswer | Promise<SymbolAnswer>;

  constructor(answer: (signal: AbortSignal) => SymbolAnswer | Promise<SymbolAnswer>) {
    this.#answer = answer;
  }

  prepare(): void {
    this.prepared++;
  }

  async unknownIn({ offset, text, replaceAfter }: SymbolQuestion, _budgetMs: number, signal: AbortSignal) {
    this.asked.push({ offset, text, replaceAfter });
    return this.#answer(signal);
  }
}

interface Options {
  explicit?: boolean;
  selected?: { text: string; startOffset: number };
  symbols?: boolean; // the filter's switch
  signal?: AbortSignal;
}

interface Said {
  first: string; // the text, or why there is none
  verdict: string | undefined;
  again: string;
}

async function says(check: ScriptedCheck, cursor: string, writes: string, options: Options = {}): Promise<Said> {
  const { prefix, suffix } = drawn(cursor);
  const text = prefix + suffix;
  const document = openDocument({ uri: "file:///a.ts", path: "a.ts", languageId: "typescript", text }, native);
  const { explicit = false, selected, symbols = true, signal = never } = options;
  const request = { document, offset: prefix.length, explicit, filter: true, selected };
  const settings = { ...defaultCompletionSettings, filters: { ...allFilters, symbols, improbable: false } };
  const cache = new CompletionCache();
  const deps = { model: scriptedModel(writes), cache, settings, compiler: check };
  const result = await complete(request, deps, signal);
  assert.notEqual(result.kind, "failed");
  const again = await complete(request, deps, signal);
  const told = ({ outcome }: typeof result) => (outcome.kind === "shown" ? outcome.items[0]!.text : outcome.reason);
  return {
    first: told(result),
    verdict: result.kind === "generated" ? result.compiler : undefined,
    again: told(again),
  };
}

const known: SymbolAnswer = { unknown: [] };
const unknown: SymbolAnswer = { unknown: [{ name: "b", kind: "member" }] };

test("known: shown; unknown: not shown, also when it was asked for", async () => {
  const good = new ScriptedCheck(() => known);
  assert.deepEqual(await says(good, "const a = [1];\na.│\n", "at(0);\n"), {
    first: "at(0);",
    verdict: "known",
    again: "at(0);",
  });
  assert.deepEqual(good.asked, [{ offset: 17, text: "at(0);", replaceAfter: 0 }]);
  assert.equal(good.prepared, 1);
  for (const explicit of [false, true]) {
    const bad: ScriptedCheck = new ScriptedCheck(() => unknown);
    const said = await says(bad, "const a = [1];\na.│\n", "b();\n", { explicit });
    assert.deepEqual(said, { first: "unknownSymbol", verdict: "unknown", again: "unknownSymbol" });
    assert.equal(bad.asked.length, 2, "another file may have it by now");
  }
});

test("no answer: shown, with the reason why", async () => {
  for (const reason of ["late", "building", "noCompiler", "failed"] as const) {
    const { first, verdict } = await says(new ScriptedCheck(() => ({ reason })), "const a = [1];\na.│\n", "at(0);\n");
    assert.deepEqual({ first, verdict }, { first: "at(0);", verdict: reason });
  }
});

test("it is told all that is inserted, and what that replaces", async () => {
  const check = new ScriptedCheck(() => known);
  await says(check, "const a = [1];\na.a│\n", "(0);\n", { selected: { text: "at", startOffset: 17 } });
  await says(check, "const a = [1];\na.at(│)\n", "0);\n");
  assert.deepEqual(check.asked, [
    { offset: 18, text: "t(0);", replaceAfter: 0 },
    { offset: 20, text: "0);", replaceAfter: 1 },
  ]);
});

test("not asked: with the filter off, in a comment, about what other filters refuse", async () => {
  const check = new ScriptedCheck(() => unknown);
  assert.equal((await says(check, "const a = [1];\na.│\n", "b();\n", { symbols: false })).first, "b();");
  assert.equal((await says(check, "// wait for │\n", "the answer\n")).first, "the answer");
  assert.equal((await says(check, "f(│)\n", "f(f\n")).first, "unbalanced");
  assert.deepEqual(check.asked, []);
});

test("a request that is given up meanwhile is cancelled", async () => {
  const abort = new AbortController();
  const check = new ScriptedCheck(() => {
    abort.abort();
    return { reason: "late" };
  });
  const { first } = await says(check, "const a = [1];\na.│\n", "at(0);\n", { signal: abort.signal });
  assert.equal(first, "cancelled");
});

test("a window: a rest of the cursor begins what takes long, where suggestions are wanted; verdicts are counted", async () => {
  const check = new ScriptedCheck(() => ({ reason: "late" }));
  const text = "const a = [1];\na.";
  const document = openDocument({ uri: "file:///a.ts", path: "a.ts", languageId: "typescript", text }, native);
  let off: "disabled" | undefined = "disabled";
  const completer = new Completer({
    modelFor: () => folderModel(scriptedModel("at(0);\n")),
    sourcesOf: () => undefined,
    compilerOf: () => check,
    settings: () => ({ ...defaultCompletionSettings, filters: { ...allFilters, improbable: false } }),
    switchedOff: () => off,
  });
  completer.rested({ document, offset: text.length });
  assert.equal(check.prepared, 0);
  off = undefined;
  completer.rested({ document, offset: text.length });
  assert.equal(check.prepared, 1);
  const { outcome } = await completer.complete({ document, offset: text.length, explicit: true }, never);
  assert.equal(outcome.kind, "shown");
  assert.deepEqual(completer.counts().compiler, { late: 1 });
});

test("where the compiler knows what exists there, the text is written on with one of these names", async () => {
  const calls: { words?: string[]; prefix: string }[] = [];
  const answers: SymbolAnswer[] = [
    { unknown: [{ name: "sise", kind: "member", start: 4, instead: ["size", "sort"] }] },
    { unknown: [] },
  ];
  const check = new ScriptedCheck(() => answers.shift()!);
  const { prefix, suffix } = drawn("function f(box: Array<number>) {\n  f(├┤);\n}\n");
  const document = openDocument(
    { uri: "file:///w/a.ts", path: "a.ts", languageId: "typescript", text: prefix + suffix },
    native,
  );
  const model = scriptedModel("");
  model.generate = async (params, onText, signal) => {
    calls.push({ words: params.words, prefix: params.prompt.prefix });
    return scriptedModel(params.words ? "size" : "box.sise").generate(params, onText, signal);
  };
  const result = await complete(
    { document, offset: prefix.length, explicit: false, filter: true },
    {
      model,
      cache: new CompletionCache(),
      settings: { ...defaultCompletionSettings, filters: { ...allFilters, improbable: false } },
      compiler: check,
    },
    never,
  );
  assert.ok(result.outcome.kind === "shown", JSON.stringify([result.outcome, calls]));
  assert.equal(result.outcome.items[0]!.text, "box.size");
  assert.deepEqual(calls, [
    { words: undefined, prefix },
    { words: ["size", "sort"], prefix: `${prefix}box.` },
  ]);
});
