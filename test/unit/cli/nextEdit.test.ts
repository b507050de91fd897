// `sotto next-edit` on files that are written here: what is told, and what is refused.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { textsOfPatch } from "../../../cli/patch.ts";
import { runCli } from "../../../cli/run.ts";

const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-next-edit-")));
after(() => rmSync(dir, { recursive: true }));
const file = path.join(dir, "a.ts");
const patch = path.join(dir, "a.patch");
const CODE = "log(a, 1);\nlog(b, 1);\nlog(c, 1);\n";
const HUNKS = "--- a/a.ts\n+++ b/a.ts\n@@ -1 +1 @@\n-log(a, 1);\n+log(a, 2);\n@@ -2 +2 @@\n-log(b, 1);\n+log(b, 2);\n";

async function nextEdit(text: string, hunks: string, ...args: string[]) {
  writeFileSync(file, text);
  writeFileSync(patch, hunks);
  let stdout = "";
  let stderr = "";
  const status = await runCli(["next-edit", "--root", dir, "--file", file, "--patch", patch, ...args], {
    stdout: (line) => {
      stdout += line;
    },
    stderr: (line) => {
      stderr += line;
    },
    loadModel: () => Promise.reject(new Error("no model is needed")),
    signal: new AbortController().signal,
  });
  return { status, stdout, stderr };
}

test("the places after the last hunk are told, and the file stays as it is", async () => {
  const { status, stdout } = await nextEdit(CODE, HUNKS, "--json");
  const { outcome, places, proof } = JSON.parse(stdout);
  assert.deepEqual([status, outcome, proof.examples], [0, "offered", 2]);
  assert.deepEqual(places, [{ file: "a.ts", line: 3, column: 8, oldText: "1", newText: "2" }]);
  assert.equal(readFileSync(file, "utf8"), CODE);
});

test("what the compiler tells of other files is told with the file", async () => {
  writeFileSync(
    path.join(dir, "tsconfig.json"),
    '{ "compilerOptions": { "strict": true, "lib": ["ES2022"], "types": [] } }',
  );
  writeFileSync(path.join(dir, "user.ts"), 'import { old } from "./a";\n\nexport const b = old;\n');
  const hunk = "@@ -1 +1 @@\n-export const old = 1;\n+export const fresh = 1;\n";
  const { stdout } = await nextEdit("export const old = 1;\n", hunk, "--json");
  const { kind, places } = JSON.parse(stdout);
  assert.equal(kind, "rename");
  assert.deepEqual(places, [
    { file: "user.ts", line: 1, column: 10, oldText: "old", newText: "fresh" },
    { file: "user.ts", line: 3, column: 18, oldText: "old", newText: "fresh" },
  ]);
});

test("where nothing is offered the reason is told", async () => {
  const none = await nextEdit(CODE, HUNKS.slice(0, HUNKS.indexOf("@@ -2")));
  assert.equal(none.status, 0);
  assert.match(none.stdout, /^Nothing is offered: /);
  const generated = await nextEdit(`// @generated\n${CODE}`, "@@ -2 +2 @@\n-log(a, 1);\n+log(a, 2);\n");
  assert.match(generated.stdout, /written by a generator/);
});

test("a patch that does not fit, is empty or of several files is one clear error", async () => {
  const { status, stderr } = await nextEdit("other\n", HUNKS);
  assert.equal(status, 1);
  assert.match(stderr, /Hunk 1 of .* does not fit the file/);
  assert.match((await nextEdit(CODE, "words\n")).stderr, /has no hunk/);
  assert.match((await nextEdit(CODE, HUNKS + HUNKS)).stderr, /several files/);
});

test("the last text of a patch is the text that it was made for", () => {
  const line = fc.constantFrom("a", "b", "-- c", "", "++ d");
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), fc.array(line), fc.nat(), fc.nat(), (lines, added, from, count) => {
      const start = from % lines.length;
      const removed = lines.slice(start, start + (count % 4) + 1);
      const hunk = [
        `@@ -${start + 1},${removed.length} +${start + 1},${added.length} @@`,
        ...removed.map((one) => `-${one}`),
        ...added.map((one) => `+${one}`),
      ];
      const wanted = [...lines.slice(0, start), ...added, ...lines.slice(start + removed.length)].join("\n");
      assert.deepEqual(textsOfPatch(lines.join("\n"), hunk.join("\n"), "p"), [wanted]);
    }),
  );
});
