// The strong tier's folder as it is in the repository: its shards come in over several commits. What is there is what the index names, and there
// is a manifest, which makes it a model, only when all of it is there.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../../../common/util/packageRoot.ts";
import { sha256Of } from "../../../../lab/model/embeddedManifest.ts";
import { readKeptTokens } from "../../../../lab/model/keptTokens.ts";
import { parseConfig } from "../../../../server/engine/models/configFile.ts";
import { INDEX_FILE } from "../../../../server/engine/models/modelStore.ts";
import { tensorShapes } from "../../../../server/engine/models/tensors.ts";
import { loadTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";

const dir = path.join(packageRoot(import.meta.dirname), "models/qwen2.5-coder-0.5b");
const json = (file: string): unknown => JSON.parse(readFileSync(path.join(dir, file), "utf8"));
const index = json(INDEX_FILE) as { metadata: { sha256: Record<string, string> }; weight_map: Record<string, string> };
const shards = Object.entries(index.metadata.sha256);

test("each shard that is there has the hash that the index names, and is small enough", () => {
  for (const [file, sha256] of shards) {
    if (!existsSync(path.join(dir, file))) continue;
    assert.equal(sha256Of(path.join(dir, file)), sha256, file);
    assert.ok(readFileSync(path.join(dir, file)).length <= 48_000_000, file);
  }
});

test("there is a manifest only where every shard and the adapter are there", () => {
  if (!existsSync(path.join(dir, "manifest.json"))) return;
  const manifest = json("manifest.json") as { adapter?: string; files: { path: string }[] };
  for (const { path: file } of manifest.files) assert.ok(existsSync(path.join(dir, file)), file);
  for (const [file] of shards)
    assert.ok(
      manifest.files.some((listed) => listed.path === file),
      file,
    );
  assert.ok(manifest.adapter !== undefined);
});

test("the index has every tensor of the config, and each only in shards that it names", () => {
  const config = parseConfig(json("config.json"), "config.json");
  assert.equal(config.architecture, "qwen2");
  const parts = Object.keys(index.weight_map);
  for (const { name } of tensorShapes(config)) {
    assert.ok(
      parts.some((part) => part === name || part === `${name}.q`),
      name,
    );
  }
  const named = new Set(shards.map(([file]) => file));
  assert.ok(Object.values(index.weight_map).every((file) => named.has(file)));
});

test("the tokenizer has the kept tokens, Qwen's markers, and gives text back as it was", async () => {
  const tokenizer = await loadTokenizer(dir);
  assert.equal(tokenizer.vocabSize, readKeptTokens("keptTokensStrong.json").originalIds.length);
  for (const name of ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|file_sep|>", "<|endoftext|>"])
    assert.ok(tokenizer.specialId(name) !== undefined, name);
  for (const text of ["if (a) {\n\treturn [1, 22, 333];\n}\n", "中文 é 😀 \u0004", "x = <|fim_prefix|>", "\r\n  \n\n"])
    assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
  assert.ok(
    !tokenizer.encode("<|fim_prefix|>").includes(tokenizer.specialId("<|fim_prefix|>")!),
    "text is never a marker",
  );
  assert.equal(tokenizer.lineCut, "after");
});
