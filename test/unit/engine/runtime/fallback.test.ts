import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";

const cacheDir = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-fallback-"));
after(() => fs.rm(cacheDir, { recursive: true }));

const root = path.resolve(import.meta.dirname, "../../../..");
const url = (file: string) => pathToFileURL(path.join(root, file)).href;

/** Loads the tiny model in a process of its own, after `sabotage`, and says what it runs on. */
function loadAfter(
  sabotage: string,
  runtime = "auto",
): { runtime?: string; reason?: string; error?: string; log: string[] } {
  const script = `
    import module from "node:module";
    ${sabotage}
    const { loadDecoder } = await import(${JSON.stringify(url("server/engine/load/loadDecoder.ts"))});
    const { tinyModel } = await import(${JSON.stringify(url("test/support/tinyModel.ts"))});
    const log = [];
    try {
      const options = { cacheDir: ${JSON.stringify(cacheDir)}, runtime: ${JSON.stringify(runtime)}, log: (line) => log.push(line) };
      const decoder = await loadDecoder(tinyModel(), options);
      await decoder.run(decoder.createCache(), [1, 2, 3], 0, [2]);
      console.log(JSON.stringify({ runtime: decoder.runtime, reason: decoder.fallbackReason, log }));
    } catch (error) {
      console.log(JSON.stringify({ error: error.message, log }));
    }`;
  const result = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    cwd: root,
  });
  assert.equal(result.status, 0, result.stderr);
  return JSON.parse(result.stdout);
}

const KOFFI_BROKEN = `module.registerHooks({ resolve(specifier, context, next) {
  if (specifier === "koffi") throw new Error("no build for this platform");
  return next(specifier, context);
} });`;

const OTHER_VERSION = `
  const load = module.Module._extensions[".json"];
  module.Module._extensions[".json"] = (target, file) => {
    load(target, file);
    if (/onnxruntime-node.package\\.json$/.test(file)) target.exports.version = "1.31.0";
  };`;

test("with everything in place, the C API serves", () => {
  const { runtime, reason } = loadAfter("");
  assert.equal(runtime, "c-api 1.30.0");
  assert.equal(reason, undefined);
});

test("without koffi, the stock binding serves, and says why", () => {
  const { runtime, reason, log } = loadAfter(KOFFI_BROKEN);
  assert.equal(runtime, "binding 1.30.0");
  assert.match(reason!, /koffiUnavailable: no build for this platform/);
  assert.ok(log.some((line) => line.includes("koffiUnavailable")));
});

test("with another release of onnxruntime-node, the table of functions is not trusted", () => {
  const { runtime, reason } = loadAfter(OTHER_VERSION);
  assert.match(runtime!, /^binding/);
  assert.match(reason!, /versionMismatch: onnxruntime-node is 1\.31\.0/);
});

test("who asks for the C API only gets an error instead", () => {
  assert.match(loadAfter(KOFFI_BROKEN, "c-api").error!, /onnxruntime failed: koffiUnavailable/);
});
