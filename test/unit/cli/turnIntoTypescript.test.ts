// `sotto turn-into-typescript`: the diff, what is written and what is not, and its reasons.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { renameDiff } from "../../../cli/renameDiff.ts";
import { capturedCli } from "../../support/capturedCli.ts";

const JS = "// Doubles.\n\n/** @param {number} x the number */\nexport const twice = (x) => x * 2;\n";

function folder(t: TestContext, files: Record<string, string>): string {
  const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-turn-")));
  t.after(() => rmSync(dir, { recursive: true }));
  for (const [name, text] of Object.entries({ "package.json": "{}", ...files }))
    writeFileSync(path.join(dir, name), text);
  return dir;
}

const run = (dir: string, file: string, ...args: string[]) =>
  capturedCli(["turn-into-typescript", "--root", dir, "--file", path.join(dir, file), ...args]);

test("a diff with a rename is shown, and nothing is written", async (t) => {
  const dir = folder(t, { "a.js": JS, "b.js": 'import { twice } from "./a.js";\ntwice(1);\n' });
  const { stdout } = await run(dir, "a.js");
  assert.match(
    stdout,
    /^diff --git a\/a\.js b\/a\.ts\nrename from a\.js\nrename to a\.ts\n--- a\/a\.js\n\+\+\+ b\/a\.ts\n@@ -1,5 \+1,5 @@\n/,
  );
  assert.match(stdout, /-export const twice = \(x\) => x \* 2;/);
  assert.match(stdout, /\+export const twice = \(x: number\) => x \* 2;/);
  assert.match(
    stdout,
    /1 of 1 parameter has a type\. The compiler finds no new problem in it or in the file that uses it\./,
  );
  assert.equal(readFileSync(path.join(dir, "a.js"), "utf8"), JS);
  assert.ok(!existsSync(path.join(dir, "a.ts")));
});

test("with --write the file has its new name and text", async (t) => {
  const dir = folder(t, { "a.js": JS });
  const told = JSON.parse((await run(dir, "a.js", "--write", "--json")).stdout);
  assert.deepEqual([told.outcome, told.file, told.parameters], ["written", "a.ts", { all: 1, typed: 1, unknown: 0 }]);
  assert.ok(!existsSync(path.join(dir, "a.js")));
  assert.equal(readFileSync(path.join(dir, "a.ts"), "utf8"), told.text);
});

test("what cannot be turned stays, with a reason", async (t) => {
  const dir = folder(t, { "a.js": "let = ;\n", "b.js": JS, "b.ts": "", "c.ts": "" });
  assert.match((await run(dir, "a.js", "--write")).stdout, /^Not turned: it has a syntax error \(line 1: /);
  assert.match(
    (await run(dir, "b.js", "--write")).stdout,
    /^Not turned: there is a file with its new name already \(b\.ts\)/,
  );
  assert.match((await run(dir, "c.ts")).stdout, /^Not turned: it is TypeScript already/);
  assert.match((await run(dir, "none.js")).stderr, /does not exist/);
  assert.ok(existsSync(path.join(dir, "a.js")) && existsSync(path.join(dir, "b.js")));
});

test("a diff has its hunks apart, each with three lines around it", () => {
  const text = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`).join("\n");
  const at = (line: string) => ({ start: text.indexOf(`${line}\n`), end: text.indexOf(`${line}\n`) + line.length });
  const diff = renameDiff("a.js", "a.ts", text, [
    { ...at("line 2"), newText: "two\nmore" },
    { ...at("line 15"), newText: "fifteen" },
  ]);
  assert.deepEqual(
    diff.split("\n").filter((line) => /^[@+-]/.test(line)),
    [
      "--- a/a.js",
      "+++ b/a.ts",
      "@@ -1,5 +1,6 @@",
      "-line 2",
      "+two",
      "+more",
      "@@ -12,7 +13,7 @@",
      "-line 15",
      "+fifteen",
    ],
  );
});
