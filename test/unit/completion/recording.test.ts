// A recording holds what a replay needs, and no secret: not in its texts, and not spelt by its tokens.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { GenerateResult, Recorded } from "../../../server/host/protocol/messages.ts";
import { recordingOf, recordingSchema } from "../../../src/completion/recording.ts";
import { defaultCompletionSettings as settings } from "../../../src/completion/settings.ts";

const place = { path: "a.ts", languageId: "typescript", line: 1, column: 5, asked: false };
// put together here, so that no rule takes this file's text for one
const planted = ["gh", "p_", "Q7wZx4Lr9Tb", "Nc2Vy6MdKs8", "HfJg3PaEu5RiOq"].join("");

function recorded(promptText: string, text: string) {
  const of: Recorded = {
    prompt: { text: promptText, tokens: [1, 2, 3] },
    ...{ sampling: { temperature: 0 }, maxTokens: 8, stop: ["\n"], tokens: [4, 5] },
    writtenBy: { model: "tiny", device: "cpu", runtime: "c-api 1" },
  };
  const generation: GenerateResult = {
    ...{ text, stop: "endOfText", tokens: { prompt: 3, cached: 0, generated: 2 }, logProbs: [-0.1, -0.2] },
    ...{ timingMs: { queue: 0, prefill: 1, decode: 1 }, tokenEnds: [1, 2], recorded: of },
  };
  const outcome = { kind: "shown" as const, items: [{ text, replaceAfter: 0 }], source: "model" as const };
  return recordingOf({ generation, place, settings, outcome })!;
}

test("a recording is as its schema says, with the tokens of prompt and text", () => {
  const recording = recorded("const a = ", "1;");
  assert.deepEqual(recordingSchema.parse(JSON.parse(JSON.stringify(recording))), recording);
  assert.deepEqual(
    [recording.prompt.tokens, recording.result.tokens],
    [
      [1, 2, 3],
      [4, 5],
    ],
  );
  assert.deepEqual(recording.outcome, { shown: "1;" });
});

test("a secret in the prompt takes the prompt's tokens with it", () => {
  const { prompt, result } = recorded(`const token = "${planted}";\nconst a = `, "1;");
  assert.ok(!prompt.text.includes(planted));
  assert.deepEqual([prompt.tokens, result.tokens], [undefined, [4, 5]]);
  assert.ok(Object.keys(prompt.secrets).length > 0);
});

test("a secret in the text, or one that begins before the cursor, takes the text's tokens with it", () => {
  for (const [before, text] of [
    ["const token = ", `"${planted}";`],
    [`const token = "${planted.slice(0, 12)}`, `${planted.slice(12)}";`],
  ] as const) {
    const recording = recorded(before, text);
    assert.equal(recording.result.tokens, undefined);
    assert.ok(!JSON.stringify(recording.result).includes(planted.slice(12)));
  }
});

test("what an engine elsewhere has written is not recorded", () => {
  const generation = {
    ...{ text: "b", stop: "endOfText" as const, tokens: { prompt: 1, cached: 0, generated: 1 }, logProbs: [0] },
    ...{ timingMs: { queue: 0, prefill: 1, decode: 1 }, tokenEnds: [1] },
  };
  assert.equal(recordingOf({ generation, place, settings, outcome: { kind: "none", reason: "empty" } }), undefined);
});
