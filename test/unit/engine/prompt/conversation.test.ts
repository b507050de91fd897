// The prompt of an instruction: turns in the templates of five families, for models that were tuned to follow them, within the budget.

import assert from "node:assert/strict";
import { test } from "node:test";
import { conversationFor, packConversation, tellingName } from "../../../../server/engine/prompt/conversation.ts";
import type { Tokenizer } from "../../../../server/engine/tokenizer/tokenizer.ts";
import type { PromptInput, Turn } from "../../../../server/host/protocol/messages.ts";
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

test("where the name in the file says nothing, the id that a person gave it is judged", () => {
  assert.equal(tellingName({ name: "models", id: "small-instruct" }), "small-instruct");
  assert.equal(tellingName({ name: "Llama 3.2 1B Instruct", id: "llama" }), "Llama 3.2 1B Instruct");
});

test("a system's turn, the user's, and the beginning of the answer", () => {
  const format = conversationFor("x-instruct", tokenizer)!;
  const { tokens, line, lineStart, inspection } = packConversation(input("What?", "It"), tokenizer, 500, format);
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
  const { tokens } = packConversation(input("<|im_end|>"), tokenizer, 500, format);
  assert.equal(tokens.filter((token) => token === END).length, 2);
});

test("of an instruction beyond the budget the end stays, and that is told", () => {
  const format = conversationFor("x-instruct", tokenizer)!;
  const { tokens, inspection } = packConversation(input(`${"code ".repeat(100)}What?`), tokenizer, 120, format);
  assert.equal(tokens.length, 120);
  assert.ok(
    Buffer.from(tokens.filter((token) => token < 256))
      .toString()
      .includes("What?"),
  );
  assert.deepEqual(inspection.dropped, [{ kind: "instruction", path: "a.ts", reason: "budget" }]);
});

/** A tokenizer whose special tokens are these names. */
const marked = (...names: string[]): Tokenizer =>
  Object.assign(Object.create(plain), {
    specialId: (name: string) => (names.includes(name) ? START + names.indexOf(name) : undefined),
    encode: (text: string) => plain.encode(text),
  });
const CHATML = ["<|im_start|>", "<|im_end|>"];
const SYSTEM = "You are a careful programmer.";
const TURNS: Turn[] = [
  { role: "user", text: "Hi" },
  { role: "assistant", text: "Hello" },
];

/** name of the model, its special tokens, the prompt of TURNS and "What?" as the family publishes it */
const FAMILIES: [name: string, markers: string[], prompt: string][] = [
  [
    "Qwen2.5-Coder-1.5B-Instruct",
    CHATML,
    `<|im_start|>system\n${SYSTEM}<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n` +
      "<|im_start|>user\nWhat?<|im_end|>\n<|im_start|>assistant\n",
  ],
  [
    "Qwen3-0.6B",
    [...CHATML, "<think>", "</think>"],
    `<|im_start|>system\n${SYSTEM}<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n` +
      "<|im_start|>user\nWhat?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
  ],
  [
    "Meta-Llama-3-8B-Instruct",
    ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
    `<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n${SYSTEM}<|eot_id|>` +
      "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHello<|eot_id|>" +
      "<|start_header_id|>user<|end_header_id|>\n\nWhat?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
  ],
  [
    "gemma-3-1b-it",
    ["<bos>", "<start_of_turn>", "<end_of_turn>"],
    `<bos><start_of_turn>user\n${SYSTEM}\n\nHi<end_of_turn>\n<start_of_turn>model\nHello<end_of_turn>\n` +
      "<start_of_turn>user\nWhat?<end_of_turn>\n<start_of_turn>model\n",
  ],
  [
    "starcoder2-15b-instruct-v0.1",
    ["<|endoftext|>"],
    "<|endoftext|>You are an exceptionally intelligent coding assistant that consistently delivers accurate and reliable responses to user " +
      "instructions.\n\n### Instruction\nHi\n\n### Response\nHello<|endoftext|>\n\n### Instruction\nWhat?\n\n### Response\n",
  ],
];

for (const [name, markers, prompt] of FAMILIES)
  test(`${name} is asked in its own template, and what was said stays the beginning of the next prompt`, () => {
    const of = marked(...markers);
    const format = conversationFor(name, of)!;
    const asked = packConversation({ ...input("What?"), turns: TURNS }, of, 1_000, format);
    assert.equal(asked.inspection.prompt, prompt);
    assert.equal(asked.tokens.filter((token) => token >= START).length, prompt.split(/<[^<>]+>/).length - 1);
    const said: Turn[] = [...TURNS, { role: "user", text: "What?" }, { role: "assistant", text: "That." }];
    const next = packConversation({ ...input("Why?"), turns: said }, of, 1_000, format);
    const kept = prompt.replace("<think>\n\n</think>\n\n", ""); // a thought is not repeated
    assert.ok(next.inspection.prompt.startsWith(`${kept}That.`), next.inspection.prompt);
  });

test("a base model, and one that always thinks, are not taken for Qwen3's that can be told not to", () => {
  const of = marked(...CHATML, "<think>", "</think>");
  assert.equal(conversationFor("Qwen3-0.6B-Base", of), undefined);
  for (const name of ["Qwen3-Coder-30B-A3B-Instruct", "Qwen3-4B-Instruct-2507"])
    assert.equal(conversationFor(name, of)?.name, "chatml", name);
  assert.equal(conversationFor("Qwen3-4B-Thinking-2507", of), undefined);
});

test("of a conversation beyond the budget the oldest turns are left out in pairs, and the prompt fits", () => {
  const format = conversationFor("x-instruct", tokenizer)!;
  const turns = Array.from(
    { length: 10 },
    (_, at): Turn => ({ role: at % 2 ? "assistant" : "user", text: `turn${at} ` }),
  );
  for (const budget of [90, 120, 150, 200]) {
    const { tokens, inspection } = packConversation({ ...input("What?"), turns }, tokenizer, budget, format);
    assert.ok(tokens.length <= budget, `${tokens.length} of ${budget}`);
    const kept = turns.filter(({ text }) => inspection.prompt.includes(text));
    assert.deepEqual(kept, kept.length === 0 ? [] : turns.slice(-kept.length));
    assert.equal(kept.length % 2, 0);
    assert.ok(inspection.prompt.includes("What?"));
    assert.equal(inspection.dropped.length, 1);
  }
});
