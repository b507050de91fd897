// Lines changed as an instruction asks: what the model is asked, what its answer becomes, and every reason for no change.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { NO_ADAPTER } from "../../../../server/host/protocol/adapters.ts";
import { nothing } from "../../../../server/host/protocol/emptyResults.ts";
import type { GenerateResult, InspectResult, StopReason } from "../../../../server/host/protocol/messages.ts";
import { changeLines, NO_CHANGE } from "../../../../src/actions/change/change.ts";
import type { ModelCall } from "../../../../src/model/completionModel.ts";
import type { Checker } from "../../../../src/typescript/checker.ts";
import type { NoFix } from "../../../../src/typescript/problems.ts";
import { CheckFailed } from "../../../../src/typescript/thread.ts";
import { Documents, openDocument } from "../../../../src/workspace/documents.ts";

const parsers = await createParsers();
const CODE = `import { load } from "./load";

export function sum(values: number[]): number {
  let all = 0;
  for (const value of values) all += value;
  return all;
}

export const done = true;
`;
const LOOP = "  let all = 0;\n  for (const value of values) all += value;\n  return all;";
const REDUCED = "  return values.reduce((all, value) => all + value, 0);";

const documentOf = (text = CODE, languageId = "typescript", path = "a.ts") =>
  openDocument({ uri: `file:///${path}`, path, languageId, text }, parsers);

interface Said {
  stop?: StopReason;
  about?: Partial<InspectResult>;
  by?: string; // the model that answers
}

/** A model of the user's own that writes these answers, one after another. */
function modelOf(answers: string[], { stop = "stopSequence", about, by = "own-1.5b-instruct" }: Said = {}) {
  const calls: ModelCall[] = [];
  return {
    calls,
    inspect: async (): Promise<InspectResult> => ({
      ...{ pieces: [], dropped: [], prompt: "", tokens: 9, model: "own-1.5b-instruct", parameters: 1.54e9 },
      ...about,
    }),
    async generate(call: ModelCall): Promise<GenerateResult> {
      calls.push(call);
      return { ...nothing(stop), text: answers[calls.length - 1] ?? answers.at(-1) ?? "", model: by };
    },
  };
}

const checkerOf = (fault: NoFix | undefined): Checker => ({
  problems: async () => [],
  problemsWith: async () => [],
  ownFixes: async () => [],
  faultOf: async () => fault,
});

interface Asked {
  text?: string;
  part?: string; // that is selected
  instruction?: string;
  languageId?: string;
  path?: string;
  model?: ReturnType<typeof modelOf>;
  checker?: Checker;
  allowsSmall?: boolean;
  signal?: AbortSignal;
}

async function change(asked: Asked) {
  const {
    text = CODE,
    part = LOOP,
    instruction = "use reduce",
    languageId,
    path,
    checker,
    allowsSmall = false,
  } = asked;
  const start = text.indexOf(part);
  const filters = { secrets: true, insecure: true, harmful: true };
  return changeLines(
    { document: documentOf(text, languageId, path), start, end: start + part.length, instruction },
    { model: asked.model ?? modelOf([REDUCED]), filters, allowsSmall, ...(checker && { checker }) },
    asked.signal ?? new AbortController().signal,
  );
}

async function changed(asked: Asked): Promise<string> {
  const found = await change(asked);
  assert.equal(found.kind, "offered", found.kind === "none" ? found.reason : "");
  const { start, end, newText } = found.edit;
  const text = asked.text ?? CODE;
  return text.slice(0, start) + newText + text.slice(end);
}

async function reasonFor(asked: Asked): Promise<string> {
  const found = await change(asked);
  assert.equal(found.kind, "none");
  assert.ok(NO_CHANGE[found.reason].length > 0);
  return found.reason;
}

test("the selected lines are replaced, and nothing else", async () => {
  const model = modelOf([REDUCED]);
  assert.equal(await changed({ model }), CODE.replace(LOOP, REDUCED));
  const [{ prompt, adapter, asked, class: kind }] = model.calls;
  assert.match(prompt.instruction!, /export function sum[\s\S]*let all = 0;[\s\S]*The change: use reduce/);
  assert.doesNotMatch(prompt.instruction!, /done = true/, "what follows is not shown");
  assert.deepEqual([prompt.prefix, adapter, asked, kind], ["```typescript\n", undefined, true, "command"]);
});

test("a part of a line stands for the line, a cursor for its own, and it is told that more was changed", async () => {
  const found = await change({ part: "value of values) all += value;\n  return" });
  assert.ok(found.kind === "offered");
  assert.deepEqual([found.lines.firstLine, found.lines.lastLine, found.lines.isWider], [4, 5, true]);
  const whole = await change({ part: `${LOOP}\n` });
  assert.ok(whole.kind === "offered" && !whole.lines.isWider);
  const part = "return all;\n}\n\nexport const";
  const head = CODE.slice(CODE.indexOf("export function"), CODE.indexOf("  return"));
  const model = modelOf([`${head}  return all;\n}\n\nexport const done = 1;`]);
  assert.equal(await changed({ part, model }), CODE.replace("= true", "= 1"), "half of a function and a statement");
  assert.match(model.calls[0].prompt.instruction!, /Change this code of a\.ts:\n```typescript\nexport function sum/);
  const other = modelOf([`${head.replace("let all", "let sum")}  return all;\n}\n\nexport const done = 1;`]);
  assert.equal(await reasonFor({ part, model: other }), "changesOutside");
});

test("an answer at another indentation, with the lines around it, with other line ends", async () => {
  assert.equal(await changed({ model: modelOf([REDUCED.trim()]) }), CODE.replace(LOOP, REDUCED));
  const repeating = `export function sum(values: number[]): number {\n${REDUCED}\n}\n\nexport const done = true;`;
  assert.equal(await changed({ model: modelOf([repeating]) }), CODE.replace(LOOP, REDUCED));
  const dos = CODE.replaceAll("\n", "\r\n");
  const two = "  const all = values.reduce((a, b) => a + b);\n  return all;";
  const found = await changed({ text: dos, part: LOOP.replaceAll("\n", "\r\n"), model: modelOf([two]) });
  assert.equal(found, CODE.replace(LOOP, two).replaceAll("\n", "\r\n"));
});

test("what a first answer gets wrong a second one may get right", async () => {
  const model = modelOf(["  return values.reduce(;", REDUCED]);
  assert.equal(await changed({ model }), CODE.replace(LOOP, REDUCED));
  assert.equal(model.calls.length, 2);
});

test("answers that say nothing, that do not parse, that end too early, and another model's", async () => {
  assert.equal(await reasonFor({ model: modelOf(["\n"]) }), "emptyAnswer");
  assert.equal(await reasonFor({ model: modelOf([LOOP]) }), "unchanged");
  assert.equal(await reasonFor({ model: modelOf(["  return values.reduce(;"]) }), "syntaxError");
  assert.equal(await reasonFor({ model: modelOf([REDUCED], { stop: "maxTokens" }) }), "answerCut");
  assert.equal(await reasonFor({ model: modelOf([""], { stop: "noConversation" }) }), "noTemplate");
  assert.equal(await reasonFor({ model: modelOf([REDUCED], { by: "strong" }) }), "otherModel");
});

test("what the filters for suggestions hide, and what they hide in a prompt", async () => {
  const token = ["ghp", "x9".repeat(18)].join("_");
  assert.equal(await reasonFor({ model: modelOf([`  const token = "${token}";`]) }), "secret");
  assert.equal(await reasonFor({ model: modelOf(["  return <redacted>;"]) }), "secret");
  const query = '  return db.query("SELECT * FROM users WHERE id = " + request.query.id);';
  assert.equal(await reasonFor({ model: modelOf([query]) }), "insecure");
  assert.equal(
    await reasonFor({ text: CODE.replace("let all = 0", `let token = "${token}"`), part: "let token" }),
    "selectionHoldsSecret",
  );
});

test("what a compiler finds, and that it is told where none has looked", async () => {
  assert.equal(await reasonFor({ checker: checkerOf("newProblem") }), "newProblem");
  assert.equal(await reasonFor({ checker: checkerOf("breaksOther") }), "breaksOther");
  assert.equal(await reasonFor({ checker: checkerOf("compilerFailed") }), "compilerFailed");
  const late: Checker = { ...checkerOf(undefined), problems: async () => Promise.reject(new CheckFailed("late")) };
  assert.equal(await reasonFor({ checker: late }), "checkSlow");
  const [checked, unchecked] = [await change({ checker: checkerOf(undefined) }), await change({})];
  assert.ok(checked.kind === "offered" && checked.isChecked);
  assert.ok(unchecked.kind === "offered" && !unchecked.isChecked);
});

test("small models are asked only with leave, Sotto's own without their adapter", async () => {
  for (const about of [{ parameters: 0.5e9 }, { tier: "strong" as const, parameters: undefined }]) {
    const model = modelOf([REDUCED], { about });
    assert.equal(await reasonFor({ model }), "smallModel");
    assert.equal(model.calls.length, 0);
    const found = await change({ model, allowsSmall: true });
    assert.ok(found.kind === "offered" && found.isSmall);
    assert.equal(model.calls[0].adapter, "tier" in about ? NO_ADAPTER : undefined);
  }
  const server = await change({ model: modelOf([REDUCED], { about: { parameters: undefined } }) });
  assert.ok(server.kind === "offered" && !server.isSmall, "nobody knows how large a server's model is");
});

test("instructions and selections that cannot be asked about ask no model", async () => {
  const model = modelOf([REDUCED]);
  assert.equal(await reasonFor({ model, instruction: " \n" }), "noInstruction");
  assert.equal(await reasonFor({ model, instruction: "a".repeat(2_001) }), "instructionTooLong");
  assert.equal(await reasonFor({ model, text: `\n\n${CODE}`, part: "\n\n" }), "nothingSelected");
  const long = `${CODE}${"export const more = 1;\n".repeat(200)}`;
  assert.equal(await reasonFor({ model, text: long, part: long }), "selectionTooLong");
  assert.equal(await reasonFor({ model, text: `// @generated\n${CODE}` }), "generatedFile");
  assert.equal(await reasonFor({ model, path: ".env" }), "ignoredFile");
  assert.equal(await reasonFor({ model, languageId: "nolang" }), "noTree");
  assert.equal(model.calls.length, 0);
  const dropped = [{ kind: "instruction", path: "a.ts", reason: "budget" }];
  assert.equal(await reasonFor({ model: modelOf([REDUCED], { about: { dropped } }) }), "selectionTooLong");
});

test("in a file of 10,000 lines, and in words of another language", async () => {
  const text = `${"export const filler = 1;\n".repeat(5_000)}${CODE}${"export const filler = 1;\n".repeat(5_000)}`;
  const model = modelOf([REDUCED]);
  assert.equal(
    await changed({ text, model, instruction: "benutze reduce statt der Schleife" }),
    text.replace(LOOP, REDUCED),
  );
  assert.ok(model.calls[0].prompt.instruction!.length < 1_500, "what is far away is not sent");
});

test("a cancel leaves everything as it is, and so does a change of the file meanwhile", async () => {
  const ending = new AbortController();
  const model = modelOf([REDUCED]);
  model.generate = async () => {
    ending.abort();
    return nothing("cancelled");
  };
  await assert.rejects(change({ model, signal: ending.signal }), { name: "Cancelled" });
  const documents = new Documents({ parsers, relativePath: () => "a.ts" });
  const uri = "file:///a.ts";
  const document = documents.open({ uri, languageId: "typescript", version: 1, text: CODE });
  const writing = modelOf([REDUCED]);
  writing.generate = async () => {
    documents.change({ textDocument: { uri, version: 2 }, contentChanges: [{ text: "" }] });
    return { ...nothing("stopSequence"), text: REDUCED };
  };
  const deps = { model: writing, filters: { secrets: true, insecure: true, harmful: true }, allowsSmall: false };
  const request = { document, start: 90, end: 95, instruction: "x" };
  const found = await changeLines(request, deps, new AbortController().signal);
  assert.ok(found.kind === "none" && found.reason === "documentChanged");
});
