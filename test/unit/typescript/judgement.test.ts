// Suggestions of a case judged by the compiler, held against the expected text.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { type EvaluationCase, readCases } from "../../../cli/evaluation/cases.ts";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { judge } from "../../../lab/fit/judgement.ts";

const value: EvaluationCase = {
  id: "one",
  source: "test",
  licence: "Apache-2.0",
  language: "typescript",
  kind: "line",
  path: "src/here.ts",
  prefix: 'import { far } from "./far";\nconst text = "near";\nexport const a = ',
  suffix: ";\n",
  expected: "far(text.trim(), notYetThere)",
};

const unknown = async (text: string, changed: Partial<EvaluationCase> = {}) =>
  (await judge({ ...value, ...changed }, text))?.unknown.map(({ kind, name }) => `${kind} ${name}`).join();

test("a case alone: names, members of known types, and what the expected text does not know either", async () => {
  assert.equal(await unknown("far(text.trim())"), "");
  assert.equal(await unknown("far.whatever(text.strip(), txet)"), "member strip,name txet");
  assert.equal(await unknown("notYetThere"), "");
  assert.equal(await unknown("anything", { language: "python" }), undefined);
});

test("a case of this repository is judged in its project", async () => {
  const cases = readCases(path.join(packageRoot(import.meta.dirname), "test", "eval", "own.jsonl"));
  const own = cases.find(({ id }) => id.startsWith("own/sotto/common/util/cacheDir.ts/"));
  assert.ok(own, "there is a case of that file");
  const judged = await judge(own, `${own.expected}\nlet brought: typeof import("./packageRoot.ts").packageRot;\n`);
  assert.deepEqual(judged?.unknown, [{ name: "packageRot", kind: "member" }]);
});
