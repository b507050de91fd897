// Which middles teach next to nothing, and which ordinary ones are none of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { middleFault, SeenMiddles } from "../../../../finetune/data/middleFaults.ts";

test("each fault", () => {
  const faults: [string, string][] = [
    ["signs", ")\n  });"],
    ["data", "[0.125, 1.25, 3.75, 0.5, 12, 24.5, 9]"],
    ["sameLines", '["first", 1],\n  ["second", 2],\n  ["third", 3],\n  ["fourth", 4],'],
    ["longString", `throw new Error("${"many words ".repeat(15)}");`],
    ["notice", "// Licensed under the terms of something"],
    ["imports", "import a from 'a';\nimport b from 'b';"],
  ];
  for (const [fault, middle] of faults) assert.equal(middleFault(middle), fault, middle);
});

test("code that people type has none", () => {
  for (const middle of [
    "self.name = name\n        self.size = size\n        self.parent = parent\n        self.children = children",
    "import os",
    "x, y = 1, 2",
    "if (a === 0) return;\n  if (b === 1) break;\n  run(a, b);",
  ])
    assert.equal(middleFault(middle), undefined, middle);
});

test("the third time a text is a repetition, whatever its white space; short ones may come again and again", () => {
  const seen = new SeenMiddles();
  const long = "return this.options.get(name)?.value;";
  for (const text of [long, `  ${long}\n`]) {
    assert.equal(seen.has(text), false);
    seen.add(text);
  }
  assert.equal(seen.has(`\n    ${long}`), true);
  for (let i = 0; i < 5; i++) seen.add("return None");
  assert.equal(seen.has("return None"), false);
});
