// The agent's answers about facts of code: the facts at once, a page at the end even where no model can be asked, and one clear error for bad input.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CancellationToken } from "vscode-languageserver/node";
import { createParsers } from "../../common/syntax/parsers.ts";
import { serveSummaries } from "../../src/agent/summaries.ts";
import type { Answer } from "../../src/protocol/answer.ts";
import { SummaryMethod, type SummaryProgress } from "../../src/protocol/summary.ts";
import { openDocument } from "../../src/workspace/documents.ts";

const parsers = await createParsers();
const uri = "file:///w/a.ts";
const text = "export function half(n: number) {\n  if (n < 0) throw new RangeError();\n  return n / 2;\n}\n";

type Handler = (params: object, token: CancellationToken) => Promise<Answer<SummaryProgress>>;

async function asked(method: string, params: object) {
  const handlers = new Map<string, Handler>();
  const progress: SummaryProgress[] = [];
  const say = () => {};
  const connection = {
    console: { debug: say, info: say, warn: say, error: say },
    onRequest: (name: string, handler: Handler) => handlers.set(name, handler),
    sendProgress: async (_type: unknown, _token: string, value: SummaryProgress) => void progress.push(value),
  };
  const document = openDocument({ uri, path: "a.ts", languageId: "typescript", text }, parsers);
  const session = {
    documents: { get: (asked: string) => (asked === uri ? document : undefined) },
    sourcesOf: () => undefined,
    modelFor: () => ({
      generate: async () => {
        throw new Error("no model is there");
      },
    }),
  };
  const [asConnection, asSession] = [connection, session] as unknown as Parameters<typeof serveSummaries>;
  serveSummaries(asConnection, asSession);
  return { answer: await handlers.get(method)!(params, CancellationToken.None), progress };
}

test("a summary: the facts are told before the model is asked, and stay where it cannot be", async () => {
  const { answer, progress } = await asked(SummaryMethod.summarise, { uri, progressToken: "1" });
  assert.match(progress[0]!.page.body, /function half\(n: number\).*role="status"|role="status".*function half/s);
  assert.ok("value" in answer);
  assert.match(answer.value.page.body, /function half\(n: number\)/);
  assert.match(answer.value.page.body, /The model was not asked: no model is there/);
  assert.ok(!answer.value.page.body.includes('role="status"'));
});

test("the definition around a place is a page with its branches", async () => {
  const { answer } = await asked(SummaryMethod.explainHere, { uri, position: { line: 2, character: 3 } });
  assert.ok("value" in answer);
  assert.equal(answer.value.page.title, "function half");
  assert.match(answer.value.page.body, /if <code>n<\/code> is negative: throws <code>RangeError<\/code>/);
});

test("a menu learns which definition would be told, or that none would be", async () => {
  const at = async (line: number, file = uri) =>
    (await asked(SummaryMethod.definitionHere, { uri: file, position: { line, character: 0 } })).answer;
  assert.deepEqual(await at(1), { value: { title: "function half", refused: false } });
  assert.deepEqual(await at(4), { value: { refused: false } });
  assert.deepEqual(await at(0, "file:///w/a.txt"), { value: { refused: true } });
});

test("a file that is not known, and a place outside of definitions, get one clear error", async () => {
  const unknown = await asked(SummaryMethod.summarise, { uri: "file:///w/a.txt", progressToken: "1" });
  assert.ok("error" in unknown.answer);
  assert.match(unknown.answer.error.message, /does not know the language/);
  const outside = await asked(SummaryMethod.explainHere, { uri, position: { line: 4, character: 0 } });
  assert.ok("error" in outside.answer);
  assert.match(outside.answer.error.message, /no definition stands around that place/);
});
