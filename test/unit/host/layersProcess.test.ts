// The process that reads a model's layers: what it cannot read is the error that it would be here, and so is a process that ends.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { layersElsewhere } from "../../../server/host/layersProcess.ts";

const dir = mkdtempSync(path.join(os.tmpdir(), "sotto-layers-"));
after(() => rmSync(dir, { recursive: true }));

const never = new AbortController().signal;
const request = {
  source: { modelDir: path.join(dir, "none") },
  device: { cacheDir: dir, threads: 1 },
  ...{ promptTokens: [1, 2], text: "x", attentionOf: 0 },
};

test("a model that is not there is said to be missing, with what to do about it", async () => {
  await assert.rejects(layersElsewhere(request, never), {
    name: "UserError",
    code: "modelMissing",
    action: /Reinstall/,
  });
});

test("a process that ends without a word is a failure of the runtime", async () => {
  const entry = path.join(dir, "ends.mjs");
  writeFileSync(entry, "process.exit(3);");
  await assert.rejects(layersElsewhere(request, never, entry), { code: "runtimeFailed", message: /status 3/ });
});

test("the request arrives whole, and the answer is what it tells", async () => {
  const entry = path.join(dir, "echo.mjs");
  writeFileSync(entry, `process.once("message", (asked) => process.send({ kind: "told", told: asked }));`);
  assert.deepEqual(await layersElsewhere(request, never, entry), { kind: "layers", ...request });
});
