// Fill in the middle, version 1: text and ids against the frozen golden file, what is kept of a suffix, and that typing extends the prompt.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { before, describe, test } from "node:test";
import fc from "fast-check";
import { embeddedModelDir } from "../../../../server/engine/models/catalog.ts";
import { packPrompt } from "../../../../server/engine/prompt/packPrompt.ts";
import { promptFormats } from "../../../../server/engine/prompt/promptFormat.ts";
import { suffixEnd } from "../../../../server/engine/prompt/suffixEnd.ts";
import { loadTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";
import type { Tokenizer } from "../../../../server/engine/tokenizer/tokenizer.ts";
import type { PromptInput } from "../../../../server/host/protocol/messages.ts";
import { PROMPT_BUDGET } from "../../../../server/host/protocol/promptBudget.ts";
import { piece, place } from "./promptPlace.ts";

interface Golden {
  name: string;
  input: PromptInput;
  budgetTokens: number;
  text: string;
  ids: number[];
}

const goldenFile = path.join(import.meta.dirname, "../../../golden/prompt-golden.json");
const golden = JSON.parse(readFileSync(goldenFile, "utf8")) as Golden[];
/** As the prompt has it. */
const lineFeeds = (text: string) => text.replaceAll("\r\n", "\n");
const someText = fc
  .array(fc.constantFrom("a", " ", "\n", "\r\n", "foo(", "\t", "é😀", "w".repeat(90), "}\n"), { maxLength: 120 })
  .map((parts) => parts.join(""));

describe("prompt of the format fim", () => {
  let tokenizer: Tokenizer;
  const pack = (input: PromptInput, budget = 1024) => packPrompt(input, tokenizer, budget, promptFormats.fim);
  before(async () => {
    tokenizer = await loadTokenizer(embeddedModelDir());
  });

  for (const { name, input, budgetTokens, text, ids } of golden) {
    test(`golden: ${name}`, () => {
      const { tokens, inspection } = pack(input, budgetTokens);
      assert.equal(inspection.prompt, text);
      assert.deepEqual(tokens, ids);
      assert.equal(inspection.tokens, ids.length);
    });
  }

  test("prefix tokens are those of the text before the cursor, with one marker in between", () => {
    fc.assert(
      fc.property(someText, (prefix) => {
        const { tokens, lineStart, line } = pack(place(prefix, ""));
        const middle = tokenizer.specialId("<fim_middle>")!;
        const start = tokens.indexOf(tokenizer.specialId("<fim_prefix>")!) + 1;
        assert.equal(tokens[lineStart - 1], middle);
        assert.ok(lineFeeds(prefix).endsWith(line));
        const written = [...tokens.slice(start, lineStart - 1), ...tokens.slice(lineStart)];
        assert.deepEqual(written, tokenizer.encode(lineFeeds(prefix)));
      }),
      { numRuns: 300 },
    );
  });

  test("never more than the budget; the beginning of the suffix and the end of the prefix are kept", () => {
    fc.assert(
      fc.property(
        someText,
        someText,
        fc.array(someText.map(piece), { maxLength: 3 }),
        fc.integer({ min: 48, max: 700 }),
        (prefix, suffix, pieces, budget) => {
          const { tokens, inspection } = pack(place(prefix, suffix, pieces), budget);
          assert.ok(tokens.length <= budget);
          assert.equal(
            inspection.pieces.reduce((sum, { tokens }) => sum + tokens, 0),
            tokens.length,
          );
          const kept = (kind: string) => inspection.pieces.find((piece) => piece.kind === kind)!.text;
          assert.ok(lineFeeds(prefix).endsWith(kept("prefix")));
          assert.ok(lineFeeds(suffix).startsWith(kept("suffix")));
          const cut = inspection.dropped.map(({ kind }) => kind);
          assert.equal(cut.includes("suffix"), kept("suffix") !== lineFeeds(suffix));
          assert.equal(cut.includes("prefix"), kept("prefix") !== lineFeeds(prefix));
        },
      ),
      { numRuns: 200 },
    );
  });

  test("typing in a line only adds tokens, but for one that was split; the start of a long prefix moves seldom", () => {
    const file = Array.from({ length: 60 }, (_, i) => `  total += items[${i}].price * rate(${i}, "net");`).join("\n");
    const after = `\n}\n\n${file}\n`;
    const typed = "\n  const sum = items.map((item) => item.price).filter(Boolean);";
    const rerun: number[] = []; // tokens of the prompt before that are not at the same place in the next one
    let last = pack(place(file + typed.slice(0, 1), after)).tokens;
    for (let end = 2; end <= typed.length; end++) {
      const { tokens } = pack(place(file + typed.slice(0, end), after));
      const same = last.findIndex((id, at) => id !== tokens[at]);
      rerun.push(same < 0 ? 0 : last.length - same);
      last = tokens;
    }
    assert.ok(rerun.filter((count) => count > 5).length <= 1, `${rerun}`);
  });

  test("prefix and suffix share the budget: the suffix has its share where the prefix is long, more where it is short", () => {
    const long = "let value = compute(12, 'name');\n".repeat(200);
    const kept = (prefix: string) =>
      pack(place(prefix, long)).inspection.pieces.find(({ kind }) => kind === "suffix")!.tokens;
    const share = 1024 * PROMPT_BUDGET.suffixShare;
    assert.ok(kept(long) <= share && kept(long) > share / 2, `${kept(long)} tokens`);
    assert.ok(kept("let a") > 700, `${kept("let a")} tokens`);
  });
});

describe("where the suffix ends", () => {
  const bytes = (text: string) => [...Buffer.from(text)];

  test("after a multiple of eight lines; of fewer where eight do not fit", () => {
    const lines = "12345678\n".repeat(30); // 9 tokens a line
    assert.equal(suffixEnd(lines, 9 * 30, bytes), 9 * 30);
    assert.equal(suffixEnd(lines, 9 * 29, bytes), 9 * 24);
    assert.equal(suffixEnd(lines, 9 * 8, bytes), 9 * 8);
    assert.equal(suffixEnd(lines, 9 * 7, bytes), 9 * 4);
    assert.equal(suffixEnd(lines, 9, bytes), 9);
  });

  test("a line that is too long by itself is cut, never inside a pair of units", () => {
    assert.equal(suffixEnd("x".repeat(5000), 600, bytes), 512);
    assert.equal(suffixEnd("x".repeat(5000), 40, bytes), 32);
    assert.equal(suffixEnd("x".repeat(5000), 3, bytes), 0);
    assert.equal(suffixEnd(`${"x".repeat(15)}${"😀".repeat(50)}`, 20, bytes), 15);
  });

  test("no room, no suffix", () => {
    assert.equal(suffixEnd("a\nb\n", 0, bytes), 0);
    assert.equal(suffixEnd("", 10, bytes), 0);
  });
});
