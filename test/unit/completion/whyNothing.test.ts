// Every reason for showing nothing has its own words, which a person can read behind "Nothing shown here: ".

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { WHY_NOTHING, whyNothing } from "../../../src/completion/whyNothing.ts";

/** The names of the closed union, by its source text. */
function reasons(): string[] {
  const source = readFileSync(path.join(packageRoot(import.meta.dirname), "src/completion/outcome.ts"), "utf8");
  const union = source.split("export type NoCompletionReason")[1]!.split("/** Why nothing was read ahead")[0]!;
  return [...union.replace(/\/\/[^\n]*/g, "").matchAll(/"(\w+)"/g)].map(([, name]) => name!);
}

test("each reason has its sentence, and no two the same", () => {
  const names = reasons();
  assert.ok(names.length > 30 && names.includes("disabled") && names.includes("improbable"), names.join(" "));
  assert.deepEqual(Object.keys(WHY_NOTHING).toSorted(), names.toSorted());
  assert.equal(new Set(Object.values(WHY_NOTHING)).size, names.length);
});

test("plain words: a part of a sentence, short, without the reason's own name", () => {
  for (const [reason, why] of Object.entries(WHY_NOTHING)) {
    assert.match(why, /^(?:[a-z]|Sotto)[^.!]*[a-z]$/, reason);
    assert.ok(why.length <= 70 && why.includes(" "), `${reason}: ${why}`);
    assert.ok(!/[a-z][A-Z]/.test(why.replace("Sotto", "")), `${reason}: ${why}`);
  }
});

test("how sure it was is told where that was the reason", () => {
  assert.equal(whyNothing("improbable", 0.214), "not sure enough (0.21)");
  assert.equal(whyNothing("improbable"), "not sure enough");
  assert.equal(whyNothing("syntaxError", 0.9), WHY_NOTHING.syntaxError);
});
