// The command line with the embedded model, in a process of its own.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";

const root = path.resolve(import.meta.dirname, "..", "..");
const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-cli-model-")));
after(() => rmSync(dir, { recursive: true }));
writeFileSync(path.join(dir, "package.json"), "{}");
const file = path.join(dir, "stock.js");
writeFileSync(file, "export function isEmpty(items) {\n  return \n}\n");
const place = ["--file", file, "--line", "2", "--column", "10", "--json"];

const sotto = (...args: string[]) =>
  spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", path.join(root, "cli", "main.ts"), ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, SOTTO_CACHE_DIR: path.join(dir, "cache") },
  });

test("complete writes the same with one thread and with two, and the process ends well", () => {
  const texts = ["1", "2"].map((threads) => {
    const { status, stdout, stderr, signal } = sotto("complete", ...place, "--threads", threads);
    assert.equal(status, 0, `${signal} ${stderr}`); // one thread once ended in a crash
    const { model, device, outcome, text, reason, tokens } = JSON.parse(stdout);
    assert.equal(model, "smollm2-135m");
    assert.equal(device, "cpu");
    assert.ok(tokens.prompt > 0 && tokens.generated > 0);
    return JSON.stringify({ outcome, text, reason });
  });
  assert.equal(texts[0], texts[1]);
});

test("context tells what would be sent", () => {
  const { status, stdout, stderr } = sotto("context", ...place);
  assert.equal(status, 0, stderr);
  const { prompt, tokens, pieces } = JSON.parse(stdout);
  assert.equal(
    prompt,
    "<file_sep>stock.js\n<fim_suffix>\n}\n<fim_prefix>export function isEmpty(items) {<fim_middle>\n  return ",
  );
  assert.equal(
    tokens,
    pieces.reduce((sum: number, piece: { tokens: number }) => sum + piece.tokens, 0),
  );
});
