// Which licences have to be accepted by themselves; that the catalog says the same of each of its models as the gate does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogEntries } from "../../../../server/engine/models/catalogEntries.ts";
import { forbidsUses, requireAcceptance } from "../../../../server/engine/models/licences.ts";

test("a licence that is not known to allow every use forbids some, however it is written", () => {
  for (const free of [
    "Apache-2.0",
    "apache-2.0",
    "MIT",
    " mit ",
    "BSD-3-Clause",
    "GPL-3.0-or-later",
    "cc-by-4.0",
    "MPL-2.0",
  ])
    assert.equal(forbidsUses(free), false, free);
  for (const bound of [
    "openrail",
    "bigcode-openrail-m",
    "LicenseRef-BigCode-OpenRAIL-M-1.0",
    "gemma",
    "deepseek",
    "llama3.1",
    "qwen-research",
    "cc-by-nc-4.0",
    "cc-by-nd-4.0",
    "other",
    "apache-2.0-with-conditions",
    "",
  ])
    assert.equal(forbidsUses(bound), true, bound);
});

test("a model of the catalog that may not be used for everything is never brought in unasked", () => {
  for (const { id, name, licence } of catalogEntries) {
    const { spdx, mayBeUsed, note } = licence;
    assert.equal(forbidsUses(spdx), mayBeUsed !== "freely", id);
    if (mayBeUsed === "freely") requireAcceptance(name, spdx, note);
    else assert.throws(() => requireAcceptance(name, spdx, note), { code: "licenceNotAccepted" }, id);
    requireAcceptance(name, spdx, note, true);
  }
  const bound = catalogEntries.filter(({ licence }) => licence.mayBeUsed !== "freely").map(({ family }) => family);
  assert.deepEqual(new Set(bound), new Set(["qwen2.5-coder", "starcoder2", "deepseek-coder", "codegemma"]));
});
