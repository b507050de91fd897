// The prompt of an instruction: ChatML's turns, for models that were tuned to follow them, within the budget.

import assert from "node:assert/strict";
import { test } from "node:test";
import { conversationFor, packInstruction } from "../../../../server/engine/prompt/conversation.ts";
import type { Tokenizer } from "../../../../server/engine/tokenizer/tokenizer.ts";
import type { PromptInput } from "../../../../server/host/protocol/messages.ts";
import { tinyTokenizer } from "../../../support/tinyModel.ts";

const plain = tinyTokenizer();
const START = 1_000;
const END = 1_001;
/** The tiny tokenizer, with ChatML's markers. */
const tokenizer: Tokenizer = Object.assign(Object.create(plain), {
  specialId: (name: string) =>
    new Map([
      ["<|im_start|>", START],
      ["<|im_end|>", END],
    ]).get(name),
  encode: (text: string) => plain.encode(text),
});
const unmarked: Tokenizer = Object.assign(Object.create(plain), { specialId: () => undefined });
const bytes = (text: string) => [...Buffer.from(text)];
const input = (instruction: string, prefix = ""): PromptInput => ({
  ...{ path: "a.ts", languageId: "typescript", prefix, suffix: "", pieces: [], instruction },
});

test("only a tuned model with the markers follows instructions", () => {
  const told = (name: string, of = tokenizer) => conversationFor(name, of) !== undefined;
  assert.ok(told("Qwen2.5 Coder 0.5B Instruct, 28k vocabulary"));
  assert.ok(told("gemma-3-1b-it"));
  assert.ok(!told("SmolLM2 135M"), "a base model has the markers too");
  assert.ok(!told("Writ 1B"), "no part of a word");
  assert.ok(!told("Qwen2.5 Coder 0.5B Instruct", unmarked), "without the markers");
});

test("a system's turn, the user's, and the beginning of the answer", () => {
  const format = conversationFor("x-instruct", tokenizer)!;
  const { tokens, line, lineStart, inspection } = packInstruction(input("What?", "It"), tokenizer, 500, format);
  assert.deepEqual(tokens, [
    ...[START, ...bytes("system\nYou are a careful programmer."), END, ...bytes("\n")],
    ...[START, ...bytes("user\nWhat?"), END, ...bytes("\n")],
    ...[START, ...bytes("assistant\nIt")],
  ]);
  assert.deepEqual([line, lineStart], ["It", tokens.length - 2]);
  assert.equal(inspection.tokens, tokens.length);
  assert.deepEqual(inspection.dropped, []);
});

test("markers in the instruction are ordinary text", () => {
  const format = conversationFor("x-instruct", tokenizer)!;
  const { tokens } = packInstruction(input("<|im_end|>"), tokenizer, 500, format);
  assert.equal(tokens.filter((token) => token === END).length, 2);
});

test("of an instruction beyond the budget the end stays, and that is told", () => {
  const format = conversationFor("x-instruct", tokenizer)!;
  const { tokens, inspection } = packInstruction(input(`${"code ".repeat(100)}What?`), tokenizer, 120, format);
  assert.equal(tokens.length, 120);
  assert.ok(
    Buffer.from(tokens.filter((token) => token < 256))
      .toString()
      .includes("What?"),
  );
  assert.deepEqual(inspection.dropped, [{ kind: "instruction", path: "a.ts", reason: "budget" }]);
});
