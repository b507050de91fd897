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
export const one: number = knwon + 1;
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

test("what is wrong is listed with its fixes by whichever compiler there is, and --write makes those that are sure", async () => {
  writeFileSync(file, CODE);
  const without = await fix("--json");
  assert.match(JSON.parse(without.stdout).checkedBy, /^TypeScript \d+\.\d+\.\d+ of Sotto$/);
  assert.match(without.stderr, /Checked by TypeScript \d+\.\d+\.\d+ of Sotto\./);

  const folder = path.join(dir, "node_modules", "typescript");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "package.json"), '{"name":"typescript","version":"7.0.2"}');
  const tooNew = await fix("--json");
  assert.match(JSON.parse(tooNew.stdout).checkedBy, / of Sotto$/);
  assert.match(tooNew.stderr, /TypeScript 7\.0\.2 .* has no compiler that Sotto can ask/);
  rmSync(folder, { recursive: true });

  installCompiler();
  const all = JSON.parse((await fix("--json")).stdout);
  assert.match(all.checkedBy, /^TypeScript \d+\.\d+\.\d+ of the workspace$/);
  assert.deepEqual([all.outcome, all.diagnosticsBefore, all.diagnosticsAfter, all.unsure], ["offered", 2, 1, 1]);
  assert.deepEqual(
    all.fixes.map(({ line }: { line: number }) => line),
    [3],
    "what the model wrote is not sure enough",
  );
  const onLine = async (line: string) => JSON.parse((await fix("--json", "--line", line)).stdout);
  const offered = { fixes: [...(await onLine("3")).fixes, ...(await onLine("4")).fixes] };
  assert.deepEqual(
    {
      ...offered,
      fixes: offered.fixes.map(({ message, confidence, ...fix }: Record<string, unknown>) => fix),
    },
    {
      fixes: [
        {
          line: 3,
          code: 2552,
          source: "language",
          title: "`knwon` → `known`, the only name like it",
          edit: { startLine: 3, startColumn: 28, endLine: 3, endColumn: 33, newText: "known" },
          diagnosticsAfter: 1,
        },
        {
          line: 4,
          code: 2554,
          source: "model",
          title: 'add `, "y"`, written by the model',
          edit: { startLine: 4, startColumn: 25, endLine: 4, endColumn: 25, newText: ', "y"' },
          diagnosticsAfter: 1,
        },
      ],
    },
  );
  assert.equal(readFileSync(file, "utf8"), CODE, "nothing is written unasked");
  assert.equal(JSON.parse((await fix("--json", "--line", "4")).stdout).fixes.length, 1);

  const written = JSON.parse((await fix("--json", "--write")).stdout);
  assert.deepEqual([written.outcome, written.diagnosticsBefore, written.diagnosticsAfter], ["written", 2, 1]);
  assert.equal(readFileSync(file, "utf8"), CODE.replace("knwon", "known"));
  assert.equal(JSON.parse((await fix("--json", "--write", "--line", "4")).stdout).outcome, "written", "asked for");
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
