// The command line with the models that come with Sotto, in a process of its own.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { isTierThere, tierDir } from "../../server/engine/models/tiers.ts";
import { STRONG_IS_ABSENT } from "../../server/host/protocol/tiers.ts";
import type { Explanation } from "../../src/explain/explanation.ts";
import { SHARDS, writeSmallModel } from "../support/storedFolder.ts";

const root = path.resolve(import.meta.dirname, "..", "..");
const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-cli-model-")));
after(() => rmSync(dir, { recursive: true }));
writeFileSync(path.join(dir, "package.json"), "{}");
const file = path.join(dir, "stock.js");
writeFileSync(file, "export function isEmpty(items) {\n  return \n}\n");
const place = ["--file", file, "--line", "2", "--column", "10", "--json"];
const onQuick = [...place, "--model", "quick"];

const strong = path.join(dir, "strong"); // a folder without a model, until a test puts a damaged one there

const sotto = (...args: string[]) => sottoWith(strong, ...args);

const sottoWith = (strongDir: string, ...args: string[]) =>
  spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", path.join(root, "cli", "main.ts"), ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, SOTTO_CACHE_DIR: path.join(dir, "cache"), SOTTO_STRONG_DIR: strongDir },
  });

test("complete writes the same with one thread and with two, and the process ends well", () => {
  const texts = ["1", "2"].map((threads) => {
    const { status, stdout, stderr, signal } = sotto("complete", ...onQuick, "--threads", threads);
    assert.equal(status, 0, `${signal} ${stderr}`); // one thread once ended in a crash
    const { model, device, outcome, text, reason, tokens } = JSON.parse(stdout);
    assert.equal(model, "smollm2-135m");
    assert.equal(device, "cpu");
    assert.ok(tokens.prompt > 0 && tokens.generated > 0);
    return JSON.stringify({ outcome, text, reason });
  });
  assert.equal(texts[0], texts[1]);
});

test("explain tells of each token, layer by layer, what sums to its logit and ends in its probability", () => {
  const { status, stdout, stderr } = sotto("explain", ...onQuick, "--layers");
  assert.equal(status, 0, stderr);
  const { words, layers } = JSON.parse(stdout) as Explanation;
  assert.deepEqual([layers!.layers, layers!.heads], [30, 9]);
  for (const { index, logProb } of words!.flatMap((word) => word.tokens)) {
    const token = layers!.tokens[index];
    assert.ok(Math.abs(token.lens.at(-1)!.logProb - logProb) < 0.05, token.text);
    assert.ok(Math.abs(token.rounding) < 0.5, token.text);
  }
  for (const shares of layers!.attention!.shares) {
    const sum = shares.reduce((total, share) => total + share, 0);
    assert.ok(Math.abs(sum - 1) < 1e-9);
  }
});

test("context tells what would be sent", () => {
  const { status, stdout, stderr } = sotto("context", ...onQuick);
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

test("what a person is answered with is quick where strong is not there, and with its reason where that cannot be used", () => {
  const alone = sotto("complete", ...place);
  assert.equal(alone.status, 0, alone.stderr);
  assert.equal(JSON.parse(alone.stdout).model, "smollm2-135m");
  assert.doesNotMatch(alone.stderr, /strong/);
  const named = sotto("complete", ...place, "--model", "strong");
  assert.deepEqual([named.status, named.stdout], [1, ""]);
  assert.match(named.stderr, /The model strong is not part of this installation/);

  mkdirSync(strong);
  writeSmallModel(strong);
  rmSync(path.join(strong, SHARDS[0]));
  const damaged = sotto("complete", ...place);
  assert.equal(damaged.status, 0, damaged.stderr);
  assert.equal(JSON.parse(damaged.stdout).model, "smollm2-135m");
  assert.match(
    damaged.stderr,
    /strong model cannot be used, and quick answers: .*model-00001-of-00002\.safetensors is missing/,
  );
  assert.match(sotto("complete", ...place, "--model", "strong").stderr, /safetensors is missing/);
});

test("the strong model of this installation answers, and quick where that is asked for", {
  skip: isTierThere("strong") ? false : STRONG_IS_ABSENT,
}, () => {
  for (const [args, wanted] of [
    [place, "qwen2.5-coder-0.5b"],
    [onQuick, "smollm2-135m"],
  ] as const) {
    const { status, stdout, stderr } = sottoWith(tierDir("strong"), "complete", ...args);
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /cannot be used/);
    const { model, tokens } = JSON.parse(stdout);
    assert.equal(model, wanted);
    assert.ok(tokens.prompt > 0 && tokens.generated > 0);
  }
});
