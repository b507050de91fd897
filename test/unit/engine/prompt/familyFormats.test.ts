// The formats of other families: each segment of one place, the budget, typing, and how a format is told from a vocabulary.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { detectFormat, type ModelHints } from "../../../../server/engine/prompt/detectFormat.ts";
import { packPrompt } from "../../../../server/engine/prompt/packPrompt.ts";
import { hasMarkersOf, promptFormats } from "../../../../server/engine/prompt/promptFormat.ts";
import { FORMAT_NAMES, type FormatName, type Segment } from "../../../../server/engine/prompt/types.ts";
import type { Tokenizer } from "../../../../server/engine/tokenizer/tokenizer.ts";
import { piece, place } from "./promptPlace.ts";

/** A tokenizer of bytes with these special tokens. */
function withSpecials(names: readonly string[]): Tokenizer {
  const ids = new Map(names.map((name, index) => [name, 256 + index]));
  return {
    vocabSize: 256 + names.length,
    endOfTextIds: [...ids.values()],
    encode: (text) => [...Buffer.from(text)],
    decode: (tokens) => Buffer.from(tokens.filter((id) => id < 256)).toString(),
    bytesOf: (id) => (id < 256 ? Uint8Array.of(id) : new Uint8Array(0)),
    specialId: (name) => ids.get(name),
  };
}

const shown = (segments: Segment[]): string[] =>
  segments.map((segment) => ("marker" in segment ? `‹${segment.marker}›` : segment.text));

const parts = { path: "src/a.py", before: "def f():", line: "\n\n  ret", suffix: "\n\ng()\n" };

/** start, piece("lib/b.ts", "let b;\n\nb()"), file(parts) */
const layouts: Record<Exclude<FormatName, "prefix" | "fim">, [start: string[], piece: string[], file: string[]]> = {
  fim2: [
    [],
    ["‹<|file_sep|>›", "lib/b.ts\n", "let b;\n\nb()\n"],
    [
      ...["‹<|file_sep|>›", "src/a.py\n", "‹<|fim_suffix|>›", "\n\ng()\n", "‹<|fim_prefix|>›", "def f():\n\n"],
      ...["‹<|fim_middle|>›", "  ret"],
    ],
  ],
  qwen: [
    ["‹<|repo_name|>›", "project\n"],
    ["‹<|file_sep|>›", "lib/b.ts\n", "let b;\n\nb()\n"],
    [
      ...["‹<|file_sep|>›", "src/a.py\n", "‹<|fim_prefix|>›", "def f():\n\n", "‹<|fim_suffix|>›", "\n\ng()\n"],
      ...["‹<|fim_middle|>›", "  ret"],
    ],
  ],
  starcoder2: [
    ["‹<repo_name>›", "project"],
    ["‹<file_sep>›", "lib/b.ts\n", "let b;\n\nb()\n"],
    [
      ...["‹<file_sep>›", "‹<fim_prefix>›", "src/a.py\n", "def f():\n\n", "‹<fim_suffix>›", "\n\ng()\n"],
      ...["‹<fim_middle>›", "  ret"],
    ],
  ],
  granite: [
    ["‹<reponame>›", "project"],
    ["‹<filename>›", "lib/b.ts\n", "let b;\n\nb()\n"],
    [
      ...["‹<filename>›", "src/a.py\n", "‹<fim_prefix>›", "def f():\n\n", "‹<fim_suffix>›", "\n\ng()\n"],
      ...["‹<fim_middle>›", "  ret"],
    ],
  ],
  granite4: [
    ["‹<|reponame|>›", "project"],
    ["‹<|filename|>›", "lib/b.ts\n", "let b;\n\nb()\n"],
    [
      ...["‹<|filename|>›", "src/a.py\n", "‹<|fim_prefix|>›", "def f():\n\n", "‹<|fim_suffix|>›", "\n\ng()\n"],
      ...["‹<|fim_middle|>›", "  ret"],
    ],
  ],
  deepseek: [
    ["‹<｜begin▁of▁sentence｜>›", "‹<｜fim▁begin｜>›"],
    ["// lib/b.ts\n", "let b;\n\nb()\n"],
    ["# src/a.py\n", "def f():\n\n", "‹<｜fim▁hole｜>›", "\n\ng()\n", "‹<｜fim▁end｜>›", "  ret"],
  ],
  codegemma: [
    ["‹<bos>›"],
    ["lib/b.ts\n", "let b;\n\nb()", "‹<|file_separator|>›"],
    [
      ...["src/a.py\n", "‹<|fim_prefix|>›", "def f():\n\n", "‹<|fim_suffix|>›", "\n\ng()\n", "‹<|fim_middle|>›"],
      "  ret",
    ],
  ],
  mellum: [
    [],
    ["‹<filename>›", "lib/b.ts\n", "let b;\n\nb()\n"],
    [
      ...["‹<filename>›", "src/a.py\n", "‹<fim_suffix>›", "\n\ng()\n", "‹<fim_prefix>›", "def f():\n\n"],
      ...["‹<fim_middle>›", "  ret"],
    ],
  ],
  "seed-coder": [
    ["‹<[begin▁of▁sentence]>›", "‹<[fim-suffix]>›", "\n\ng()\n", "‹<[fim-prefix]>›"],
    ["// lib/b.ts\n", "let b;\n\nb()\n"],
    ["# src/a.py\n", "def f():\n\n", "‹<[fim-middle]>›", "  ret"],
  ],
  codellama: [
    ["‹<s>›", "‹▁<PRE>›", " "],
    ["// lib/b.ts\n", "// let b;\n\n// b()\n"],
    ["# src/a.py\n", "def f():\n\n", "‹▁<SUF>›", "\n\ng()\n", "‹▁<MID>›", "  ret"],
  ],
};

describe("formats of other families", () => {
  for (const [name, [start, piece, file]] of Object.entries(layouts)) {
    test(name, () => {
      const format = promptFormats[name as FormatName];
      assert.equal(format.name, name);
      assert.deepEqual(shown(format.start(parts)), start);
      assert.deepEqual(shown(format.piece("lib/b.ts", "let b;\n\nb()")), piece);
      assert.deepEqual(shown(format.file(parts)), file);
    });
  }

  test("qwen: a file without context has its own three markers only", () => {
    const { start, file } = promptFormats.qwen;
    const alone = { ...parts, alone: true };
    assert.deepEqual(shown([...start(alone), ...file(alone)]), layouts.qwen[2].slice(2));
    const { inspection } = packPrompt(place("x = ", "\n"), everything, 400, promptFormats.qwen);
    assert.equal(inspection.prompt, "<|fim_prefix|><|fim_suffix|>\n<|fim_middle|>x = ");
  });

  test("a vocabulary without one of the markers is told", () => {
    for (const format of Object.values(promptFormats)) {
      assert.ok(hasMarkersOf(withSpecials(format.markers), format));
      for (const marker of format.markers) {
        assert.ok(!hasMarkersOf(withSpecials(format.markers.filter((other) => other !== marker)), format), marker);
      }
    }
  });
});

/** All names that the formats use, so that no segment is left out. */
const everything = withSpecials([
  ...new Set(
    Object.values(promptFormats).flatMap((format) =>
      [...format.start(parts), ...format.piece("a", "b"), ...format.file(parts)].flatMap((segment) =>
        "marker" in segment ? segment.marker : [],
      ),
    ),
  ),
]);

describe("prompts in the formats of other families", () => {
  const someText = fc
    .array(fc.constantFrom("a", " ", "\n", "foo(", "\t", "é😀", "w".repeat(40), "}\n"), { maxLength: 60 })
    .map((list) => list.join(""));

  for (const name of FORMAT_NAMES) {
    const format = promptFormats[name];

    test(`${name}: never more than the budget; the inspector's pieces are the prompt`, () => {
      fc.assert(
        fc.property(
          someText,
          someText,
          fc.array(someText.map(piece), { maxLength: 3 }),
          fc.integer({ min: 160, max: 900 }),
          (prefix, suffix, pieces, budget) => {
            const { tokens, lineStart, line, inspection } = packPrompt(
              place(prefix, suffix, pieces),
              everything,
              budget,
              format,
            );
            assert.ok(tokens.length <= budget);
            assert.equal(
              inspection.pieces.reduce((sum, { tokens }) => sum + tokens, 0),
              tokens.length,
            );
            assert.ok(prefix.endsWith(line));
            assert.deepEqual(tokens.slice(lineStart), everything.encode(line));
          },
        ),
        { numRuns: 60 },
      );
    });

    test(`${name}: typing in a line only adds at the end`, () => {
      const before = "let a = 1;\n\nfunction f() {";
      const typed = "\n  return a + 1;";
      let last = packPrompt(
        place(before + typed.slice(0, 1), "\n}\n", [piece("export {};")]),
        everything,
        900,
        format,
      ).tokens;
      for (let end = 2; end <= typed.length; end++) {
        const { tokens } = packPrompt(
          place(before + typed.slice(0, end), "\n}\n", [piece("export {};")]),
          everything,
          900,
          format,
        );
        assert.deepEqual(tokens.slice(0, last.length), last);
        last = tokens;
      }
    });
  }

  test("an optional marker that the vocabulary lacks is left out, another one becomes a line break", () => {
    const { markers } = promptFormats.deepseek;
    const { tokens, inspection } = packPrompt(place("x", ""), withSpecials(markers), 200, promptFormats.deepseek);
    assert.equal(tokens[0], 256);
    assert.match(inspection.prompt, /^<｜begin▁of▁sentence｜><｜fim▁begin｜>/);
    const plain = packPrompt(place("x", ""), withSpecials([]), 200, promptFormats.prefix).tokens;
    assert.equal(Buffer.from(plain).toString(), "\nsrc/a.ts\nx");
  });
});

const PLAIN = ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"];
const PIPED = ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"];
const llama = (name: string): ModelHints => ({ modelType: "llama", name });

const detections: [what: string, specials: string[], hints: ModelHints, format: FormatName][] = [
  [
    "Qwen2.5-Coder",
    [...PIPED, "<|repo_name|>", "<|file_sep|>"],
    { modelType: "qwen2", name: "qwen2.5-coder-1.5b" },
    "qwen",
  ],
  ["StarCoder2", [...PLAIN, "<file_sep>", "<repo_name>"], { modelType: "starcoder2", name: "sc2" }, "starcoder2"],
  ["StarCoder2 by its tokens", [...PLAIN, "<file_sep>", "<repo_name>"], llama("x"), "starcoder2"],
  ["Granite code", [...PLAIN, "<filename>", "<reponame>"], llama("granite-3b-code"), "granite"],
  ["Granite code by its tokens", [...PLAIN, "<filename>", "<reponame>"], llama("x"), "granite"],
  ["Mellum", [...PLAIN, "<filename>", "<reponame>"], llama("Mellum-4b-base"), "mellum"],
  ["Mellum by its tokens", [...PLAIN, "<filename>", "<|im_start|>"], llama("x"), "mellum"],
  ["Granite 4", [...PIPED, "<|filename|>", "<|reponame|>"], { modelType: "granite", name: "x" }, "granite4"],
  ["CodeGemma", [...PIPED, "<|file_separator|>", "<bos>"], { modelType: "gemma", name: "x" }, "codegemma"],
  ["DeepSeek-Coder", ["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"], llama("x"), "deepseek"],
  ["Seed-Coder", ["<[fim-prefix]>", "<[fim-suffix]>", "<[fim-middle]>"], llama("x"), "seed-coder"],
  ["CodeLlama", ["<s>", "▁<PRE>", "▁<SUF>", "▁<MID>"], llama("x"), "codellama"],
  ["the embedded base", [...PLAIN, "<file_sep>"], llama("smollm2-135m"), "prefix"],
  ["Llama 3", ["<|begin_of_text|>"], llama("x"), "prefix"],
  ["half of DeepSeek's markers", ["<｜fim▁begin｜>", "<｜fim▁hole｜>"], llama("x"), "prefix"],
  ["no special tokens", [], llama("mellum"), "prefix"],
];

for (const [what, specials, hints, format] of detections) {
  test(`${what} is ${format}`, () => {
    const tokenizer = withSpecials(specials);
    assert.equal(detectFormat(tokenizer, hints), format);
    assert.ok(hasMarkersOf(tokenizer, promptFormats[format]));
  });
}
