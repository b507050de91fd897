// Code in another language: what the model is asked, what is told of its answer, and every reason for no translation.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { nothing } from "../../../../server/host/protocol/emptyResults.ts";
import type { GenerateResult, InspectResult, StopReason } from "../../../../server/host/protocol/messages.ts";
import { notesOf } from "../../../../src/actions/translate/notes.ts";
import { NO_TRANSLATION, translated } from "../../../../src/actions/translate/translate.ts";
import type { ModelCall } from "../../../../src/model/completionModel.ts";
import type { Checker } from "../../../../src/typescript/checker.ts";
import type { Problem } from "../../../../src/typescript/problems.ts";
import { CheckFailed } from "../../../../src/typescript/thread.ts";
import { type OpenDocument, openDocument } from "../../../../src/workspace/documents.ts";

const parsers = await createParsers();
const CODE = `import math

def circle_area(radius):
    """The area of a circle."""
    return math.pi * radius ** 2


class Box:
    def volume(self, side):
        return side ** 3
`;
const AREA = "export function circleArea(radius: number): number {\n  return Math.PI * radius ** 2;\n}";
const BOX = "\nexport class Box {\n  volume(side: number): number {\n    return side ** 3;\n  }\n}";

interface Asked {
  text?: string;
  languageId?: string;
  path?: string;
  part?: string;
  to?: string;
  answers?: string[];
  stop?: StopReason;
  about?: Partial<InspectResult>;
  allowsSmall?: boolean;
  checkerOf?(beside: OpenDocument): Promise<Checker | undefined>;
}

async function translate(asked: Asked) {
  const { text = CODE, languageId = "python", path = "src/shapes.py", part, to = "ts", about, checkerOf } = asked;
  const { answers = [AREA + BOX], stop = "stopSequence", allowsSmall = false } = asked;
  const calls: ModelCall[] = [];
  const model = {
    inspect: async (): Promise<InspectResult> => ({
      ...{ pieces: [], dropped: [], prompt: "", tokens: 9, model: "own", parameters: 1.54e9, ...about },
    }),
    async generate(call: ModelCall): Promise<GenerateResult> {
      calls.push(call);
      return { ...nothing(stop), text: answers[calls.length - 1] ?? answers.at(-1)!, model: "own" };
    },
  };
  const document = openDocument({ uri: `file:///w/${path}`, path, languageId, text }, parsers);
  const start = part === undefined ? 0 : text.indexOf(part);
  const found = await translated(
    { document, ...(part !== undefined && { part: { start, end: start + part.length } }), to },
    {
      ...{ model, allowsSmall, filters: { secrets: true, insecure: true, harmful: true } },
      ...(checkerOf && { checkerOf }),
    },
    new AbortController().signal,
  );
  return { found, calls };
}

async function offered(asked: Asked) {
  const { found, calls } = await translate(asked);
  assert.equal(found.kind, "offered", found.kind === "none" ? found.reason : "");
  return { ...found.translation, prompt: calls.at(-1)!.prompt, notes: notesOf(found.translation).join(" ") };
}

async function reasonFor(asked: Asked): Promise<string> {
  const { found } = await translate(asked);
  assert.equal(found.kind, "none");
  assert.ok(NO_TRANSLATION[found.reason].length > 0);
  return found.reason;
}

const checkerOf = (problems: readonly Problem[]): Checker => ({
  problems: async () => [...problems],
  problemsWith: async () => [],
  ownFixes: async () => [],
  faultOf: async () => undefined,
});

test("a whole file: the model gets the code and both languages, and its code block alone is the translation", async () => {
  const { text, parses, problems, missing, target, prompt, notes } = await offered({
    answers: [`${AREA}${BOX}\n\`\`\`\nThis is the same.`],
  });
  assert.equal(text, `${AREA}${BOX}\n`);
  assert.deepEqual([parses, problems, missing, target.name], [true, null, [], "TypeScript"]);
  assert.match(
    prompt.instruction!,
    /^Translate this Python code of src\/shapes\.py into TypeScript:\n```python\nimport math/,
  );
  assert.equal(prompt.prefix, "```typescript\n");
  assert.match(notes, /^It parses as TypeScript\. It was not compiled\. No test was run\. A model has written this/);
});

test("a part stands for whole statements, at the margin, and it is told", async () => {
  const { prompt, lines, notes } = await offered({
    part: "side ** 3",
    answers: ["function volume(side) {\n  return side ** 3;\n}"],
    to: "JavaScript",
  });
  assert.match(prompt.instruction!, /```python\nreturn side \*\* 3\n```/);
  assert.deepEqual([lines.firstLine, lines.lastLine], [9, 9]);
  assert.match(notes, /Whole lines were translated: 10 to 10\./);
  const across = await offered({ part: "return math.pi * radius ** 2\n\n\nclass Box:" });
  assert.match(across.prompt.instruction!, /```python\ndef circle_area[\s\S]*return side \*\* 3\n```/);
});

test("what the checker finds is told and refuses nothing; a file of that name is not there", async () => {
  let path = "";
  const problem: Problem = {
    start: AREA.length + 2,
    end: AREA.length + 3,
    code: 1,
    message: "Not so.",
    isSyntax: false,
  };
  const { problems, notes } = await offered({
    checkerOf: async (beside) => {
      path = `${beside.path} ${beside.uri}`;
      return checkerOf([problem]);
    },
  });
  assert.equal(path, "src/shapes.translated.ts file:///w/src/shapes.translated.ts");
  assert.deepEqual(problems, [{ line: 4, message: "Not so." }]);
  assert.match(notes, /The checker finds 1 problem in it: line 4: Not so\./);
  assert.match((await offered({ checkerOf: async () => checkerOf([]) })).notes, /The checker finds nothing wrong/);
  const late = async () => ({ ...checkerOf([]), problems: async () => Promise.reject(new CheckFailed("late")) });
  assert.equal((await offered({ checkerOf: late })).problems, null);
  assert.match((await offered({ to: "go", answers: ["func F() {}"], checkerOf: late })).notes, /It was not compiled/);
});

test("names that it lacks, places that it leaves to do, and a language without a grammar are told", async () => {
  const { missing, notes } = await offered({ answers: [`// TODO: the rest\n${AREA}`] });
  assert.deepEqual(missing, ["Box", "volume"]);
  assert.match(notes, /Not named in it: Box, volume\. It has 1 TODO\./);
  const kotlin = await offered({ to: "Kotlin", answers: ["fun circleArea(radius: Double) = 1"] });
  assert.equal(kotlin.parses, null);
  assert.match(kotlin.notes, /Whether it parses was not checked: Sotto has no grammar of Kotlin/);
});

test("a first answer that does not parse gets a second try", async () => {
  const { found, calls } = await translate({ answers: ["export function {", AREA] });
  assert.deepEqual([found.kind, calls.length], ["offered", 2]);
});

test("answers that are no translation", async () => {
  assert.equal(await reasonFor({ answers: ["\n"] }), "emptyAnswer");
  assert.equal(await reasonFor({ answers: [CODE] }), "unchanged");
  assert.equal(await reasonFor({ answers: ["export function {"] }), "syntaxError");
  assert.equal(await reasonFor({ stop: "maxTokens" }), "answerCut");
  assert.equal(await reasonFor({ stop: "noConversation" }), "noTemplate");
  assert.equal(await reasonFor({ about: { model: "another" } }), "otherModel");
  const token = ["ghp", "x9".repeat(18)].join("_");
  assert.equal(await reasonFor({ answers: [`const token = "${token}";`] }), "secret");
});

test("what cannot be asked about asks no model", async () => {
  const asked = [
    [{ to: "klingon" }, "unknownLanguage"],
    [{ to: "JSON" }, "unknownLanguage"],
    [{ to: "Python" }, "sameLanguage"],
    [{ path: ".env" }, "ignoredFile"],
    [{ text: "\n\n" }, "nothingSelected"],
    [{ text: CODE.repeat(20) }, "selectionTooLong"],
    [{ text: `token = "${["ghp", "x9".repeat(18)].join("_")}"\n` }, "selectionHoldsSecret"],
    [{ about: { parameters: 0.5e9 } }, "smallModel"],
    [{ about: { dropped: [{ kind: "instruction", path: "a", reason: "budget" }] } }, "selectionTooLong"],
  ] as const satisfies readonly [Asked, string][];
  for (const [one, reason] of asked) {
    const { found, calls } = await translate(one);
    assert.deepEqual([found.kind === "none" && found.reason, calls.length], [reason, 0], reason);
  }
});

test("a small model writes with leave, and that is told", async () => {
  const { isSmall, notes } = await offered({ about: { tier: "strong" }, allowsSmall: true });
  assert.ok(isSmall);
  assert.match(notes, /below 1\.5 billion parameters has written this: expect that it is wrong/);
});
