// The catalog's entries are sound: nothing in them that a download or a manifest would refuse.

import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogEntries, catalogEntry } from "../../../../server/engine/models/catalogEntries.ts";
import { isFileName, isModelId } from "../../../../server/engine/models/manifest.ts";

test("ids and repositories are plain, and each is there once", () => {
  const ids = catalogEntries.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.length >= 8);
  for (const entry of catalogEntries) {
    const { id, repository, files, licence, parameters, downloadBytes, memoryNeedBytes, contextLength } = entry;
    assert.ok(isModelId(id), id);
    assert.match(repository, /^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/);
    assert.ok(files.every((file) => isFileName(file.path)));
    assert.equal(files[0].path, "config.json"); // by which a model that cannot be run is refused first
    assert.ok(licence.mayBeUsed === "freely" || licence.note.endsWith("."), id);
    assert.ok(parameters > 1e8 && downloadBytes > parameters && memoryNeedBytes > parameters, id);
    assert.ok(contextLength >= 2_048);
    assert.equal(catalogEntry(id), entry);
  }
  assert.equal(catalogEntry("gpt"), undefined);
});

test("no hash is claimed that nobody here has computed", () => {
  assert.ok(catalogEntries.every(({ files }) => files.every(({ sha256 }) => sha256 === undefined)));
});
