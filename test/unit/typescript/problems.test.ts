// What is wrong with a file, the compiler's own fixes, and whether a change is one: by programs of small folders.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import ts from "typescript";
import { isWorse, type TextChange, withChanges } from "../../../src/typescript/problems.ts";
import { Projects } from "../../../src/typescript/projects.ts";
import { folderOf, STRICT_CONFIG } from "./folder.ts";

async function projectOf(t: TestContext, text: string, files: Record<string, string> = {}) {
  const folder = folderOf(t, { "tsconfig.json": STRICT_CONFIG, "a.ts": text, ...files });
  const file = `${folder.root}/a.ts`;
  folder.projects.setText(file, text);
  assert.equal(await folder.projects.build(file), undefined);
  const project = folder.projects.of(file)!;
  const change = (from: string, to: string): TextChange[] => {
    const start = text.indexOf(from);
    return [{ start, end: start + from.length, newText: to }];
  };
  return { file, project, text, change };
}

test("problems have a place, a code and a sentence, syntax errors among them", async (t) => {
  const { file, project, text } = await projectOf(t, "const known = 1;\nknwon + 1;\nconst a: string = 2;\nf(;\n");
  const problems = project.problems(file)!;
  assert.deepEqual(
    problems.map(({ start, end, code, isSyntax }) => [text.slice(start, end), code, isSyntax]),
    [
      ["knwon", 2552, false],
      ["a", 2322, false],
      ["f", 2304, false],
      [";", 1005, true],
    ],
  );
  assert.match(problems[0].message, /Cannot find name 'knwon'\. Did you mean 'known'\?/);
  assert.equal(project.problems(`${file}x`), undefined);
});

test("the compiler's own fixes of this file are found, and pass as fixes", async (t) => {
  const { file, project, text } = await projectOf(t, "const known = 1;\nexport const b = knwon + 1;\n");
  const before = project.problems(file)!;
  const fixes = project.ownFixes(file, before[0]);
  const texts = fixes.map(({ changes }) => withChanges(text, changes));
  assert.ok(texts.includes("const known = 1;\nexport const b = known + 1;\n"), texts.join("---"));
  const verdicts = fixes.map(({ changes }) => project.faultOf(file, changes, before[0], before));
  assert.ok(verdicts.includes(undefined), `${verdicts}`);
  assert.equal(project.problems(file)!.length, before.length, "the file is as it was");
});

test("a missing import is found in another file", async (t) => {
  const { file, project, text } = await projectOf(t, "export const b = helper(1);\n", {
    "helper.ts": "export const helper = (n: number) => n;\n",
  });
  const before = project.problems(file)!;
  const texts = project.ownFixes(file, before[0]).map(({ changes }) => withChanges(text, changes));
  assert.ok(
    texts.some((fixed) => /^import \{ helper \} from "\.\/helper";/.test(fixed)),
    texts.join("---"),
  );
});

test("what is no fix: the problem stays, another one comes, the text is broken, an importing file is broken", async (t) => {
  const text = "export const one = { here: 1 };\nexport const two = one.hare;\n";
  const { file, project, change } = await projectOf(t, text, {
    "b.ts": 'import { one, two } from "./a";\nexport const sum: number = one.here + two;\n',
  });
  const before = project.problems(file)!;
  const faultOf = (from: string, to: string) => project.faultOf(file, change(from, to), before[0], before);
  assert.equal(before.length, 1);
  assert.equal(faultOf("hare", "here"), undefined);
  assert.equal(faultOf("{ here: 1 }", "{ here: 2 }"), "stays");
  assert.equal(faultOf("one.hare", "eins.here"), "newProblem");
  assert.equal(faultOf("one.hare;", "(one.here;"), "syntaxError");
  assert.equal(faultOf("one.hare", "String(one.here)"), "breaksOther");
  assert.equal(faultOf("one = { here: 1 }", "one = { hare: 1 }"), "breaksOther");
});

test("several changes are put in at once, whatever their order", () => {
  const changes = [
    { start: 4, end: 5, newText: "X" },
    { start: 0, end: 0, newText: "a " },
  ];
  assert.equal(withChanges("one two", changes), "a one Xwo");
});

test("a candidate at which the compiler itself throws is no fix, and the next one is judged as ever", async (t) => {
  const failing: typeof ts = {
    ...ts,
    createLanguageService: (...args) => {
      const service = ts.createLanguageService(...args);
      const getProgram = () => {
        const program = service.getProgram()!;
        const getSemanticDiagnostics = (source?: ts.SourceFile) => {
          if (source?.text.includes("trap")) throw new Error("Debug Failure. No error for last overload signature");
          return program.getSemanticDiagnostics(source);
        };
        return { ...program, getSemanticDiagnostics };
      };
      return { ...service, getProgram };
    },
  };
  const text = "const known = 1;\nexport const b = knwon + 1;\n";
  const { root } = folderOf(t, { "tsconfig.json": STRICT_CONFIG, "a.ts": text });
  const projects = new Projects(failing, { root });
  const checker = await projects.checkerOf(`${root}/a.ts`, text);
  assert.ok("problems" in checker);
  const before = await checker.problems();
  const start = text.indexOf("knwon");
  const faultOf = (newText: string) => checker.faultOf([{ start, end: start + 5, newText }], before[0], before);
  assert.equal(await faultOf("trap"), "compilerFailed");
  assert.equal(await faultOf("known"), undefined);
  assert.deepEqual(await checker.problems(), before, "the file is as it was");
});

test("a name that is not found is the same problem with the compiler's hint and without: it gives only a few hints", () => {
  const at = { start: 0, end: 1, isSyntax: false };
  const plain = { ...at, code: 2304, message: "Cannot find name 'Buffer'." };
  const hinted = { ...at, code: 2552, message: "Cannot find name 'Buffer'. Did you mean 'buffer'?" };
  assert.equal(isWorse([plain], [hinted]), false);
  assert.equal(isWorse([hinted], [plain]), false);
  assert.equal(isWorse([plain], [hinted, plain]), true);
});
