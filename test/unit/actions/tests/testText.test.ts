// The text of a test file: what stands for a throw.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { House } from "../../../../src/actions/tests/house.ts";
import { testText } from "../../../../src/actions/tests/testText.ts";

const house: House = {
  runner: "vitest",
  isMissing: false,
  file: "/m.test.js",
  specifier: "./m.js",
  isRequired: false,
  word: "test",
  style: { quote: '"', semicolon: ";", indent: "  ", newline: "\n" } as House["style"],
};
const thrown = { kind: "throws", text: '{"name":"OwnError","message":"no"}', isAsync: false } as const;
const named = { name: "f", exported: "f" };

test("a throw is told by its name and message, so that a class that is not exported does, too", () => {
  const wanted = '{ name: "OwnError", message: "no" }';
  const text = (runner: House["runner"], isAsync = false) =>
    testText({ ...house, runner }, named, [{ call: "(1)", outcome: { ...thrown, isAsync } }]);
  for (const runner of ["vitest", "jest"] as const) {
    assert.ok(text(runner).includes(`expect(() => f(1)).toThrow(expect.objectContaining(${wanted}));`));
    assert.ok(text(runner, true).includes(`await expect(f(1)).rejects.toThrow(expect.objectContaining(${wanted}));`));
  }
  assert.ok(text("mocha").includes(`assert.throws(() => f(1), ${wanted});`));
});
