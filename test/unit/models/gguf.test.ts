// The GGUF reader: what it reads, and that every kind of damage gives one UserError and no crash.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { ggufConfig } from "../../../server/models/ggufConfig.ts";
import { type GgufFile, openGguf } from "../../../server/models/gguf.ts";
import { UserError } from "../../../server/protocol/errors.ts";
import {
  f32Entry,
  type GgufContent,
  ggufBytes,
  stringEntry,
  stringsEntry,
  text,
  u32,
  u32Entry,
  u64,
} from "../../fixtures/ggufFile.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-gguf-"));
after(() => rmSync(scratch, { recursive: true }));
const file = path.join(scratch, "model.gguf");

function openBytes(bytes: Uint8Array): GgufFile {
  writeFileSync(file, bytes);
  return openGguf(file);
}

const open = (content: GgufContent): GgufFile => openBytes(ggufBytes(content));

const q4 = Buffer.from(Array.from({ length: 2 * 3 * 20 }, (_, i) => (i * 7) % 256));
const q8 = Buffer.from(Array.from({ length: 2 * 34 }, (_, i) => (i * 11) % 256));
const good: GgufContent = {
  metadata: [
    stringEntry("general.architecture", "llama"),
    u32Entry("llama.block_count", 2),
    u32Entry("llama.embedding_length", 64),
    u32Entry("llama.attention.head_count", 4),
    u32Entry("llama.attention.head_count_kv", 2),
    u32Entry("llama.feed_forward_length", 96),
    u32Entry("llama.context_length", 128),
    f32Entry("llama.attention.layer_norm_rms_epsilon", 1e-5),
    f32Entry("llama.rope.freq_base", 100000),
    stringsEntry("tokenizer.ggml.tokens", ["a", "b", "ĠĠ"]),
    { key: "flag", type: 7, raw: Buffer.from([1]) },
    { key: "big", type: 10, raw: u64(2n ** 63n) },
  ],
  tensors: [
    { name: "norm", shape: [3], type: 0, data: Buffer.from(new Float32Array([1, 2, 3]).buffer) },
    { name: "four", shape: [64, 3], type: 3, data: q4 },
    { name: "eight", shape: [32, 2], type: 8, data: q8 },
  ],
};

test("metadata and tensors are read as they were written", () => {
  const gguf = open(good);
  assert.equal(gguf.metadata.get("general.architecture"), "llama");
  assert.deepEqual(gguf.metadata.get("tokenizer.ggml.tokens"), ["a", "b", "ĠĠ"]);
  assert.equal(gguf.metadata.get("flag"), true);
  assert.equal(gguf.metadata.get("big"), 2n ** 63n);
  const { offset: _, ...four } = gguf.tensors.get("four")!;
  assert.deepEqual(four, { name: "four", type: "q4_1", rows: 3, cols: 64, sizeBytes: q4.length });
  assert.deepEqual(Buffer.from(gguf.read("four")), q4);
  assert.deepEqual(Buffer.from(gguf.read("eight")), q8);
  assert.deepEqual(Array.from(new Float32Array(gguf.read("norm").slice().buffer)), [1, 2, 3]);
});

test("the config of a llama is read from the metadata", () => {
  assert.deepEqual(ggufConfig(open(good)), {
    architecture: "llama",
    hiddenSize: 64,
    layers: 2,
    heads: 4,
    kvHeads: 2,
    headDim: 16,
    ffnSize: 96,
    vocabSize: 3,
    contextLength: 128,
    ropeTheta: 100000,
    normEps: 1e-5,
    tiedEmbeddings: true,
  });
});

test("another architecture is refused by its name", () => {
  const gguf = open({ metadata: [stringEntry("general.architecture", "gpt2")], tensors: good.tensors });
  assert.throws(() => ggufConfig(gguf), { code: "modelUnsupported", message: /"gpt2"/ });
});

test("a config without a needed number names it", () => {
  const metadata = good.metadata!.filter((entry) => entry.key !== "llama.block_count");
  assert.throws(() => ggufConfig(open({ ...good, metadata })), { code: "ggufInvalid", message: /llama\.block_count/ });
});

const broken: [string, GgufContent, RegExp][] = [
  ["another beginning", { ...good, magic: "GGML" }, /does not begin with "GGUF"/],
  ["version 1", { ...good, version: 1 }, /version is 1/],
  ["a big-endian version", { ...good, version: 0x03000000 }, /big-endian/],
  ["2 ** 60 tensors", { ...good, tensorCount: 2n ** 60n }, /claims 1152921504606846976 tensors/],
  ["2 ** 63 metadata entries", { ...good, metadataCount: 2n ** 63n }, /metadata entries/],
  ["an unknown metadata type", { metadata: [{ key: "k", type: 99, raw: u64(0) }] }, /"k" has the unknown type 99/],
  ["a string longer than the file", { metadata: [{ key: "k", type: 8, raw: u64(2n ** 40n) }] }, /the value of "k"/],
  [
    "an array longer than the file",
    { metadata: [{ key: "k", type: 9, raw: Buffer.concat([u32(8), u64(2n ** 61n)]) }] },
    /values of "k"/,
  ],
  [
    "an array of an unknown type",
    { metadata: [{ key: "k", type: 9, raw: Buffer.concat([u32(77), u64(1)]) }] },
    /unknown type 77/,
  ],
  ["arrays in arrays in arrays", { metadata: [{ key: "k", type: 9, raw: nested(9) }] }, /nested too deeply/],
  ["a key twice", { metadata: [u32Entry("k", 1), u32Entry("k", 2)] }, /"k" occurs twice/],
  ["the tensor type Q4_K", withTensor({ type: 12 }), /tensor "t" has the type Q4_K, which is not supported/],
  ["the tensor type 200", withTensor({ type: 200 }), /tensor "t" has the type 200, which is not supported/],
  ["a row that is no whole blocks", withTensor({ shape: [33, 1] }), /impossible shape 33 x 1/],
  ["a shape of zero", withTensor({ shape: [0, 4] }), /impossible shape/],
  ["a shape beyond all numbers", withTensor({ shape: [2 ** 50, 2 ** 50] }), /impossible shape/],
  ["a shape larger than the file", withTensor({ shape: [2 ** 20, 2 ** 12] }), /reaches beyond the end/],
  ["five dimensions", withTensor({ shape: [32, 1, 1, 1, 1] }), /5 dimensions/],
  ["a tensor twice", { tensors: [...good.tensors!, good.tensors![0]] }, /"norm" occurs twice/],
  ["an alignment of 0", { ...good, metadata: [...good.metadata!, u32Entry("general.alignment", 0)] }, /alignment is 0/],
];

function withTensor(change: { type?: number; shape?: number[] }): GgufContent {
  return { tensors: [{ name: "t", shape: [32, 2], type: 8, data: q8, ...change }] };
}

function nested(depth: number): Buffer {
  return depth === 0 ? Buffer.concat([u32(0), u64(0)]) : Buffer.concat([u32(9), u64(1), nested(depth - 1)]);
}

for (const [what, content, message] of broken) {
  test(`${what} is refused`, () => {
    assert.throws(
      () => open(content),
      (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.equal(error.code, "ggufInvalid");
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test("a file cut at any byte is refused", () => {
  const bytes = ggufBytes(good);
  const dataEnd = bytes.length - 28; // the last tensor's padding may be missing
  for (let length = 0; length < dataEnd; length++) {
    assert.throws(() => openBytes(bytes.subarray(0, length)), { code: "ggufInvalid" }, `cut at byte ${length}`);
  }
  assert.equal(openBytes(bytes.subarray(0, dataEnd)).tensors.size, 3);
});

test("any altered byte gives a file that opens or a UserError, never another error", () => {
  const bytes = ggufBytes(good);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const altered = Buffer.from(bytes);
      altered[at] ^= change;
      try {
        openBytes(altered);
      } catch (error) {
        assert.ok(error instanceof UserError, String(error));
      }
    }),
    { numRuns: 300 },
  );
});

test("a missing file, a folder and a file that shrank are one UserError each", () => {
  assert.throws(() => openGguf(path.join(scratch, "nowhere.gguf")), { code: "modelMissing", message: /nowhere\.gguf/ });
  assert.throws(() => openGguf(scratch), { code: "ggufInvalid" });
  const gguf = open(good);
  writeFileSync(file, ggufBytes(good).subarray(0, -100));
  assert.throws(() => gguf.read("eight"), { code: "ggufInvalid", message: /shorter/ });
  assert.throws(() => gguf.read("nothing"), { code: "ggufInvalid", message: /no tensor "nothing"/ });
});

test("a head larger than the reader's window is read whole", () => {
  const tokens = Array.from({ length: 120_000 }, (_, i) => `token number ${i}`);
  const gguf = open({
    metadata: [stringsEntry("tokens", tokens), { key: "long", type: 8, raw: text("x".repeat(3 << 20)) }],
  });
  assert.deepEqual(gguf.metadata.get("tokens"), tokens);
  assert.equal((gguf.metadata.get("long") as string).length, 3 << 20);
});
