// The GGUF reader: what it reads, and that every kind of damage gives one UserError and no crash.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { UserError } from "../../../../common/errors.ts";
import { type GgufFile, openGguf } from "../../../../server/engine/models/gguf.ts";
import { BLOCK_LAYOUTS } from "../../../../server/engine/models/ggufBlocks.ts";
import { ggufConfig } from "../../../../server/engine/models/ggufConfig.ts";
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
} from "../../../support/ggufFile.ts";

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
  assert.deepEqual(four, { name: "four", type: "q4_1", rows: 3, cols: 64, path: file, sizeBytes: q4.length });
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
  ["the tensor type Q2_K", withTensor({ type: 10 }), /tensor "t" has the type Q2_K, which is not supported/],
  ["the tensor type Q3_K", withTensor({ type: 11 }), /tensor "t" has the type Q3_K, which is not supported/],
  ["the tensor type IQ4_XS", withTensor({ type: 23 }), /tensor "t" has the type IQ4_XS, which is not supported/],
  ["the tensor type IQ1_M", withTensor({ type: 29 }), /tensor "t" has the type IQ1_M, which is not supported/],
  ["the tensor type TQ1_0", withTensor({ type: 34 }), /tensor "t" has the type TQ1_0, which is not supported/],
  ["the tensor type MXFP4", withTensor({ type: 39 }), /tensor "t" has the type MXFP4, which is not supported/],
  ["the tensor type 200", withTensor({ type: 200 }), /tensor "t" has the type 200, which is not supported/],
  ["the tensor type 2 ** 32 - 1", withTensor({ type: 2 ** 32 - 1 }), /has the type 4294967295, which/],
  ["a row that is no whole blocks", withTensor({ shape: [33, 1] }), /rows of 33 values, and Q8_0 has blocks of 32/],
  [
    "a row that is no whole super-blocks",
    withTensor({ type: 14, shape: [288, 1] }),
    /rows of 288 values, and Q6_K has blocks of 256/,
  ],
  ["a shape of zero", withTensor({ shape: [0, 4] }), /impossible shape/],
  ["a shape beyond all numbers", withTensor({ shape: [2 ** 50, 2 ** 50] }), /impossible shape/],
  ["a shape larger than the file", withTensor({ shape: [2 ** 20, 2 ** 12] }), /reaches beyond the end/],
  ["a shape of 2 ** 63", withTensor({ shape: [2 ** 63, 1] }), /impossible shape/],
  ["tensors on one another", { ...good, offsets: [0, 0, 128] }, /tensor "four" lies on another one/],
  ["a tensor at 2 ** 63", { ...good, offsets: [0, 32, 2n ** 63n] }, /"eight" reaches beyond the end/],
  ["a tensor that is not aligned", { ...good, offsets: [0, 33, 160] }, /"four" is not aligned/],
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

test("a length that only a file of gigabytes has room for is refused", () => {
  writeFileSync(file, ggufBytes({ metadata: [{ key: "k", type: 8, raw: u64(100 << 20) }] }));
  truncateSync(file, 128 << 20); // nothing is written, so it takes no room
  assert.throws(() => openGguf(file), { code: "ggufInvalid", message: /104857600 bytes of the value of "k"/ });
  rmSync(file);
});

test("each type is known by the number that ggml gives it", () => {
  const goldenFile = path.join(import.meta.dirname, "../../../golden/gguf-golden.json");
  const { types } = JSON.parse(readFileSync(goldenFile, "utf8")) as { types: Record<string, GoldenType> };
  for (const [name, { type, blocks, values }] of Object.entries(types)) {
    const data = Buffer.from(blocks, "base64");
    const expected = Buffer.from(values, "base64");
    const gguf = open({ tensors: [{ name: "t", shape: [expected.length / 4], type, data }] });
    assert.equal(gguf.tensors.get("t")!.type, name);
    assert.ok(expected.equals(Buffer.from(gguf.values("t").buffer)), name);
  }
});

test("rows have the values of the whole tensor's, of two and of one dimension", () => {
  const blocks = randomBlocks(6 * 2); // [6 rows, 512]
  const gguf = open({
    tensors: [
      { name: "matrix", shape: [512, 6], type: 14, data: blocks },
      { name: "experts", shape: [256, 2, 6], type: 14, data: blocks },
      { name: "vector", shape: [3072], type: 14, data: blocks },
    ],
  });
  const whole = gguf.values("matrix");
  assert.equal(whole.length, 6 * 512);
  for (let from = 0; from <= 6; from++) {
    assert.deepEqual(gguf.values("matrix", from), whole.slice(512 * from));
    for (let count = 0; from + count <= 6; count++)
      assert.deepEqual(gguf.values("matrix", from, count), whole.slice(512 * from, 512 * (from + count)));
  }
  assert.equal(gguf.tensors.get("vector")!.rows, 1);
  assert.deepEqual(gguf.values("vector"), whole);
  assert.equal(gguf.tensors.get("experts")!.rows, 12);
  assert.deepEqual(gguf.values("experts", 2, 4), whole.slice(2 * 256, 6 * 256));
});

test("rows that are read in several pieces have the values of their blocks", () => {
  const rowBlocks = 1216; // 255 KB
  const data = Buffer.alloc(12 * rowBlocks * 210, randomBlocks(7)); // the same seven again and again
  const expected = new Float32Array(10 * rowBlocks * 256);
  BLOCK_LAYOUTS.q6_k.dequantise(data.subarray(rowBlocks * 210), expected);
  const gguf = open({ tensors: [{ name: "t", shape: [rowBlocks * 256, 12], type: 14, data }] });
  assert.ok(Buffer.from(expected.buffer).equals(Buffer.from(gguf.values("t", 1, 10).buffer)));
});

test("rows that are not there are refused", () => {
  const gguf = open(good);
  const rows: [number, number | undefined, RegExp][] = [
    [0, 4, /tensor "four" has 3 rows, and rows 0 to 4 are needed/],
    [4, undefined, /tensor "four" has 3 rows, and rows 4 to 3 are needed/],
    [2, 2, /rows 2 to 4/],
    [-1, 1, /rows -1 to 0/],
    [0.5, 1, /rows 0.5 to 1.5/],
    [0, -1, /rows 0 to -1/],
    [2 ** 53, 1, /rows 9007199254740992/],
    [0, Number.NaN, /rows 0 to NaN/],
  ];
  for (const [from, count, message] of rows)
    assert.throws(() => gguf.values("four", from, count), { code: "ggufInvalid", message });
});

interface GoldenType {
  type: number;
  blocks: string; // base64, as the float32 values
  values: string;
}

/** Q6_K blocks of any bits, their scales finite. */
function randomBlocks(count: number): Buffer {
  return Buffer.from(
    Array.from({ length: count * 210 }, (_, i) => (i % 210 < 208 ? (i * i * 31) >> 3 : i % 0x70) & 255),
  );
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
  assert.throws(() => gguf.values("eight"), { code: "ggufInvalid", message: /shorter/ });
  for (const read of [gguf.read, gguf.values])
    assert.throws(() => read("nothing"), { code: "ggufInvalid", message: /no tensor "nothing"/ });
  rmSync(file);
  for (const read of [gguf.read, gguf.values]) assert.throws(() => read("eight"), { code: "modelMissing" });
});

test("a head larger than the reader's window is read whole", () => {
  const tokens = Array.from({ length: 120_000 }, (_, i) => `token number ${i}`);
  const gguf = open({
    metadata: [stringsEntry("tokens", tokens), { key: "long", type: 8, raw: text("x".repeat(3 << 20)) }],
  });
  assert.deepEqual(gguf.metadata.get("tokens"), tokens);
  assert.equal((gguf.metadata.get("long") as string).length, 3 << 20);
});
