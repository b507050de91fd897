// `sotto tests` with the real compiler and sandbox: what is offered, what the file says, and the reason where there is nothing.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { capturedCli } from "../../support/capturedCli.ts";

const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-tests-cli-")));
after(() => rmSync(dir, { recursive: true }));
const put = (name: string, text: string) => writeFileSync(path.join(dir, name), text);
put("package.json", '{"type":"module","scripts":{"test":"node --test"}}');
put(
  "tsconfig.json",
  '{"compilerOptions":{"strict":true,"lib":["ES2022"],"types":[],"module":"nodenext","allowImportingTsExtensions":true,"noEmit":true,"allowJs":true,"paths":{"@own/*":["./*"]}}}',
);
put("low.ts", "export enum Low { Fair = 50 }\n");
put(
  "grade.ts",
  `import { readFileSync } from "node:fs";
export const read = (name: string) => readFileSync(name, "utf8");
`,
);
put(
  "points.ts",
  `import { Low } from "@own/low";
export function grade(points: number, bonus = false): "good" | "fair" | "poor" {
  if (points < 0) throw new RangeError("No negative points");
  const all = bonus ? points + 10 : points;
  if (all >= 90) return "good";
  return all >= Low.Fair ? "fair" : "poor";
}
export const now = () => Date.now() + Math.random();
export const forever = (n: number) => { for (;;) if (n === -1) n = 0; };
export const wrong = (n: number): string => n;
export const opaque = (n: number) => Symbol(String(n));
export const huge = (n: number) => "x".repeat(1000 + Math.abs(n || 0));
const hidden = (n: number) => n + 1;
export const lost = (n: number) => n - Number("no number");
`,
);
put("old.cjs", "exports.twice = (n) => (n > 3 ? 'many' : n * 2);\n");

mkdirSync(path.join(dir, "own"));
put("own/package.json", '{"type":"module","scripts":{"test":"mocha"}}');
put("own/one.ts", "export const one = 1;\n");
put("own/more.ts", 'import { one } from "./one.js";\nexport const more = (n: number) => (n > 3 ? n : n + one);\n');

const run = (file: string, line: number, ...args: string[]) =>
  capturedCli(["tests", "--root", dir, "--file", path.join(dir, file), "--line", String(line), ...args]);

test("tests reach every branch through an alias and an enum, are written on request only, and pass in the real runner", async () => {
  const told = JSON.parse((await run("points.ts", 4, "--json")).stdout);
  assert.equal(told.outcome, "offered");
  assert.deepEqual([told.runner, told.file], ["node:test", "points.test.ts"]);
  assert.equal(told.branches.after, told.branches.all);
  assert.ok(told.mutants.killed > told.mutants.killedByThrowing && told.mutants.killed * 2 > told.mutants.all);
  assert.match(told.text, /Records what the code does now/);
  assert.match(
    told.text,
    /assert\.throws\(\(\) => grade\(-1\), \{ name: "RangeError", message: "No negative points" \}\)/,
  );
  assert.equal(existsSync(path.join(dir, "points.test.ts")), false, "nothing is written unasked");
});

test("without a test beside it a file is written in the runner's own words, and imports as the module does", async () => {
  const told = JSON.parse((await run("own/more.ts", 2, "--json")).stdout);
  assert.deepEqual([told.runner, told.outcome], ["mocha", "offered"]);
  assert.match(told.text, /^it\(/m);
  assert.doesNotMatch(told.text, /^test\(/m);
  assert.match(told.text, /from "\.\/more\.js"/);
});

test("a written file runs by itself; it is never overwritten", async () => {
  const { stdout } = await run("old.cjs", 1, "--write");
  assert.match(stdout, /^Written: old\.test\.cjs \(node:test\)/);
  assert.match(readFileSync(path.join(dir, "old.test.cjs"), "utf8"), /const \{ twice \} = require\('\.\/old\.cjs'\)/);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  assert.match(
    execFileSync(process.execPath, ["--test", "old.test.cjs"], { cwd: dir, encoding: "utf8", env }),
    /fail 0/,
  );
  assert.match((await run("old.cjs", 1)).stdout, /^old\.twice\.test\.cjs/);
});

for (const [what, file, line, words] of [
  ["time and randomness", "points.ts", 8, /differs from run to run/],
  ["an endless loop", "points.ts", 9, /takes too long/],
  ["a reported problem", "points.ts", 10, /reports a problem on the function/],
  ["a value that cannot be written", "points.ts", 11, /cannot be written down/],
  ["a huge value", "points.ts", 12, /cannot be written down/],
  ["nothing but NaN", "points.ts", 14, /whatever is tried gives NaN/],
  ["a function that is not exported", "points.ts", 13, /no exported function/],
] as const)
  test(`${what}: the reason is told`, async () => {
    const { status, stdout } = await run(file, line);
    assert.equal(status, 0);
    assert.match(stdout, /^No test: /);
    assert.match(stdout, words);
  });

test("what uses files is not run: a skeleton says why", async () => {
  const told = JSON.parse((await run("grade.ts", 2, "--json")).stdout);
  assert.deepEqual([told.outcome, told.reason], ["skeleton", "the code that it reaches uses files"]);
  assert.match(told.text, /import \{ read \} from '\.\/grade\.ts'[\s\S]*test\.todo\('read'\)/);
});
