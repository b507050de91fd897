// The prompt: its form, its budget, what is dropped, and that typing leaves its beginning as it is.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import fc from "fast-check";
import { embeddedModelDir } from "../../../../server/engine/models/catalog.ts";
import { packPrompt as pack } from "../../../../server/engine/prompt/packPrompt.ts";
import { promptFormats } from "../../../../server/engine/prompt/promptFormat.ts";
import { loadTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";
import type { Tokenizer } from "../../../../server/engine/tokenizer/tokenizer.ts";
import type { ContextPiece, PromptInput } from "../../../../server/host/protocol/messages.ts";
import { tinyTokenizer } from "../../../support/tinyModel.ts";

const packPrompt = (input: PromptInput, tokenizer: Tokenizer, budgetTokens: number) =>
  pack(input, tokenizer, budgetTokens, promptFormats.prefix);
const tiny = tinyTokenizer();
const SEP = tiny.specialId("<file_sep>")!;
const bytes = (text: string) => [...Buffer.from(text)];

const piece = (path: string, text: string): ContextPiece => ({ kind: "import", path, text, score: 0.5 });
const input = (prefix: string, pieces: ContextPiece[] = []): PromptInput => ({
  path: "src/a.ts",
  languageId: "typescript",
  prefix,
  suffix: "\n}\n",
  pieces,
});

describe("prompt of the format prefix", () => {
  let real: Tokenizer;
  before(async () => {
    real = await loadTokenizer(embeddedModelDir());
  });

  test("separator, path, line break, text: pieces first, the prefix last, no suffix", () => {
    const { tokens, inspection } = packPrompt(input("let x = ", [piece("b.ts", "export {};\n")]), tiny, 500);
    assert.deepEqual(tokens, [SEP, ...bytes("b.ts\nexport {};\n"), SEP, ...bytes("src/a.ts\nlet x = ")]);
    assert.equal(inspection.prompt, "<file_sep>b.ts\nexport {};\n<file_sep>src/a.ts\nlet x = ");
    assert.equal(inspection.tokens, tokens.length);
    assert.deepEqual(
      inspection.pieces.map(({ kind, path, tokens }) => ({ kind, path, tokens })),
      [
        { kind: "import", path: "b.ts", tokens: 17 },
        { kind: "prefix", path: "src/a.ts", tokens: 18 },
      ],
    );
    assert.deepEqual(inspection.dropped, []);
  });

  test("names of special tokens in the text are ordinary characters", () => {
    const { tokens } = packPrompt(input("<file_sep><|endoftext|>"), real, 500);
    const separator = real.specialId("<file_sep>")!;
    assert.equal(tokens.filter((id) => id === separator).length, 1);
    assert.ok(!tokens.includes(real.specialId("<|endoftext|>")!));
    assert.equal(real.decode(tokens), "src/a.ts\n<file_sep><|endoftext|>");
  });

  test("a piece that does not fit is dropped with its reason, later ones that fit stay", () => {
    const pieces = [piece("b.ts", "b".repeat(50)), piece("c.ts", "c".repeat(400)), piece("d.ts", "d".repeat(50))];
    const { inspection } = packPrompt(input("x".repeat(100), pieces), tiny, 300);
    assert.deepEqual(
      inspection.pieces.map(({ path }) => path),
      ["b.ts", "d.ts", "src/a.ts"],
    );
    assert.deepEqual(inspection.dropped, [{ kind: "import", path: "c.ts", reason: "budget" }]);
  });

  test("a prefix that is too long loses its beginning, and the inspector says so", () => {
    const { tokens, inspection } = packPrompt(input("line;\n".repeat(200)), tiny, 300);
    assert.ok(tokens.length <= 300);
    assert.deepEqual(inspection.dropped, [{ kind: "prefix", path: "src/a.ts", reason: "budget" }]);
    assert.ok(inspection.prompt.startsWith("<file_sep>src/a.ts\nline;\n"));
  });

  test("pieces get the room that the prefix does not need, and half where both want it all", () => {
    const long = "line;\n".repeat(400);
    const alone = packPrompt(input(long), tiny, 1000).inspection;
    const shared = packPrompt(input(long, [piece("b.ts", "y".repeat(400))]), tiny, 1000).inspection;
    assert.ok(alone.pieces[0].tokens > 850);
    assert.deepEqual(
      shared.pieces.map(({ path }) => path),
      ["b.ts", "src/a.ts"],
    );
    const short = packPrompt(input("let x", [piece("b.ts", "y".repeat(800))]), tiny, 1000).inspection;
    assert.equal(short.pieces.length, 2);
  });

  test("a very long path does not eat the budget", () => {
    const { tokens } = packPrompt({ ...input("let x"), path: "p/".repeat(2000) }, tiny, 400);
    assert.ok(tokens.length < 300);
    assert.equal(tiny.decode(tokens).endsWith("p/\nlet x"), true);
  });

  test("never more than the budget, and what is kept is the end of the prefix", () => {
    const text = fc.array(fc.constantFrom("a", " ", "\n", "foo(", "\t", "é😀", "w".repeat(90)), { maxLength: 120 });
    const some = text.map((parts) => parts.join(""));
    const pieces = fc.array(
      some.map((text) => piece("p.ts", text)),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(some, pieces, fc.integer({ min: 32, max: 700 }), (prefix, pieces, budget) => {
        for (const tokenizer of [tiny, real]) {
          const { tokens, inspection } = packPrompt(input(prefix, pieces), tokenizer, budget);
          assert.ok(tokens.length <= budget);
          assert.equal(inspection.tokens, tokens.length);
          assert.ok(prefix.endsWith(inspection.pieces.at(-1)!.text));
          const named =
            inspection.pieces.length - 1 + inspection.dropped.filter(({ kind }) => kind !== "prefix").length;
          assert.equal(named, pieces.length);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("typing keeps the beginning: at least 95 % of the tokens of a burst are the ones before", () => {
    const file = Array.from({ length: 150 }, (_, i) => `  total += items[${i}].price * rate(${i}, "net");`).join("\n");
    const pieces = [piece("b.ts", "export function rate(n: number) {\n  return n;\n}\n".repeat(12))];
    const typed = "\n  const sum = items.map((item) => item.price).filter(Boolean);\n  return sum";
    let before: number[] = [];
    let total = 0;
    let kept = 0;
    for (let end = 0; end <= typed.length; end++) {
      const { tokens } = packPrompt(input(file + typed.slice(0, end), pieces), real, 1024);
      const same = tokens.findIndex((id, at) => id !== before[at]);
      if (end > 0) {
        total += tokens.length;
        kept += same < 0 ? tokens.length : same;
      }
      before = tokens;
    }
    assert.ok(kept / total >= 0.95, `${((100 * kept) / total).toFixed(1)} % kept`);
  });
});
