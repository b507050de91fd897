// The name under which a model is counted: no name of a workspace in it, and what it was made of can be told again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { countedModel, modelKey, modelName } from "../../../src/feedback/modelKey.ts";

test("an adapter is told by a hash, with and without; ids are taken as they are", () => {
  const dir = "/data/workspaces/5e1f/adapters/secret-shop-3";
  const [used, rested] = [false, true].map((isRested) => modelKey("smollm2-135m", { dir, rested: isRested }));
  assert.match(used!, /^smollm2-135m\+[0-9a-f]{8}$/);
  assert.match(rested!, /^smollm2-135m~[0-9a-f]{8}$/);
  assert.equal(countedModel(used!).adapter!.hash, countedModel(rested!).adapter!.hash);
  assert.deepEqual([countedModel(used!).adapter!.rested, countedModel(rested!).adapter!.rested], [false, true]);
  assert.notEqual(used, modelKey("smollm2-135m", { dir: `${dir}0`, rested: false }));
  for (const id of ["", "qwen2.5-coder:7b", "a+b", "c~"]) assert.deepEqual(countedModel(modelKey(id)), { id });
  assert.match(modelName(used!), /^smollm2-135m with adapter [0-9a-f]{8}$/);
  assert.match(modelName(rested!), /^smollm2-135m without adapter [0-9a-f]{8}$/);
  assert.equal(modelName(""), "not told apart");
});
