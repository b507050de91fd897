// `sotto pieces` with the real compiler: what is listed, what --write does to the file, and what is said where there is nothing.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { capturedCli } from "../../support/capturedCli.ts";

const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-pieces-")));
after(() => rmSync(dir, { recursive: true }));
writeFileSync(path.join(dir, "package.json"), "{}");
writeFileSync(path.join(dir, "tsconfig.json"), '{"compilerOptions":{"strict":true,"lib":["ES2022"],"types":[]}}');
const file = path.join(dir, "a.ts");
const CODE = `export function f(mode: "fast" | "slow") {
  switch (mode) {
    case "fast":
      return 1;
  }
}
`;

const pieces = (...args: string[]) => capturedCli(["pieces", "--root", dir, "--file", file, ...args]);

test("pieces are listed with their edits, and --write puts the first into the file", async () => {
  writeFileSync(file, CODE);
  const listed = JSON.parse((await pieces("--line", "2", "--json")).stdout);
  assert.equal(listed.outcome, "offered");
  assert.deepEqual(
    listed.pieces.map(({ title }: { title: string }) => title),
    ['Add the missing case "slow"', 'Add the missing case "slow" and a default of type never'],
  );
  assert.match((await pieces("--line", "2")).stdout, /^Add the missing case "slow"\n\+ {5}case "slow":\n/);
  assert.equal(readFileSync(file, "utf8"), CODE, "nothing is written unasked");

  assert.match((await pieces("--line", "2", "--write")).stdout, /written/);
  assert.match(readFileSync(file, "utf8"), /case "slow":\n {6}throw new Error\("Not handled yet: slow"\);\n {2}\}/);
  const again = JSON.parse((await pieces("--line", "2", "--json")).stdout);
  assert.deepEqual([again.outcome, again.pieces], ["none", []]);
  assert.match((await pieces("--line", "2")).stdout, /^No piece: nothing is missing there/);
});

test("a kind that is none, and a line that is missing, are told", async () => {
  writeFileSync(file, CODE);
  assert.match((await pieces("--line", "2", "--kind", "members")).stdout, /No piece: nothing of the kind members/);
  const { status, stderr } = await pieces("--line", "2", "--kind", "verse");
  assert.deepEqual([status, /--kind takes one of cases/.test(stderr)], [2, true]);
  assert.match((await pieces()).stderr, /--line is missing/);
});
