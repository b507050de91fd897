// The healing table against a plain search through the vocabulary, and a text taken back and spelt again.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { embeddedModelDir } from "../../../server/models/catalog.ts";
import { loadTokenizer } from "../../../server/tokenizer/bpeTokenizer.ts";
import { HealingTable } from "../../../server/tokenizer/healing.ts";

const tokenizer = await loadTokenizer(embeddedModelDir());
const table = new HealingTable(tokenizer);

const startsWith = (bytes: Uint8Array, start: Uint8Array): boolean => start.every((byte, i) => bytes[i] === byte);

function candidatesBySearch(rest: Uint8Array): number[] {
  const found: number[] = [];
  for (let id = 0; id < tokenizer.vocabSize; id++) {
    const bytes = tokenizer.bytesOf(id);
    if (bytes.length > 0 && (startsWith(bytes, rest) || startsWith(rest, bytes))) found.push(id);
  }
  return found;
}

const byNumber = (a: number, b: number): number => a - b;

test("candidates are the tokens that begin with the bytes or are a beginning of them", () => {
  for (const text of ["r", "ret", "return", " ", "    ", "\n", "\r\n", "()", "é", "日", "zzzzqq"]) {
    const rest = Buffer.from(text);
    assert.deepEqual(table.candidates(rest).sort(byNumber), candidatesBySearch(rest), JSON.stringify(text));
  }
});

test("candidates for any bytes equal those of the plain search", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 6 }), (rest) => {
      assert.deepEqual(table.candidates(rest).sort(byNumber), candidatesBySearch(rest));
    }),
    { numRuns: 100 },
  );
});

test("a special token is never a candidate", () => {
  const special = new Set(tokenizer.endOfTextIds);
  assert.ok(special.has(0));
  for (const text of ["<", "<|", "<file_sep>"]) {
    for (const id of table.candidates(Buffer.from(text))) assert.ok(!special.has(id));
  }
});

test("whatever token is taken back, candidates can spell it and its bytes are kept", () => {
  for (const id of tokenizer.encode("const total = items.reduce((sum, item) => sum + item.price, 0); // über 日本")) {
    let rest = tokenizer.bytesOf(id);
    assert.ok(table.candidates(rest).includes(id));
    // Always the shortest candidate: the bytes are spelt in the end all the same.
    while (rest.length > 0) {
      const [shortest] = table
        .candidates(rest)
        .sort((a, b) => tokenizer.bytesOf(a).length - tokenizer.bytesOf(b).length);
      rest = rest.subarray(Math.min(rest.length, tokenizer.bytesOf(shortest).length));
    }
    assert.equal(rest.length, 0);
  }
});

test("a token can grow exactly where a longer one begins with its bytes; a special token cannot", () => {
  let growing = 0;
  for (let id = 0; id < tokenizer.vocabSize; id += 7) {
    const bytes = tokenizer.bytesOf(id);
    const longer = (other: number) => tokenizer.bytesOf(other).length > bytes.length;
    const expected = bytes.length > 0 && table.candidates(bytes).some(longer);
    assert.equal(table.canGrow(bytes), expected, `token ${id}`);
    if (expected) growing++;
  }
  assert.ok(growing > 100);
  assert.equal(table.canGrow(new Uint8Array()), false);
});
