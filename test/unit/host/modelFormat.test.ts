// Which prompt format a loaded model gets, and the tokenizers that are refused beside weights.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import type { StoredModel } from "../../../server/engine/models/modelStore.ts";
import type { FormatName } from "../../../server/engine/prompt/types.ts";
import type { Decoder } from "../../../server/engine/runtime/decoder.ts";
import { LocalModel } from "../../../server/host/localModel.ts";
import { LedgerCache } from "../../support/ledgerCache.ts";
import { tinyModel } from "../../support/tinyModel.ts";

const modelDir = await mkdtemp(path.join(tmpdir(), "sotto-model-format-"));
after(() => rm(modelDir, { recursive: true }));

const { config } = tinyModel();
const decoder: Decoder = {
  config,
  capacity: 400,
  device: "cpu",
  runtime: "none",
  createCache: () => new LedgerCache(400),
  run: () => Promise.reject(new Error("nothing is run here")),
  dispose() {},
};

/** A model with a tokenizer of bytes and these special tokens. */
async function over(specials: string[], changes: Partial<StoredModel> = {}, format?: FormatName): Promise<LocalModel> {
  const letters = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
  const words = [...letters, "Ġ", "Ċ"];
  const json = {
    added_tokens: specials.map((content, i) => ({ id: words.length + i, content, special: true })),
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
    decoder: { type: "ByteLevel" },
    model: { type: "BPE", vocab: Object.fromEntries(words.map((word, id) => [word, id])), merges: [] },
  };
  await writeFile(path.join(modelDir, "tokenizer.json"), JSON.stringify(json));
  const model = { ...tinyModel(), ...changes };
  return LocalModel.over(model, decoder, { source: { modelDir }, format }, performance.now());
}

const QWEN = ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|file_sep|>", "<|repo_name|>"];
const OWN = ["<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<file_sep>"];

async function promptOf(model: LocalModel): Promise<string> {
  const place = { path: "a.ts", languageId: "typescript", prefix: "let a\nb", suffix: "\nc", pieces: [] };
  return (await model.inspect(place)).prompt;
}

const LEFT_TO_RIGHT = "<file_sep>a.ts\nlet a\nb";
const OWN_PROMPT = "<file_sep>a.ts\n<fim_suffix>\nc<fim_prefix>let a<fim_middle>\nb";
const QWEN_PROMPT = "<|fim_prefix|>let a\n<|fim_suffix|>\nc<|fim_middle|>b";

test("the format that the model says it learnt, else that of its special tokens, else left to right", async () => {
  assert.equal(await promptOf(await over(OWN, { promptFormat: 1 })), OWN_PROMPT);
  assert.equal(await promptOf(await over(QWEN)), QWEN_PROMPT);
  assert.equal(await promptOf(await over([])), LEFT_TO_RIGHT);
  assert.equal(await promptOf(await over(OWN, { id: "smollm2-135m" })), LEFT_TO_RIGHT);
});

test("a format that is asked for goes first", async () => {
  assert.equal(await promptOf(await over(QWEN, {}, "prefix")), LEFT_TO_RIGHT);
  assert.equal(await promptOf(await over([...QWEN, ...OWN], { promptFormat: 1 }, "qwen")), QWEN_PROMPT);
});

test("a format whose special tokens the vocabulary lacks is refused, and our own where it was not learnt", async () => {
  await assert.rejects(over(OWN, {}, "qwen"), {
    code: "badInput",
    message: /tiny lacks special tokens of the format qwen/,
  });
  await assert.rejects(over(OWN, {}, "fim"), { code: "badInput", message: /has not learnt/ });
});

test("a tokenizer with more tokens than the weights have rows is refused", async () => {
  const many = Array.from({ length: config.vocabSize }, (_, i) => `<x${i}>`);
  await assert.rejects(over(many), { code: "modelUnsupported", message: /another model's/ });
});
