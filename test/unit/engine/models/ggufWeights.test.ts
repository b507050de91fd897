// From GGUF tensors to stored parts: names, the order of rows, and every bit.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { ggufValues, sourceRows, storedParts } from "../../../../lab/model/ggufWeights.ts";
import { pruneVocabulary } from "../../../../lab/model/vocabulary.ts";
import { bytesToFloat, dequantiseQ4_1, dequantiseQ8_0, halfToFloat } from "../../../../server/engine/models/blocks.ts";
import { openGguf } from "../../../../server/engine/models/gguf.ts";
import { ggufName } from "../../../../server/engine/models/tensors.ts";
import { createTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";
import type { Vocabulary } from "../../../../server/engine/tokenizer/vocabulary.ts";
import { ggufBytes } from "../../../support/ggufFile.ts";
import { SMALL_CONFIG } from "../../../support/storedFolder.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-weights-"));
after(() => rmSync(scratch, { recursive: true }));

/** Blocks of arbitrary bits, scale and minimum finite. */
function blocks(count: number, blockBytes: number): Buffer {
  return Buffer.from(
    Array.from({ length: count * blockBytes }, (_, i) => (i % blockBytes < 4 ? (i * 5) % 0x70 : (i * 73) % 256)),
  );
}

const file = path.join(scratch, "a.gguf");
writeFileSync(
  file,
  ggufBytes({
    tensors: [
      { name: "token_embd.weight", shape: [32, 10], type: 8, data: blocks(10, 34) },
      { name: "blk.0.attn_q.weight", shape: [32, 32], type: 3, data: blocks(32, 20) },
      { name: "output_norm.weight", shape: [32], type: 0, data: blocks(32, 4) },
    ],
  }),
);
const gguf = openGguf(file);

test("tensors are found by the names that llama.cpp gives them", () => {
  assert.equal(ggufName("model.layers.12.self_attn.o_proj.weight"), "blk.12.attn_output.weight");
  assert.equal(ggufName("model.layers.0.post_attention_layernorm.weight"), "blk.0.ffn_norm.weight");
  assert.equal(ggufName("model.norm.weight"), "output_norm.weight");
});

test("rows of queries are taken out of GGUF's interleaved order", () => {
  // GGUF's conversion: a head's rows [2, headDim / 2] become [headDim / 2, 2]. Do that to row numbers, then ask for the way back.
  const order = sourceRows("model.layers.0.self_attn.q_proj.weight", 32, SMALL_CONFIG, []);
  const interleaved: number[] = [];
  for (let head = 0; head < 2; head++) {
    for (let i = 0; i < 8; i++) for (let half = 0; half < 2; half++) interleaved.push(head * 16 + half * 8 + i);
  }
  assert.deepEqual(
    Array.from(order, (row) => interleaved[row]),
    [...Array(32).keys()],
  );
});

test("rows of the embedding are the kept tokens, other rows stay", () => {
  assert.deepEqual(Array.from(sourceRows("model.embed_tokens.weight", 3, SMALL_CONFIG, [0, 4, 9])), [0, 4, 9]);
  assert.deepEqual(Array.from(sourceRows("model.layers.0.self_attn.v_proj.weight", 4, SMALL_CONFIG, [])), [0, 1, 2, 3]);
});

const stored: [string, number[]][] = [
  ["model.embed_tokens.weight", [0, 1, 2, 7, 9]],
  [
    "model.layers.0.self_attn.q_proj.weight",
    Array.from(sourceRows("model.layers.0.self_attn.q_proj.weight", 32, SMALL_CONFIG, [])),
  ],
  ["model.norm.weight", [0]],
];

for (const [name, rows] of stored) {
  test(`the stored parts of ${name} have the source's values, bit for bit`, () => {
    const order = Int32Array.from(rows);
    const parts = new Map(storedParts(gguf, name, order).map((part) => [part.name.slice(name.length), part.data]));
    const whole = parts.get("");
    const q = parts.get(".q") ?? new Uint8Array(0);
    const scale = halfToFloat(parts.get(".scale") ?? new Uint8Array(0));
    const min = parts.get(".min");
    const values = whole
      ? bytesToFloat(whole)
      : min
        ? dequantiseQ4_1(q, scale, halfToFloat(min))
        : dequantiseQ8_0(new Int8Array(q), scale);
    assert.equal(values.length, rows.length * 32);
    assert.deepEqual(new Uint32Array(values.buffer), new Uint32Array(ggufValues(gguf, name, order).buffer));
  });
}

test("text of kept tokens has the same tokens after pruning, other text falls back to shorter ones", () => {
  const full: Vocabulary = {
    tokens: ["<s>", "a", "b", "c", "ab", "bc", "abc"],
    merges: [
      { left: 1, right: 2, result: 4 },
      { left: 2, right: 3, result: 5 },
      { left: 4, right: 3, result: 6 },
    ],
    specialIds: new Map([["<s>", 0]]),
  };
  const pruned = pruneVocabulary(full, [0, 1, 2, 3, 4, 6]);
  assert.deepEqual(pruned.tokens, ["<s>", "a", "b", "c", "ab", "abc"]);
  const names = (vocabulary: Vocabulary, text: string): string[] =>
    createTokenizer(vocabulary)
      .encode(text)
      .map((id) => vocabulary.tokens[id]);
  assert.deepEqual(names(full, "abcab"), ["abc", "ab"]);
  assert.deepEqual(names(pruned, "abcab"), ["abc", "ab"]);
  assert.deepEqual(names(full, "bcb"), ["bc", "b"]);
  assert.deepEqual(names(pruned, "bcb"), ["b", "c", "b"]);
  assert.throws(() => pruneVocabulary(full, [0, 1, 2, 3, 6]), /"?abc"? is kept without/);
});
