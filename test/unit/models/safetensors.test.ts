// The safetensors reader and writer: there and back, and damaged files.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { openSafetensors, type TensorToWrite, writeSafetensors } from "../../../server/models/safetensors.ts";
import { UserError } from "../../../server/protocol/errors.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-safetensors-"));
after(() => rmSync(scratch, { recursive: true }));
const file = path.join(scratch, "a.safetensors");

const TENSORS: TensorToWrite[] = [
  { name: "bytes", type: "U8", shape: [3, 5], data: Uint8Array.from({ length: 15 }, (_, i) => i) },
  { name: "é 日", type: "F32", shape: [], data: new Uint8Array(new Float32Array([1.5]).buffer) },
  { name: "empty", type: "F16", shape: [0, 4], data: new Uint8Array(0) },
  { name: "last", type: "I8", shape: [7], data: Uint8Array.from([255, 1, 2, 3, 4, 5, 6]) },
];

test("what was written is read again", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(
        fc.string({ minLength: 1, maxLength: 20 }).filter((name) => !name.startsWith("__")),
        { maxLength: 6 },
      ),
      fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 6, maxLength: 6 }),
      (names, datas) => {
        const tensors = names.map(
          (name, i): TensorToWrite => ({ name, type: "U8", shape: [datas[i].length], data: datas[i] }),
        );
        writeSafetensors(file, tensors, { made: "here" });
        const read = openSafetensors(file);
        assert.deepEqual(new Set(read.entries.keys()), new Set(names));
        for (const { name, data } of tensors) assert.deepEqual(new Uint8Array(read.read(name)), data);
      },
    ),
    { numRuns: 50 },
  );
});

test("types, shapes and names are kept, the data begin at a multiple of 8", () => {
  writeSafetensors(file, TENSORS);
  const read = openSafetensors(file);
  for (const { name, type, shape } of TENSORS) {
    assert.equal(read.entries.get(name)?.type, type);
    assert.deepEqual(read.entries.get(name)?.shape, shape);
  }
  assert.equal(read.entries.get("bytes")!.offset % 8, 0);
  assert.equal(read.read("é 日").length, 4);
});

test("a tensor whose data do not fill its shape is not written, and the old file stays", () => {
  writeSafetensors(file, TENSORS);
  const before = readFileSync(file);
  assert.throws(() => writeSafetensors(file, [{ ...TENSORS[0], shape: [3, 6] }]), /do not fill/);
  assert.deepEqual(readFileSync(file), before);
  assert.deepEqual(readdirSync(scratch), ["a.safetensors"]);
});

test("a draft that somebody else is writing is not touched", () => {
  writeFileSync(`${file}.new`, "another's");
  assert.throws(() => writeSafetensors(file, TENSORS), { code: "EEXIST" });
  assert.equal(readFileSync(`${file}.new`, "utf8"), "another's");
  rmSync(`${file}.new`);
});

function withHeader(header: unknown, dataBytes: number, headerLength?: bigint): Buffer {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(headerLength ?? BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

const entry = (dtype: string, shape: unknown, begin: unknown, end: unknown) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

const broken: [string, Buffer, RegExp][] = [
  ["an empty file", Buffer.alloc(0), /only 0 bytes/],
  ["a header of 2 ** 62 bytes", withHeader({}, 0, 2n ** 62n), /header claims/],
  ["a header longer than the file", withHeader({}, 0, 3n), /middle of its header/],
  ["a header that is not JSON", withHeader("{'a'}", 0), /not JSON/],
  ["a header that is a list", withHeader([], 0), /not an object/],
  ["an entry that is null", withHeader({ a: null }, 0), /describes tensor "a" wrongly/],
  ["a negative size", withHeader({ a: entry("U8", [-1], 0, 0) }, 0), /describes tensor "a" wrongly/],
  ["a size that is no integer", withHeader({ a: entry("U8", [1.5], 0, 1) }, 1), /describes tensor "a" wrongly/],
  ["an unknown type", withHeader({ a: entry("F8_E5M2", [4], 0, 4) }, 4), /unknown type F8_E5M2/],
  [
    "the name of an inherited property as a type",
    withHeader({ a: entry("constructor", [4], 0, 4) }, 4),
    /unknown type/,
  ],
  ["another size than the shape", withHeader({ a: entry("F32", [4], 0, 4) }, 4), /another size than its shape/],
  [
    "a shape beyond all numbers",
    withHeader({ a: entry("U8", [2 ** 50, 2 ** 50], 0, 4) }, 4),
    /another size than its shape/,
  ],
  ["data beyond the end", withHeader({ a: entry("U8", [9], 0, 9) }, 8), /beyond the end/],
  [
    "two tensors that overlap",
    withHeader({ a: entry("U8", [4], 0, 4), b: entry("U8", [4], 2, 6) }, 6),
    /does not follow/,
  ],
  ["a gap between tensors", withHeader({ a: entry("U8", [4], 0, 4), b: entry("U8", [4], 5, 9) }, 9), /does not follow/],
  ["bytes after the last tensor", withHeader({ a: entry("U8", [4], 0, 4) }, 5), /after its last tensor/],
];

for (const [what, bytes, message] of broken) {
  test(`${what} is refused`, () => {
    writeFileSync(file, bytes);
    assert.throws(
      () => openSafetensors(file),
      (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.equal(error.code, "modelCorrupt");
        assert.match(error.message, message);
        assert.match(error.message, /a\.safetensors/);
        return true;
      },
    );
  });
}

test("a file cut at any byte is refused", () => {
  writeSafetensors(file, TENSORS);
  const bytes = readFileSync(file);
  for (let length = 0; length < bytes.length; length++) {
    writeFileSync(file, bytes.subarray(0, length));
    assert.throws(() => openSafetensors(file), { code: "modelCorrupt" }, `cut at byte ${length}`);
  }
});

test("a missing file is modelMissing, a missing tensor modelCorrupt", () => {
  assert.ok(!existsSync(path.join(scratch, "nowhere")));
  assert.throws(() => openSafetensors(path.join(scratch, "nowhere")), { code: "modelMissing" });
  writeSafetensors(file, TENSORS);
  assert.throws(() => openSafetensors(file).read("nothing"), { code: "modelCorrupt", message: /no tensor "nothing"/ });
});
