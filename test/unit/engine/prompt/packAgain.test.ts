// A prompt that was packed is packed again unchanged, and without a piece it is the same but for that piece: what measures a piece's share in a
// suggestion relies on it.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { packPrompt } from "../../../../server/engine/prompt/packPrompt.ts";
import { promptFormats } from "../../../../server/engine/prompt/promptFormat.ts";
import type { PromptInput } from "../../../../server/host/protocol/messages.ts";
import { tinyTokenizer } from "../../../support/tinyModel.ts";

const tokenizer = tinyTokenizer();
const text = fc.array(fc.string({ maxLength: 30 }), { maxLength: 30 }).map((lines) => lines.join("\n"));
const input = fc.record({
  path: fc.constant("src/a.ts"),
  languageId: fc.constant("typescript"),
  prefix: text,
  suffix: text,
  pieces: fc.array(
    fc.record({
      kind: fc.constant("import"),
      path: fc.constantFrom("b.ts", "c.ts"),
      text,
      score: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 5 },
  ),
});

for (const name of ["prefix", "fim", "fim2"] as const) {
  test(`${name}: what was packed is packed again unchanged, and with the rest in order where a piece is left out`, () => {
    const pack = (prompt: PromptInput, budget: number) => packPrompt(prompt, tokenizer, budget, promptFormats[name]);
    fc.assert(
      fc.property(input, fc.integer({ min: 60, max: 900 }), fc.nat(), (given, budget, chosen) => {
        const { inspection, tokens } = pack(given, budget);
        const own = (kind: string) => inspection.pieces.find((piece) => piece.kind === kind)?.text ?? "";
        const pieces = inspection.pieces
          .filter(({ kind }) => kind === "import")
          .map(({ tokens: _, ...piece }) => piece);
        const packed = { ...given, pieces, prefix: own("prefix"), suffix: own("suffix") };
        const again = pack(packed, budget);
        assert.deepEqual(again.tokens, tokens);
        assert.deepEqual(again.inspection.dropped, []);
        if (pieces.length === 0) return;
        const left = { ...packed, pieces: pieces.toSpliced(chosen % pieces.length, 1) };
        const without = pack(left, budget).inspection;
        assert.deepEqual(without.dropped, []);
        assert.equal(without.tokens, tokens.length - inspection.pieces[chosen % pieces.length].tokens);
      }),
    );
  });
}
