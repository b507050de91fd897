import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { documentItem, readCases, sampleCases } from "../../../../cli/evaluation/cases.ts";
import { UserError } from "../../../../common/errors.ts";
import { languageIds } from "../../../../common/syntax/languages.ts";
import { caseOf } from "../../../support/evaluationCases.ts";

const dir = mkdtempSync(path.join(tmpdir(), "sotto-cases-"));
after(() => rmSync(dir, { recursive: true }));

function fileOf(...lines: (object | string)[]): string {
  const file = path.join(dir, "cases.jsonl");
  writeFileSync(file, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  return file;
}

const refused = (message: RegExp) => (error: unknown) => error instanceof UserError && message.test(error.message);

test("cases are read in order, blank lines are skipped, fields that are not ours do no harm", () => {
  const file = fileOf(caseOf({ id: "b" }), "", { ...caseOf({ id: "a" }), target: "x" });
  assert.deepEqual(
    readCases(file).map(({ id }) => id),
    ["b", "a"],
  );
});

test("a line break at the end of the expected text moves to the head of the suffix", () => {
  const [lf, crlf, none] = readCases(
    fileOf(
      caseOf({ id: "1", expected: "a\n", suffix: "b" }),
      caseOf({ id: "2", expected: "a\r\n", suffix: "b" }),
      caseOf({ id: "3", expected: "a", suffix: "b" }),
    ),
  );
  assert.deepEqual([lf.expected, lf.suffix], ["a", "\nb"]);
  assert.deepEqual([crlf.expected, crlf.suffix], ["a", "\r\nb"]);
  assert.deepEqual([none.expected, none.suffix], ["a", "b"]);
});

test("only one line break moves", () => {
  const [value] = readCases(fileOf(caseOf({ expected: "a\n\n", suffix: "b" })));
  assert.deepEqual([value.expected, value.suffix], ["a\n", "\nb"]);
});

test("a line that is no case is named", () => {
  assert.throws(() => readCases(fileOf(caseOf(), "{")), refused(/Line 2 of .* is not JSON/));
  assert.throws(
    () => readCases(fileOf(caseOf(), { ...caseOf({ id: "2" }), prefix: 1 })),
    refused(/Line 2 of .*prefix/),
  );
  assert.throws(() => readCases(fileOf(caseOf(), caseOf())), refused(/Line 2 of .* repeats the id 1/));
  assert.throws(() => readCases(fileOf({ ...caseOf(), test: "x" })), refused(/test and runner belong together/));
  assert.throws(() => readCases(fileOf("")), refused(/holds no case/));
  assert.throws(() => readCases(path.join(dir, "none.jsonl")), refused(/does not exist/));
});

test("a sample is spread evenly", () => {
  const cases = Array.from({ length: 10 }, (_, index) => caseOf({ id: String(index) }));
  const ids = (limit: number | undefined) =>
    sampleCases(cases, limit)
      .map(({ id }) => id)
      .join("");
  assert.equal(ids(5), "02468");
  assert.equal(ids(3), "036");
  assert.equal(ids(99), "0123456789");
  assert.equal(ids(undefined), "0123456789");
});

test("a case may be in any language that is completed, and in no other", () => {
  const cases = readCases(fileOf(...languageIds.map((language) => caseOf({ id: language, language, path: "a" }))));
  assert.deepEqual(
    cases.map((value) => documentItem(value).languageId),
    [...languageIds],
  );
  assert.throws(() => readCases(fileOf(caseOf({ language: "cobol" }))), refused(/language/));
});

test("the language id follows the path where the path says more", () => {
  assert.equal(documentItem(caseOf({ path: "a.tsx" })).languageId, "typescriptreact");
  assert.equal(documentItem(caseOf({ path: "a.jsx", language: "javascript" })).languageId, "javascriptreact");
  assert.equal(documentItem(caseOf({ path: "a.ts" })).languageId, "typescript");
  assert.equal(documentItem(caseOf({ path: "a.py", language: "python" })).languageId, "python");
});
