// The safetensors reader and writer: there and back, and damaged files.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { UserError } from "../../../../common/errors.ts";
import { floatToHalf } from "../../../../server/engine/models/blocks.ts";
import { openSafetensors, type TensorToWrite, writeSafetensors } from "../../../../server/engine/models/safetensors.ts";

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

/** A file with `header`, which is taken as it is where it is a text or bytes. */
function withHeader(header: unknown, dataBytes: number, headerLength?: bigint): Buffer {
  const isRaw = typeof header === "string" || Buffer.isBuffer(header);
  const json = Buffer.from(isRaw ? header : JSON.stringify(header));
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
  ["a header of 2 ** 63 bytes", withHeader({}, 0, 2n ** 63n), /header claims/],
  ["a header of 2 ** 64 - 1 bytes", withHeader({}, 0, 2n ** 64n - 1n), /header claims/],
  ["a header of no bytes", withHeader({}, 0, 0n), /not JSON/],
  ["a header longer than the file", withHeader({}, 0, 3n), /middle of its header/],
  ["a header that is not JSON", withHeader("{'a'}", 0), /not JSON/],
  ["a header that is not UTF-8", withHeader(Buffer.from('{"\xff": 1}', "latin1"), 0), /not UTF-8/],
  ["a header that is a list", withHeader([], 0), /not an object/],
  ["a header that is null", withHeader("null", 0), /not an object/],
  [
    "a list in lists, very deep",
    withHeader(`{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, 0),
    /describes tensor "a" wrongly/,
  ],
  [
    "a name that stands there twice",
    withHeader(`{"a":${JSON.stringify(entry("U8", [4], 0, 4))},"a":${JSON.stringify(entry("I8", [4], 0, 4))}}`, 4),
    /says "a" twice/,
  ],
  [
    "a name that stands there twice, escaped once",
    withHeader(
      `{"a":${JSON.stringify(entry("U8", [4], 0, 4))}, "\\u0061" :${JSON.stringify(entry("I8", [4], 0, 4))}}`,
      4,
    ),
    /says "a" twice/,
  ],
  [
    "an entry with two types",
    withHeader('{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"dtype":"I8"}}', 4),
    /says "dtype" twice/,
  ],
  ["metadata that are no texts", withHeader({ __metadata__: { format: 1 } }, 0), /metadata is not a map of texts/],
  [
    "an entry without a shape",
    withHeader({ a: { dtype: "U8", data_offsets: [0, 1] } }, 1),
    /describes tensor "a" wrongly/,
  ],
  ["three offsets", withHeader({ a: { ...entry("U8", [1], 0, 1), data_offsets: [0, 1, 1] } }, 1), /"a" wrongly/],
  ["a negative offset", withHeader({ a: entry("U8", [4], -4, 0) }, 4), /describes tensor "a" wrongly/],
  ["an offset beyond all numbers", withHeader({ a: entry("U8", [4], 2 ** 60, 2 ** 60 + 4) }, 4), /"a" wrongly/],
  ["an end before its begin", withHeader({ a: entry("U8", [4], 4, 0) }, 4), /another size than its shape/],
  ["nine dimensions", withHeader({ a: entry("U8", Array(9).fill(1), 0, 1) }, 1), /describes tensor "a" wrongly/],
  ["an entry that is null", withHeader({ a: null }, 0), /describes tensor "a" wrongly/],
  ["a negative size", withHeader({ a: entry("U8", [-1], 0, 0) }, 0), /describes tensor "a" wrongly/],
  ["a size of 2 ** 63", withHeader({ a: entry("BF16", [2 ** 63, 0], 0, 0) }, 0), /describes tensor "a" wrongly/],
  ["halves of another size", withHeader({ a: entry("BF16", [4], 0, 4) }, 4), /another size than its shape/],
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
  [
    "two tensors in one place",
    withHeader({ a: entry("U8", [4], 0, 4), b: entry("U8", [4], 0, 4) }, 4),
    /does not follow/,
  ],
  ["bytes before the first tensor", withHeader({ a: entry("U8", [4], 1, 5) }, 5), /does not follow/],
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

/** [5, 3] in every type of floats; the values are exact in each. */
const FLOATS = Float32Array.from({ length: 15 }, (_, i) => (i - 7) / 4);
const upperHalves = new Uint16Array(FLOATS.buffer).filter((_, i) => i % 2 === 1);
const FLOAT_DATA: [TensorToWrite["type"], Uint8Array][] = [
  ["F32", new Uint8Array(FLOATS.buffer)],
  ["F16", floatToHalf(FLOATS)],
  ["BF16", new Uint8Array(upperHalves.buffer)],
];

for (const [type, data] of FLOAT_DATA) {
  test(`rows of ${type} have the values of the whole tensor's`, () => {
    writeSafetensors(file, [
      TENSORS[0],
      { name: "w", type, shape: [5, 3], data },
      { name: "v", type, shape: [15], data },
    ]);
    const read = openSafetensors(file);
    assert.deepEqual(read.values("w"), FLOATS);
    assert.deepEqual(read.values("v"), FLOATS);
    for (let from = 0; from <= 5; from++) {
      assert.deepEqual(read.values("w", from), FLOATS.slice(3 * from));
      for (let count = 0; from + count <= 5; count++)
        assert.deepEqual(read.values("w", from, count), FLOATS.slice(3 * from, 3 * (from + count)));
    }
  });
}

test("a single number is one row, a tensor of three dimensions its matrices' rows, an empty one none", () => {
  const data = new Uint8Array(FLOATS.buffer);
  writeSafetensors(file, [
    { name: "one", type: "F32", shape: [], data: data.subarray(0, 4) },
    { name: "three", type: "F32", shape: [3, 1, 5], data },
    { name: "no rows", type: "F32", shape: [0, 5], data: data.subarray(0, 0) },
    { name: "no cols", type: "F32", shape: [5, 0], data: data.subarray(0, 0) },
  ]);
  const read = openSafetensors(file);
  assert.deepEqual(read.values("one"), FLOATS.slice(0, 1));
  assert.deepEqual(read.values("three", 1, 2), FLOATS.slice(5));
  assert.equal(read.values("no rows").length, 0);
  assert.equal(read.values("no cols", 1, 4).length, 0);
});

test("values of another type, of no tensor, of rows that are not there and of a changed file are one error each", () => {
  writeSafetensors(file, [TENSORS[0], { name: "w", type: "F32", shape: [5, 3], data: new Uint8Array(FLOATS.buffer) }]);
  const read = openSafetensors(file);
  assert.throws(() => read.values("bytes"), { code: "modelUnsupported", message: /"bytes" in .* has the type U8/ });
  assert.throws(() => read.values("nothing"), { code: "modelCorrupt", message: /no tensor "nothing"/ });
  const rows: [number, number | undefined, RegExp][] = [
    [0, 6, /"w" has 5 rows, and rows 0 to 6 are needed/],
    [6, undefined, /rows 6 to 5/],
    [-1, 2, /rows -1 to 1/],
    [1.5, 1, /rows 1.5/],
    [2 ** 53, 1, /rows 9007199254740992/],
  ];
  for (const [from, count, message] of rows)
    assert.throws(() => read.values("w", from, count), { code: "modelCorrupt", message });
  truncateSync(file, readFileSync(file).length - 1);
  assert.throws(() => read.values("w"), { code: "modelCorrupt", message: /became shorter/ });
  assert.equal(read.values("w", 0, 4).length, 12);
  rmSync(file);
  assert.throws(() => read.values("w"), { code: "modelMissing" });
});

test("a shape whose product no number holds has no rows to read", () => {
  writeFileSync(file, withHeader({ a: entry("F32", [2 ** 50, 2 ** 50, 0], 0, 0) }, 0));
  assert.throws(() => openSafetensors(file).values("a"), {
    code: "modelCorrupt",
    message: /"a" has 1\.26\d+e\+30 rows/,
  });
});

test("tensors may be described in another order than they lie in", () => {
  writeFileSync(file, withHeader({ late: entry("U8", [3], 1, 4), early: entry("I8", [1], 0, 1) }, 4));
  const { entries } = openSafetensors(file);
  assert.equal(entries.get("late")!.offset - entries.get("early")!.offset, 1);
});

test("names that objects have by themselves are names like others", () => {
  const names = ["__proto__", "constructor", "toString"];
  writeSafetensors(
    file,
    names.slice(1).map((name, i) => ({ name, type: "U8", shape: [1], data: Uint8Array.of(i) })),
  );
  assert.deepEqual([...openSafetensors(file).entries.keys()], names.slice(1));
  writeFileSync(file, withHeader(`{"__proto__":${JSON.stringify(entry("U8", [4], 0, 4))}}`, 4));
  assert.deepEqual([...openSafetensors(file).entries.keys()], names.slice(0, 1));
});

test("a folder and a pipe are refused, and nobody waits for the pipe's writer", {
  skip: process.platform === "win32",
}, () => {
  assert.throws(() => openSafetensors(scratch), { code: "modelCorrupt", message: /not a file/ });
  const pipe = path.join(scratch, "pipe");
  execFileSync("mkfifo", [pipe]);
  assert.throws(() => openSafetensors(pipe), { code: "modelCorrupt", message: /not a file/ });
  rmSync(pipe);
});

/** JSON values that a field of a header might be changed to. */
const anyField = fc.oneof(
  fc.integer({ min: -2, max: 40 }),
  fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 53, 2 ** 60, 1e308, 0.5, null, true, "U8", "F32", "I64", "constructor", ""),
  fc.array(fc.integer({ min: -1, max: 40 }), { maxLength: 4 }),
  fc.constant({}),
);

const field = fc.constantFrom(
  ["dtype"],
  ["shape"],
  ["shape", "0"],
  ["shape", "1"],
  ["data_offsets"],
  ["data_offsets", "0"],
  ["data_offsets", "1"],
);
const changedFields = fc.array(fc.tuple(fc.nat(3), field, anyField), { minLength: 1, maxLength: 4 });

/** What the file's tensors must be, read from its header as plainly as can be; undefined where no reader should accept it. */
function expectedTensors(bytes: Buffer): Map<string, Uint8Array> | undefined {
  const headerBytes = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, 8 + headerBytes).toString()) as Record<string, ReturnType<typeof entry>>;
  const data = bytes.subarray(8 + headerBytes);
  const owners = new Uint8Array(data.length); // how many tensors each byte belongs to
  const tensors = new Map<string, Uint8Array>();
  const itemBytes: Record<string, number> = { U8: 1, I8: 1, F16: 2, BF16: 2, F32: 4, I32: 4, I64: 8 };
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [begin, end] = data_offsets as number[];
    const count = (shape as number[]).reduce((product, length) => product * length, 1);
    if (!(begin >= 0 && end <= data.length) || end - begin !== count * itemBytes[dtype]) return undefined;
    for (let at = begin; at < end; at++) owners[at]++;
    tensors.set(name, data.subarray(begin, end));
  }
  return owners.every((count) => count === 1) ? tensors : undefined;
}

/** Opens `bytes` as a file and reads all of its tensors. Anything but them or a UserError is a failure. */
function opened(bytes: Buffer): "refused" | "read" {
  writeFileSync(file, bytes);
  let read: ReturnType<typeof openSafetensors>;
  try {
    read = openSafetensors(file);
  } catch (error) {
    assert.ok(error instanceof UserError && error.code === "modelCorrupt", String(error));
    return "refused";
  }
  const expected = expectedTensors(bytes);
  assert.ok(expected, "a wrong header was accepted");
  assert.deepEqual(new Set(read.entries.keys()), new Set(expected.keys()));
  for (const [name, data] of expected) assert.ok(Buffer.from(data).equals(read.read(name)), name);
  return "read";
}

const DATA = Buffer.from(Array.from({ length: 26 }, (_, i) => i + 100));

test("a header with changed fields gives a UserError or the tensors that it describes", () => {
  const outcomes = { refused: 0, read: 0 };
  fc.assert(
    fc.property(changedFields, (changes) => {
      const header: Record<string, Record<string, unknown>> = {
        a: entry("U8", [3, 5], 0, 15),
        b: entry("F32", [1], 15, 19),
        c: entry("F16", [0, 4], 19, 19),
        d: entry("I8", [7], 19, 26),
      };
      for (const [tensor, [first, second], value] of changes) {
        const described = header["abcd"[tensor]];
        const parent = second === undefined ? described : described[first];
        if (typeof parent === "object" && parent !== null)
          Object.assign(parent, { [second ?? first]: structuredClone(value) });
      }
      outcomes[opened(Buffer.concat([withHeader(header, 0), DATA]))]++;
    }),
    { numRuns: 400, examples: [[[[2, ["shape", "1"], 7]]]] }, // one that changes nothing: 0 x 7 values
  );
  assert.ok(outcomes.read > 0 && outcomes.refused > 0, JSON.stringify(outcomes));
});

test("a file with changed bytes in its head gives a UserError or the tensors that it describes", () => {
  writeSafetensors(file, TENSORS);
  const original = readFileSync(file);
  const headBytes = original.length - 26;
  const edit = fc.tuple(fc.nat(headBytes - 1), fc.constantFrom("set", "insert", "remove"), fc.nat(255));
  const digitEdit = fc.tuple(fc.nat(headBytes - 1), fc.constant("digit"), fc.nat(9));
  fc.assert(
    fc.property(fc.array(fc.oneof(edit, digitEdit), { minLength: 1, maxLength: 3 }), (edits) => {
      let bytes = original;
      for (const [at, kind, value] of edits) {
        const isDigit = bytes[at] >= 0x30 && bytes[at] <= 0x39;
        const removed = kind === "insert" || (kind === "digit" && !isDigit) ? 0 : 1;
        const added =
          kind === "remove" || (kind === "digit" && !isDigit) ? [] : [kind === "digit" ? 0x30 + value : value];
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(added), bytes.subarray(at + removed)]);
      }
      opened(bytes);
    }),
    { numRuns: 400 },
  );
});
