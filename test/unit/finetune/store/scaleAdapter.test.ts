// An adapter at a part of its strength: as the same factors with less weight, under a hash of its own.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { scaleAdapter } from "../../../../finetune/store/scaleAdapter.ts";
import { readAdapter } from "../../../../server/engine/adapters/readAdapter.ts";
import { writeAdapter } from "../../../../server/engine/adapters/writeAdapter.ts";
import { tinyModel } from "../../../support/tinyModel.ts";
import { sampleAdapter } from "../../adapters/sampleAdapter.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-scale-"));
after(() => rmSync(scratch, { recursive: true }));

test("the copy has a part of the strength and another hash, whatever was there before; the adapter stays as it is", async () => {
  const model = tinyModel();
  const [from, to] = [path.join(scratch, "whole"), path.join(scratch, "half")];
  writeAdapter(from, { ...sampleAdapter(model), embeddingRows: new Map() }, model, {});
  const whole = await readAdapter(from, model);
  for (const share of [0.25, 0.5]) {
    scaleAdapter(from, to, share);
    const part = await readAdapter(to, model);
    assert.deepEqual({ ...part, name: "", sha256: "" }, { ...whole, name: "", sha256: "", alpha: share * whole.alpha });
    assert.notEqual(part.sha256, whole.sha256); // answers and caches are kept under it
  }
  assert.deepEqual(await readAdapter(from, model), whole);
});
