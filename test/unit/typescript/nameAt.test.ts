// What the compiler says of a name at a drawn cursor: its type, where it is defined, and nothing where no name stands.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { KnownName } from "../../../src/typescript/nameAt.ts";
import { folderOf, STRICT_CONFIG } from "./folder.ts";

async function told(t: TestContext, drawing: string): Promise<KnownName | undefined> {
  const folder = folderOf(t, {
    "tsconfig.json": STRICT_CONFIG,
    "rates/rate.ts": "\n\nexport const rate: number = 2;\n",
  });
  const file = `${folder.root}/a.ts`;
  folder.projects.setText(file, drawing.replace("█", ""));
  assert.equal(await folder.projects.build(file), undefined);
  return folder.projects.of(file)!.nameAt(file, drawing.indexOf("█"));
}

const IMPORT = 'import { rate } from "./rates/rate";\n';

test("a name of another file: its type on one line, and its place, also at the name's end", async (t) => {
  const expected: KnownName = {
    name: "rate",
    type: "(alias) const rate: number",
    places: [{ path: "rates/rate.ts", line: 3 }],
    outside: [],
  };
  assert.deepEqual(await told(t, `${IMPORT}const twice = 2 * ra█te;\n`), expected);
  assert.deepEqual(await told(t, `${IMPORT}const twice = 2 * rate█;\n`), expected);
});

test("a name of a library is told by its file alone", async (t) => {
  const found = await told(t, "Mat█h.abs(1);\n");
  assert.equal(found?.name, "Math");
  assert.deepEqual(found?.places, []);
  assert.ok(found?.outside.includes("lib.es5.d.ts"));
});

test("no name: a keyword, a number, a comment, and one that nobody knows", async (t) => {
  assert.equal(await told(t, "ret█urn;\n"), undefined);
  assert.equal(await told(t, "const a = 1█2;\n"), undefined);
  assert.equal(await told(t, "// Ma█th\n"), undefined);
});
