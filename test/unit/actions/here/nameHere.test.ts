// What the editor's providers say of a name, as lines of a page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { markdownOf } from "../../../../src/actions/factPage/markdown.ts";
import { hereAt } from "../../../../src/actions/here/here.ts";
import { typeInHover } from "../../../../src/editor/hoverType.ts";
import type { ToldName } from "../../../../src/protocol/summary.ts";
import { openDocument } from "../../../../src/workspace/documents.ts";

const parsers = await createParsers();

async function page(text: string, named: ToldName): Promise<string> {
  const document = openDocument({ uri: "file:///a", path: "a.ts", languageId: "typescript", text }, parsers);
  const found = await hereAt(document, text.length - 2, undefined, new AbortController().signal, named);
  return "reason" in found ? found.reason : markdownOf(found);
}

const rate: ToldName = {
  name: "rate",
  type: "const rate: number",
  places: [{ path: "src/rates.ts", line: 3 }],
  outside: ["lib.es5.d.ts"],
};

test("the type of a hover is its first block of code, on one line, and no longer than fits", () => {
  assert.equal(
    typeInHover(["Docs", "```typescript\nconst rate: {\n    of: number;\n}\n```\nMore"]),
    "const rate: { of: number; }",
  );
  assert.equal(typeInHover(["no code", "`rate`"]), undefined);
  assert.equal(typeInHover([`\`\`\`ts\n${"x".repeat(1_000)}\n\`\`\``])?.length, 402);
});

test("before the definition: what the name is, and where it is defined, here and elsewhere", async () => {
  const text = await page("function f() {\n  return rate;\n}", rate);
  assert.match(text, /^# function f\n/);
  assert.match(
    text,
    /## The name at the cursor\n\n- `rate`: `const rate: number`\n- `rate` is defined at \[src\/rates\.ts:3\]/,
  );
  assert.match(text, /- `rate` is defined outside of this folder, in `lib\.es5\.d\.ts`/);
});

test("where no definition stands around the place, the name alone is told", async () => {
  const text = await page("rate;\n", { ...rate, outside: [] });
  assert.match(text, /^# rate\n/);
  assert.match(text, /is defined at .*\n\n.*No definition stands around that place/s);
});
