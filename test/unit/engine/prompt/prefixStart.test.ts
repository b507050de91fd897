// Where a prefix that is too long begins: it fits, it keeps what it can, and typing seldom moves it.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { prefixStart } from "../../../../server/engine/prompt/prefixStart.ts";

const encode = (text: string) => [...Buffer.from(text)];
const lines = (count: number) =>
  Array.from({ length: count }, (_, line) => `line ${String(line).padStart(4, "0")}\n`).join(""); // 10 each

describe("start of the prefix", () => {
  test("a prefix that fits is kept whole", () => {
    assert.equal(prefixStart("a\nb\nc", 5, encode), 0);
    assert.equal(prefixStart("", 0, encode), 0);
  });

  test("a long one begins at a multiple of 16 lines, as far back as fits", () => {
    const prefix = lines(100);
    assert.equal(prefixStart(prefix, 400, encode), 64 * 10); // 36 lines; from line 48 on it would be 52
    assert.equal(prefixStart(prefix, 520, encode), 48 * 10);
  });

  test("typing moves it once in 16 lines", () => {
    const all = lines(200);
    const starts = new Set<number>();
    for (let end = 1000; end < all.length; end++) starts.add(prefixStart(all.slice(0, end), 400, encode));
    assert.equal(starts.size, 7); // 100 lines typed
    for (const start of starts) assert.equal(start % 160, 0);
  });

  test("smaller steps where no multiple of 16 lines fits", () => {
    assert.equal(prefixStart(lines(31), 100, encode), 24 * 10); // a multiple of 4
    assert.equal(prefixStart(lines(31), 25, encode), 29 * 10);
    assert.equal(prefixStart(lines(32), 100, encode), 24 * 10); // not the empty line 32, where the text ends
  });

  test("one long line is cut inside, never inside a surrogate pair", () => {
    assert.equal(prefixStart(`x\n${"a".repeat(5000)}`, 1000, encode), 2 + 4096);
    const pairs = `x${"😀".repeat(2000)}`; // units 1, 3, 5, … begin a pair
    const start = prefixStart(pairs, 1000, encode);
    assert.equal(start % 2, 1);
    assert.ok(start > 3000);
  });

  test("nothing is kept where not even a few characters fit", () => {
    const prefix = "a".repeat(1000);
    assert.equal(prefixStart(prefix, 1, encode), prefix.length);
  });

  test("what is kept always fits", () => {
    const text = fc.array(fc.constantFrom("\n", "ab", "  ", "x".repeat(300), "é", "\n\n"), { maxLength: 80 });
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 600 }), (parts, limit) => {
        const prefix = parts.join("");
        const start = prefixStart(prefix, limit, encode);
        assert.ok(encode(prefix.slice(start)).length <= limit);
        if (encode(prefix).length <= limit) assert.equal(start, 0);
      }),
    );
  });
});
