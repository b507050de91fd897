// `sotto explain-here`: the definition around a line, the name there as the compiler says, and what is said where neither is known.

import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { capturedCli } from "../../support/capturedCli.ts";

const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-explain-here-")));
after(() => rmSync(dir, { recursive: true }));
const put = (name: string, text: string) => writeFileSync(path.join(dir, name), text);
put("package.json", "{}");
put("rate.ts", "export const rate: number = 2;\n");
put("a.ts", 'import { rate } from "./rate";\nexport function price(n: number) {\n  return n * rate;\n}\n');
put("a.py", "def price(n):\n    return n\n\nprice(1)\n");

const explainHere = (file: string, ...args: string[]) =>
  capturedCli(["explain-here", "--root", dir, "--file", path.join(dir, file), ...args]);

test("the name at the column comes first, then the definition around it", async () => {
  const { stdout } = await explainHere("a.ts", "--line", "3", "--column", "14");
  assert.match(
    stdout,
    /^# function price\n[\s\S]*- `rate`: `\(alias\) const rate: number`\n- `rate` is defined at \[rate\.ts:1\]/,
  );
});

test("outside of definitions the name alone is told", async () => {
  const { stdout } = await explainHere("a.ts", "--line", "1", "--column", "11");
  assert.match(stdout, /^# rate\n/);
  assert.match(stdout, /No definition stands around that place, so nothing more is told/);
});

test("where no name is told of a column that was asked for, a line says why; where nothing is, one error does", async () => {
  assert.match(
    (await explainHere("a.ts", "--line", "3", "--column", "1")).stdout,
    /--column chooses another place of the line/,
  );
  assert.match(
    (await explainHere("a.py", "--line", "2", "--column", "1")).stdout,
    /is told of TypeScript and JavaScript only/,
  );
  assert.doesNotMatch((await explainHere("a.py", "--line", "2")).stdout, /is told of TypeScript/);
  const { status, stderr } = await explainHere("a.py", "--line", "4");
  assert.deepEqual([status, /no definition stands around that place/.test(stderr)], [1, true]);
});
