// `sotto fix` with the real compiler and a model that says one thing: what is printed, and what --write does to the file.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { runCli } from "../../../cli/run.ts";
import { fakeModel } from "../../support/fakeModel.ts";

const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-fix-")));
after(() => rmSync(dir, { recursive: true }));
writeFileSync(path.join(dir, "package.json"), "{}");
writeFileSync(path.join(dir, "tsconfig.json"), '{"compilerOptions":{"strict":true,"lib":["ES2022"],"types":[]}}');
const file = path.join(dir, "a.ts");
const CODE = `declare function add(a: number, b: string): number;
const known = 1;
export const one = add(knwon, "x");
export const two = add(1);
`;
const FIXED = CODE.replace("knwon", "known").replace("add(1)", 'add(1, "y")');

function installCompiler(): void {
  const compiler = path.dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  mkdirSync(path.join(dir, "node_modules"), { recursive: true });
  symlinkSync(compiler, path.join(dir, "node_modules", "typescript"));
}

async function fix(...args: string[]) {
  let stdout = "";
  let stderr = "";
  const status = await runCli(["fix", "--root", dir, "--file", file, ...args], {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    loadModel: async () => fakeModel(({ prefix }) => (prefix.endsWith("add(1, ") ? '"y"' : "x")),
    signal: new AbortController().signal,
  });
  return { status, stdout, stderr };
}

test("without a compiler it says so; with one, what is wrong is listed with its fixes, and --write makes them", async () => {
  writeFileSync(file, CODE);
  const without = await fix();
  assert.equal(without.status, 1);
  assert.match(without.stderr, /has no TypeScript that Sotto can ask/);

  installCompiler();
  const { ms, ...offered } = JSON.parse((await fix("--json")).stdout);
  assert.equal(typeof ms, "number");
  assert.deepEqual(
    {
      ...offered,
      fixes: offered.fixes.map(({ message, ...fix }: Record<string, unknown>) => fix),
    },
    {
      ...{ outcome: "offered", diagnosticsBefore: 2, diagnosticsAfter: 0 },
      fixes: [
        {
          line: 3,
          code: 2552,
          source: "language",
          edit: { startLine: 3, startColumn: 24, endLine: 3, endColumn: 29, newText: "known" },
          diagnosticsAfter: 1,
        },
        {
          line: 4,
          code: 2554,
          source: "model",
          edit: { startLine: 4, startColumn: 25, endLine: 4, endColumn: 25, newText: ', "y"' },
          diagnosticsAfter: 1,
        },
      ],
    },
  );
  assert.equal(readFileSync(file, "utf8"), CODE, "nothing is written unasked");
  assert.equal(JSON.parse((await fix("--json", "--line", "4")).stdout).fixes.length, 1);

  const written = JSON.parse((await fix("--json", "--write")).stdout);
  assert.deepEqual([written.outcome, written.diagnosticsBefore, written.diagnosticsAfter], ["written", 2, 0]);
  assert.equal(readFileSync(file, "utf8"), FIXED);
  assert.match((await fix()).stdout, /^Nothing is wrong there\.$/m);
});

test("Python is checked by its own text, without a compiler", async () => {
  const python = path.join(dir, "a.py");
  writeFileSync(python, "def length(items):\n    return len(itmes)\n");
  const written = JSON.parse((await fix("--file", python, "--json", "--write")).stdout);
  assert.deepEqual([written.outcome, written.diagnosticsBefore, written.diagnosticsAfter], ["written", 1, 0]);
  assert.equal(readFileSync(python, "utf8"), "def length(items):\n    return len(items)\n");
});

test("what cannot be fixed here is said", async () => {
  writeFileSync(path.join(dir, "a.go"), "package a\n");
  const { status, stderr } = await fix("--file", path.join(dir, "a.go"));
  assert.equal(status, 1);
  assert.match(stderr, /is neither TypeScript, JavaScript nor Python/);
});
