// The healing table against a plain search through the vocabulary, and a text taken back and spelt again.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { embeddedModelDir } from "../../../../server/engine/models/catalog.ts";
import { loadTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";
import { HealingTable } from "../../../../server/engine/tokenizer/healing.ts";

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

/** The definition: of all ways to take tokens back, the longest whose bytes some token begins with and goes on after. */
function takenBySearch(tokens: readonly number[]): number {
  let found = 0;
  for (let count = 1; count <= Math.min(8, tokens.length - 1); count++) {
    const back = tokens.slice(-count).map((id) => tokenizer.bytesOf(id));
    if (back.some((bytes) => bytes.length === 0)) break;
    const rest = Buffer.concat(back);
    if (candidatesBySearch(rest).some((id) => tokenizer.bytesOf(id).length > rest.length)) found = count;
  }
  return found;
}

test("as many tokens are taken back as one token may span, by plain search, wherever a line of code is cut", () => {
  const counts = new Set<number>();
  for (const line of [
    "\n  export function getElementById(id) {",
    "\n    return this.serialize(x) === y;",
    "über 日本\t12.5",
  ]) {
    for (let end = 1; end <= line.length; end++) {
      const tokens = tokenizer.encode(line.slice(0, end));
      const { kept, taken, owed } = table.takeBack(tokens);
      assert.equal(taken.length, takenBySearch(tokens), JSON.stringify(line.slice(0, end)));
      assert.deepEqual([...kept, ...taken], tokens);
      assert.deepEqual(Buffer.from(owed), Buffer.concat(taken.map((id) => tokenizer.bytesOf(id))));
      counts.add(taken.length);
    }
  }
  assert.ok(
    [0, 1, 2, 3].every((count) => counts.has(count)),
    `${[...counts]}`,
  );
});

test("what is taken back ends before a special token, and one token stays", () => {
  const [fun, ...rest] = tokenizer.encode("functio");
  const marker = tokenizer.specialId("<file_sep>")!;
  assert.equal(rest.length, 2);
  assert.equal(table.takeBack([marker, fun!, ...rest]).taken.length, 3);
  assert.equal(table.takeBack([fun!, ...rest]).taken.length, takenBySearch([fun!, ...rest]));
  assert.ok(table.takeBack([fun!, ...rest]).kept.length >= 1);
  assert.deepEqual(table.takeBack([fun!, marker]).kept, [fun, marker]);
  assert.deepEqual(table.takeBack([fun!, marker, ...rest]).kept.slice(0, 2), [fun, marker]);
  for (const few of [[], [fun!], [marker]]) assert.deepEqual(table.takeBack(few).kept, few);
});
