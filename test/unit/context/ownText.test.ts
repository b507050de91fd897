// The document's own text as a prompt has it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ownText } from "../../../src/context/ownText.ts";

test("what an editor closes by itself behind the cursor is left out", () => {
  for (const rest of [")", " })", '")', "]);", "`"])
    assert.equal(ownText("call(", `${rest}\nnext();`).suffix, "\nnext();");
});

test("other text of the line stays, and so does a bracket that stands on a line of its own", () => {
  assert.equal(ownText("call(", "a)\n").suffix, "a)\n");
  assert.equal(ownText("call(", "\n)").suffix, "\n)");
  assert.equal(ownText("if (a) {\n  ", "}\n").suffix, "}\n");
});

test("a secret in a line above or below is redacted and counted; the cursor's line stays as it is", () => {
  const planted = ["tr0ub4dor", "3"].join("&");
  const line = `const password = "${planted}";`;
  assert.deepEqual(ownText(`${line}\n${line}`, `a\n${line}`), {
    prefix: `const password = "<redacted>";\n${line}`,
    suffix: 'a\nconst password = "<redacted>";',
    found: { keyword: 2 },
  });
});
