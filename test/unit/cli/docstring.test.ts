// `sotto docstring` with a model that says one thing: what is printed, and what --write does to the file.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { runCli } from "../../../cli/run.ts";
import { fakeModel } from "../../support/fakeModel.ts";

const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-docstring-")));
after(() => rmSync(dir, { recursive: true }));
writeFileSync(path.join(dir, "package.json"), "{}");
const file = path.join(dir, "a.ts");
const CODE = "class A {\n  count(): number {\n    return items.length;\n  }\n}\n";
const DOCSTRING = "/** Counts all items. */";

async function docstring(args: string[], says = "counts all items") {
  let stdout = "";
  let stderr = "";
  const status = await runCli(["docstring", "--root", dir, "--file", file, ...args], {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    loadModel: async () => fakeModel(({ prefix }) => (prefix.endsWith("Counts") ? says.replace("counts", "") : says)),
    signal: new AbortController().signal,
  });
  return { status, stdout, stderr };
}

test("a docstring is printed, and with --write put into the file; a second time there is nothing to do", async () => {
  writeFileSync(file, CODE);
  const { status, stdout } = await docstring(["--line", "2", "--json"]);
  assert.equal(status, 0);
  const { ms, ...printed } = JSON.parse(stdout);
  assert.equal(typeof ms, "number");
  assert.deepEqual(printed, {
    ...{ outcome: "offered", reason: null, text: DOCSTRING, style: "tsdoc" },
    ...{ checked: { params: true, returns: true, throws: true }, faults: [] },
  });
  assert.equal(readFileSync(file, "utf8"), CODE, "nothing is written unasked");

  assert.equal(JSON.parse((await docstring(["--line", "2", "--json", "--write"])).stdout).outcome, "written");
  const written = CODE.replace("  count()", `  ${DOCSTRING}\n  count()`);
  assert.equal(readFileSync(file, "utf8"), written);
  const again = JSON.parse((await docstring(["--line", "3", "--json", "--write"])).stdout);
  assert.deepEqual([again.outcome, again.reason, again.text], ["none", "documented", ""]);
  assert.equal(readFileSync(file, "utf8"), written);
});

test("--all writes what is exported and has none, as one change, and tells what got none", async () => {
  const code = "export class A {\n  count(): number {\n    return items.length;\n  }\n}\n";
  writeFileSync(file, code);
  const { stdout, stderr } = await docstring(["--all", "--json", "--write"]);
  const { outcome, docstrings, left } = JSON.parse(stdout);
  assert.deepEqual(
    [outcome, docstrings.map(({ name }: { name: string }) => name), left],
    ["written", ["A", "count"], []],
  );
  assert.match(stderr, /1 of 2: A\n2 of 2: count/);
  assert.equal(
    readFileSync(file, "utf8"),
    code.replace("export", "/** Counts all items. */\nexport").replace("  count()", `  ${DOCSTRING}\n  count()`),
  );
  assert.match(
    (await docstring(["--all"])).stdout,
    /^No docstrings: the docstring that is there says what the code does/,
  );
});

test("what cannot be done is said", async () => {
  writeFileSync(file, CODE.replace("return", "const all = items;\n    return"));
  assert.match(
    (await docstring(["--line", "2"], "throws it all away")).stdout,
    /^No docstring: the model has found no/,
  );
  assert.match((await docstring(["--line", "7"])).stdout, /^No docstring: no definition stands there\.$/m);
  const wrong = await docstring(["--line", "2", "--style", "google"]);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /google is no style of typescript/);
});
