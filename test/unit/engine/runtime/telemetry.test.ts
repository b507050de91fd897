// Nothing leaves the machine: onnxruntime's own telemetry never starts, whichever way it is loaded. It would leave a database in the
// user's cache folder (Linux), whose absence is looked for; that the look would find it, a process without our precautions shows.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { packageRoot } from "../../../../common/util/packageRoot.ts";

const root = packageRoot(import.meta.dirname);

/**
 * The files in an empty home folder after a process has run `code`. Of the environment it inherits what it needs to start and nothing else:
 * where the library sees the variables of a build server (`CI` and others) its telemetry stays off by itself, and nothing would be shown.
 */
async function filesLeftBy(code: string, env: Record<string, string> = {}): Promise<string[]> {
  const home = mkdtempSync(path.join(os.tmpdir(), "sotto-telemetry-"));
  try {
    const { PATH, SystemRoot } = process.env;
    const places = { HOME: home, XDG_CACHE_HOME: path.join(home, ".cache"), SOTTO_CACHE_DIR: path.join(home, "sotto") };
    await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code], {
      cwd: root,
      env: { PATH, SystemRoot, ...places, ...env },
    });
    return readdirSync(home, { recursive: true, encoding: "utf8" }).filter((file) =>
      /Microsoft|onnxruntime/i.test(file),
    );
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const loaded = (runtime: string) => `
  import { tinyModel } from "./test/support/tinyModel.ts";
  import { loadDecoder } from "./server/engine/load/loadDecoder.ts";
  const decoder = await loadDecoder(tinyModel(), { cacheDir: process.env.SOTTO_CACHE_DIR, threads: 1, runtime: "${runtime}" });
  await decoder.run(decoder.createCache(), [1, 2, 3], 0, [2]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  process.exit(0);`;

test("the library on its own would leave traces", { skip: process.platform !== "linux" }, async () => {
  const code = `
    import ort from "onnxruntime-node";
    await ort.InferenceSession.create(new Uint8Array([1])).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.exit(0);`;
  assert.notDeepEqual(await filesLeftBy(code), []);
});

for (const runtime of ["c-api", "binding"]) {
  test(`${runtime}: no telemetry, not even where the environment asks for it`, async () => {
    assert.deepEqual(await filesLeftBy(loaded(runtime)), []);
    assert.deepEqual(await filesLeftBy(loaded(runtime), { ORT_DISABLE_TELEMETRY: "0" }), []);
  });
}

test("the trainer's sessions: no telemetry", async () => {
  const code = `
    import { tensorFactory } from "./server/engine/runtime/graphSession.ts";
    await tensorFactory();
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.exit(0);`;
  assert.deepEqual(await filesLeftBy(code), []);
});
