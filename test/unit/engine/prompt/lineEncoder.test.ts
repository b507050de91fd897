// The line encoder must give the tokenizer's own ids for every text: the whole encoding is its oracle.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import fc from "fast-check";
import { embeddedModelDir } from "../../../../server/engine/models/catalog.ts";
import { cutsBeforeBreaks, LineEncoder } from "../../../../server/engine/prompt/lineEncoder.ts";
import { loadTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";
import type { Tokenizer } from "../../../../server/engine/tokenizer/tokenizer.ts";
import { tinyTokenizer } from "../../../support/tinyModel.ts";

/** What code is made of, white space of all kinds above all: that is where a cut could change the ids. */
const codeLike = fc
  .array(
    fc.oneof(
      fc.constantFrom("\n", "\r\n", "\n\n", "\r", "\t", " ", "    ", "\u00a0", "\u3000", "\ufeff", "\u0085", "\n  \n"),
      fc.constantFrom(
        "return",
        "x",
        "foo_bar",
        "é",
        "日本",
        "😀",
        "1",
        "42",
        "'s",
        "'",
        "{",
        "}",
        ");",
        "//",
        "<file_sep>",
      ),
      fc.string({ unit: "grapheme", maxLength: 3 }),
      fc.string({ unit: "binary", maxLength: 2 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

describe("line encoder", () => {
  let tokenizer: Tokenizer;
  before(async () => {
    tokenizer = await loadTokenizer(embeddedModelDir());
  });

  test("incremental = whole on random code", () => {
    const encoder = new LineEncoder(tokenizer); // one for all texts: a remembered line must be right in every text
    fc.assert(
      fc.property(codeLike, (text) => {
        assert.deepEqual(encoder.encode(text), tokenizer.encode(text));
      }),
      { numRuns: 2000 },
    );
  });

  test("incremental = whole after every typed character", () => {
    const code = "export function area(w: number) {\n\n  // half of it\r\n  return (w * w) / 2;\n}\n\n\n  \n1\n";
    const encoder = new LineEncoder(tokenizer);
    for (let end = 0; end <= code.length; end++) {
      const text = code.slice(0, end);
      assert.deepEqual(encoder.encode(text), tokenizer.encode(text));
    }
  });

  test("cutting after a line break would change the ids", () => {
    const [head, tail] = ["a\n\n", "b"];
    assert.notDeepEqual([...tokenizer.encode(head), ...tokenizer.encode(tail)], tokenizer.encode(head + tail));
    assert.deepEqual(cutsBeforeBreaks(head + tail), [1]);
  });

  test("cuts lie before line breaks that follow a printable character", () => {
    assert.deepEqual(cutsBeforeBreaks("ab\ncd\r\n\n  \nef"), [2, 5]);
    assert.deepEqual(cutsBeforeBreaks("\n\n"), []);
    assert.deepEqual(cutsBeforeBreaks("é\nx "), []);
  });

  test("a keystroke encodes the lines that changed, not the text", () => {
    let encodedChars = 0;
    const bytes = tinyTokenizer();
    const counting: Tokenizer = {
      ...bytes,
      encode(text) {
        encodedChars += text.length;
        return bytes.encode(text);
      },
    };
    const encoder = new LineEncoder(counting);
    const file = Array.from({ length: 300 }, (_, line) => `  const value${line} = ${line};`).join("\n");
    encoder.encode(file);
    encodedChars = 0;
    assert.equal(encoder.encode(`${file}\n  x`).length, file.length + 4);
    assert.ok(encodedChars < 40, `${encodedChars} characters encoded`);
  });

  test("a line that is used stays while many others come and go", () => {
    let calls = 0;
    const bytes = tinyTokenizer();
    const encoder = new LineEncoder({
      ...bytes,
      encode(text) {
        if (text === "\nkept;") calls++;
        return bytes.encode(text);
      },
    });
    for (let round = 0; round < 10; round++) {
      encoder.encode(`a;\nkept;\n${`${"y".repeat(50)};\n`.repeat(3)}`);
      encoder.encode(Array.from({ length: 1000 }, (_, line) => `${"z".repeat(150)}${round}-${line};`).join("\n"));
    }
    assert.equal(calls, 1);
  });
});

test("where it may end early, it has more than enough of the same ids", () => {
  const tokenizer = tinyTokenizer();
  const encoder = new LineEncoder(tokenizer);
  fc.assert(
    fc.property(codeLike, fc.nat(40), (text, enough) => {
      const [all, some] = [tokenizer.encode(text), encoder.encode(text, enough)];
      assert.deepEqual(some, all.slice(0, some.length));
      assert.ok(some.length === all.length || some.length > enough);
    }),
  );
  const encoded: string[] = [];
  const encode = (text: string) => {
    encoded.push(text);
    return tokenizer.encode(text);
  };
  const rows = Array.from({ length: 1_000 }, (_, i) => `a${i};\n`).join("");
  new LineEncoder({ ...tokenizer, encode }).encode(rows, 10);
  assert.ok(encoded.length < 10, `${encoded.length} lines`);
});
