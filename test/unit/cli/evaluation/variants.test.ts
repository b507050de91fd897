import assert from "node:assert/strict";
import { test } from "node:test";
import { variantsOf } from "../../../../cli/evaluation/variants.ts";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { caseOf } from "../../../support/evaluationCases.ts";

const parsers = await createParsers();

const typescript = caseOf({
  prefix: `import { a } from "./a";
import { b } from "./b";

// adds both
export function total(values: number[]) {
  let sum = 0; // running
  for (const value of values) `,
  expected: "sum += value;",
  suffix: "\n  return sum;\n}\n",
});

const wholeOf = (value: ReturnType<typeof caseOf>) => value.prefix + value.expected + value.suffix;

const edited = (value: ReturnType<typeof caseOf>) => variantsOf(value, parsers).map((variant) => variant.value);

test("variants have names", () => {
  const names = variantsOf(typescript, parsers).map(({ name }) => name);
  assert.deepEqual(names, ["renamedLocal", "moreBlankLines", "rewordedComments", "reversedImports"]);
});

test("each variant changes one thing and keeps the place of the cursor", () => {
  const [renamed, spaced, reworded, reordered, ...more] = edited(typescript);
  assert.deepEqual(more, []);
  assert.equal(renamed.expected, "sumValue += value;");
  assert.ok(renamed.prefix.endsWith("for (const value of values) ") && renamed.suffix.includes("return sumValue;"));
  assert.equal(spaced.prefix.split("\n").length, typescript.prefix.split("\n").length + 3);
  assert.ok(reworded.prefix.includes("// Note that adds both") && reworded.prefix.includes("// Note that running"));
  assert.ok(reordered.prefix.startsWith('import { b } from "./b";\nimport { a } from "./a";\n'));
  for (const variant of [spaced, reworded, reordered]) {
    assert.equal(variant.expected, typescript.expected);
    assert.equal(variant.suffix, typescript.suffix);
  }
});

test("a name that something else carries too is left alone", () => {
  const value = caseOf({
    prefix: "function f(item: Item) {\n  const size = item.size;\n  return ",
    expected: "size;",
    suffix: "\n}\n",
  });
  const [renamed] = edited(value);
  assert.equal(wholeOf(renamed), wholeOf(value).replace(/\bitem\b/g, "itemValue"), "size is a property as well");
});

test("names that the test uses are left alone", () => {
  const value = caseOf({
    prefix: "function f(item: number) {\n  return ",
    expected: "item;",
    suffix: "\n}\n",
    test: "f({ item: 1 })",
    runner: "node",
  });
  assert.deepEqual(edited(value), []);
});

test("Python: keyword arguments and attributes are no locals", () => {
  const value = caseOf({
    language: "python",
    path: "a.py",
    prefix:
      "import os\nfrom a import b\n\n\ndef f(items):\n    size = len(items)\n    b(size=1)\n    # done\n    return ",
    expected: "items",
    suffix: "\n",
  });
  const [renamed, spaced, reworded, reordered] = edited(value);
  assert.equal(renamed.expected, "items_value");
  assert.ok(renamed.prefix.includes("def f(items_value):\n    size = len(items_value)\n"));
  assert.ok(spaced.prefix.includes("\n\n\n\ndef f"));
  assert.ok(reworded.prefix.includes("    # Note that done"));
  assert.ok(reordered.prefix.startsWith("from a import b\nimport os\n"));
});

test("nothing to edit gives no variant", () => {
  assert.deepEqual(edited(caseOf({ prefix: "x = ", expected: "1" })), []);
});
