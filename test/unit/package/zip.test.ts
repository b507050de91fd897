// Zip files of our own: read back as written, with their modes, the same bytes each time; what is damaged is not read.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { readZip, writeZip, type ZipInput } from "../../../scripts/package/zip.ts";

const scratch = mkdtempSync(path.join(os.tmpdir(), "sotto-zip-"));
after(() => rmSync(scratch, { recursive: true }));
const file = path.join(scratch, "a.zip");

const inputs: ZipInput[] = [
  { name: "run/node", data: () => Buffer.from("#!".repeat(5000)), isExecutable: true },
  { name: "übung/日本.txt", data: () => Buffer.from("ein Text") },
  { name: "empty", data: () => Buffer.alloc(0) },
  { name: "noise", data: () => Buffer.from(Array.from({ length: 999 }, (_, i) => (i * i * 7919) >> 3)) },
];

test("what was written is read back, names, bytes and modes", () => {
  const sizeBytes = writeZip(file, inputs);
  assert.equal(readFileSync(file).length, sizeBytes);
  const entries = readZip(file);
  assert.deepEqual(
    entries.map(({ name, mode, read }) => [name, mode, read().toString("base64")]),
    inputs.map(({ name, data, isExecutable }) => [name, isExecutable ? 0o755 : 0o644, data().toString("base64")]),
  );
  assert.ok(entries[0]!.packedBytes < 200, "it is not packed");
  assert.equal(entries[1]!.packedBytes, entries[1]!.sizeBytes, "what would grow is stored as it is");
});

test("the same files give the same bytes", () => {
  writeZip(file, inputs);
  const first = readFileSync(file);
  writeZip(file, inputs);
  assert.deepEqual(readFileSync(file), first);
});

test("a damaged entry is told, and so is what is no zip file", () => {
  writeZip(file, inputs);
  const bytes = readFileSync(file);
  bytes[bytes.indexOf("ein Text")] ^= 1;
  writeFileSync(file, bytes);
  const [first, damaged] = readZip(file);
  assert.equal(first!.read().length, 10_000);
  assert.throws(() => damaged!.read(), /übung\/日本\.txt in .* is damaged/);
  writeFileSync(file, bytes.subarray(0, -1));
  assert.throws(() => readZip(file), /is no zip file/);
});
