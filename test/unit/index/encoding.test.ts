// What is written as bytes is read as it was.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DamagedBytes } from "../../../src/index/bytes.ts";
import { decodeChunks, decodeSymbols, encodeChunks, encodeSymbols } from "../../../src/index/outline.ts";
import { decodePosting, encodePosting, frequencyAt, postingsOf } from "../../../src/index/postings.ts";

test("lists of a term, in both layouts", () => {
  const list = fc.uniqueArray(fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 255 })), {
    selector: ([chunk]) => chunk,
  });
  fc.assert(
    fc.property(list, fc.integer({ min: 301, max: 65_536 }), (drawn, segmentChunks) => {
      const sorted = drawn.sort(([a], [b]) => a - b);
      const posting = { chunks: sorted.map(([chunk]) => chunk), frequencies: sorted.map(([, frequency]) => frequency) };
      const decoded = decodePosting(encodePosting(posting), sorted.length, segmentChunks);
      assert.deepEqual([...postingsOf(decoded)], sorted);
      const frequencies = new Map(sorted);
      for (let chunk = 0; chunk <= 300; chunk++) assert.equal(frequencyAt(decoded, chunk), frequencies.get(chunk) ?? 0);
    }),
  );
});

test("the largest chunk number, and a frequency of more than a byte", () => {
  const bytes = encodePosting({ chunks: [0, 65_535], frequencies: [1, 300] });
  assert.deepEqual(
    [...postingsOf(decodePosting(bytes, 2, 65_536))],
    [
      [0, 1],
      [65_535, 255],
    ],
  );
});

test("chunks and symbols of a file", () => {
  const text = fc.string({ unit: "grapheme" });
  const lines = fc.tuple(fc.nat(9), fc.nat(500));
  const chunk = fc.record({ lines, hash: fc.nat(0xffffffff), header: text });
  const symbol = fc.record({ lines, name: text, kind: fc.constantFrom("class", "method"), container: text });
  fc.assert(
    fc.property(fc.array(chunk), fc.array(symbol), (drawnChunks, drawnSymbols) => {
      let line = 0;
      const chunks = drawnChunks.map(({ lines: [gap, length], ...rest }) => {
        const startLine = line + gap;
        line = startLine + length;
        return { startLine, endLine: line, ...rest };
      });
      const sorted = drawnSymbols.sort((a, b) => a.lines[0] - b.lines[0]);
      const symbols = sorted.map(({ lines: [start, length], ...rest }) => {
        return { startLine: start, endLine: start + length, ...rest };
      });
      assert.deepEqual(decodeChunks(encodeChunks({ chunks: chunks.map((one) => ({ ...one, terms: [] })) })), chunks);
      assert.deepEqual(decodeSymbols(encodeSymbols({ symbols })), symbols);
    }),
  );
});

test("damaged bytes are refused, and never read without end", () => {
  const decoders: ((bytes: Uint8Array) => unknown)[] = [
    (bytes) => decodePosting(bytes, bytes.length + 1, 65_536),
    decodeChunks,
    decodeSymbols,
  ];
  for (const decode of decoders) {
    assert.throws(() => decode(new Uint8Array()), DamagedBytes); // no byte at the end is below 128
    assert.throws(() => decode(new Uint8Array(8).fill(0xff)), DamagedBytes);
  }
  assert.throws(() => decodePosting(new Uint8Array(9), 4_000_000_000, 4_100_000_000), DamagedBytes);
  assert.throws(() => decodePosting(encodePosting({ chunks: [300], frequencies: [1] }), 1, 300), DamagedBytes);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(...decoders), (bytes, decode) => {
      try {
        decode(bytes);
      } catch (error) {
        assert.ok(error instanceof DamagedBytes, String(error));
      }
    }),
  );
});
