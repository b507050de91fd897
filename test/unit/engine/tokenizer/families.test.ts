// Tokenizers of other families against the reference's ids (lab/golden/makeTokenizerFamiliesGolden.py), from tokenizer.json and from GGUF's
// metadata, and text there and back.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { GgufFile } from "../../../../server/engine/models/gguf.ts";
import type { GgufValue } from "../../../../server/engine/models/ggufHead.ts";
import { LineEncoder } from "../../../../server/engine/prompt/lineEncoder.ts";
import { createTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";
import { readGgufTokenizer } from "../../../../server/engine/tokenizer/ggufTokenizer.ts";
import type { Tokenizer } from "../../../../server/engine/tokenizer/tokenizer.ts";
import { readTokenizerFile } from "../../../../server/engine/tokenizer/tokenizerFile.ts";

interface TokenizerJson {
  added_tokens: { content: string }[];
  model: { vocab: Record<string, number>; merges: string[] };
}

interface Family {
  name: string;
  pre?: string | null; // GGUF's name of the same
  tokenizer?: TokenizerJson;
  gguf?: Record<string, GgufValue>; // lists of a file of SentencePiece's kind
  texts: number[][];
  decoded?: Record<number, string>; // where the reference's text is another one
}

const golden: { texts: string[]; families: Family[] } = JSON.parse(
  await readFile(path.join(import.meta.dirname, "../../../golden/tokenizer-families-golden.json"), "utf8"),
);

/** Families whose reference puts a blank before each text: ours leaves that to the prompt's format. */
const WITH_BLANK = ["codellama", "spm-llama"];
const COMPOSING = ["qwen2", "qwen35"];

function ggufOf(metadata: Record<string, GgufValue>): GgufFile {
  const entries = Object.entries(metadata).map(([key, value]): [string, GgufValue] => [`tokenizer.ggml.${key}`, value]);
  const nothing = { tensors: new Map(), read: () => new Uint8Array(), values: () => new Float32Array() };
  return { path: "x.gguf", metadata: new Map(entries), ...nothing };
}

function asGguf(pre: string, { added_tokens, model }: TokenizerJson): GgufFile {
  const words = Object.entries(model.vocab).sort((a, b) => a[1] - b[1]);
  const tokens = [...words.map(([word]) => word), ...added_tokens.map(({ content }) => content)];
  const token_type = tokens.map((_, id) => (id < words.length ? 1 : 3));
  return ggufOf({ model: "gpt2", pre, tokens, token_type, merges: model.merges });
}

function tokenizerOf({ name, tokenizer, gguf }: Family): Tokenizer {
  const { vocabulary, pipeline } = tokenizer
    ? readTokenizerFile(structuredClone(tokenizer), `${name}.json`)
    : readGgufTokenizer(ggufOf({ model: "llama", ...gguf }));
  return createTokenizer(vocabulary, pipeline);
}

function checkIds(tokenizer: Tokenizer, family: Family): void {
  golden.texts.forEach((text, index) => {
    const given = WITH_BLANK.includes(family.name) && text !== "" ? ` ${text}` : text;
    assert.deepEqual(tokenizer.encode(given), family.texts[index], JSON.stringify(text));
  });
}

const tokenizers = new Map(golden.families.map((family) => [family.name, tokenizerOf(family)]));

for (const family of golden.families) {
  const tokenizer = tokenizers.get(family.name)!;

  test(`${family.name}: ids equal the reference's`, () => {
    assert.equal(family.texts.length, golden.texts.length);
    checkIds(tokenizer, family);
  });

  test(`${family.name}: decoded as by the reference`, () => {
    golden.texts.forEach((text, index) => {
      const blank = WITH_BLANK.includes(family.name) && text !== "" ? " " : "";
      const expected = family.gguf ? text.replaceAll("▁", " ") : (family.decoded?.[index] ?? text);
      assert.equal(tokenizer.decode(family.texts[index]), blank + expected);
    });
  });

  test(`${family.name}: any text comes back, composed where the family composes, "▁" as a blank where it writes that`, () => {
    const isOfChars = !family.pre && family.name !== "cl100k";
    const texts = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.string({ unit: "binary", maxLength: 40 }),
      fc
        .array(fc.constantFrom("e\u0301", "\u0301", "'S", "  ", "\n", "\r\n", "▁", "12", "𝒳", "{"), { maxLength: 20 })
        .map((list) => list.join("")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const composed = COMPOSING.includes(family.name) ? text.normalize("NFC") : text;
        const expected = isOfChars ? composed.replaceAll("▁", " ") : composed;
        assert.equal(tokenizer.decode(tokenizer.encode(text)), Buffer.from(expected).toString());
      }),
      { numRuns: 150 },
    );
  });

  test(`${family.name}: incremental = whole on random code`, () => {
    const encoder = new LineEncoder(tokenizer);
    const parts = fc.constantFrom(
      ...["\n", "\r\n", "\n\n", "\r", "\t", " ", "    ", "\u00a0", "\u2028", "\u0085", "\n  \n", "\n    "],
      ...[
        "return",
        "x",
        "é",
        "e\u0301",
        "\u0301",
        "日本",
        "1",
        "42",
        "'s",
        "{",
        "}",
        ");",
        ");\r\n",
        "//",
        "/",
        "▁",
        "😀",
      ],
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 40 }), (list) => {
        const text = list.join("");
        assert.deepEqual(encoder.encode(text), tokenizer.encode(text));
      }),
      { numRuns: 400 },
    );
  });

  if (family.pre && family.tokenizer) {
    test(`${family.name}: the same ids from a GGUF file that calls it ${family.pre}`, () => {
      const { vocabulary, pipeline } = readGgufTokenizer(asGguf(family.pre!, family.tokenizer!));
      checkIds(createTokenizer(vocabulary, pipeline), family);
    });
  }
}

test("lines are encoded by themselves in all families", () => {
  const cuts = Object.fromEntries([...tokenizers].map(([name, { lineCut }]) => [name, lineCut]));
  assert.deepEqual(cuts, {
    smollm2: "before",
    mellum: "before",
    qwen2: "after",
    qwen35: "after",
    llama3: "after",
    cl100k: "none", // its line breaks are pieces of their own, but no family of ours has it
    "seed-coder": "after",
    "deepseek-coder": "after",
    "deepseek-llm": "after",
    "deepseek-v3": "after",
    gemma: "after",
    codellama: "after",
    "spm-llama": "none", // the fixture's vocabulary has tokens across line breaks
    "spm-gemma": "none",
  });
});
