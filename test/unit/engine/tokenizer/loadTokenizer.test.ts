// Where a model's tokenizer is found, what its added tokens are, what GGUF files are refused for, and how tokenizer.json is written.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { UserError } from "../../../../common/errors.ts";
import { renameSpecials } from "../../../../lab/model/vocabulary.ts";
import { shippedModelDir } from "../../../../server/engine/models/tiers.ts";
import { loadTokenizer, requireFittingTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";
import type { Tokenizer } from "../../../../server/engine/tokenizer/tokenizer.ts";
import { QWEN2_STEPS, readTokenizerFile, tokenizerToJson } from "../../../../server/engine/tokenizer/tokenizerFile.ts";
import {
  arrayEntry,
  ggufBytes,
  type MetadataEntry,
  stringEntry,
  stringsEntry,
  u32,
} from "../../../support/ggufFile.ts";

const scratch = await mkdtemp(path.join(tmpdir(), "sotto-load-tokenizer-"));
after(() => rm(scratch, { recursive: true }));
let folders = 0;

/** Loads from a folder with these files. */
async function load(files: Record<string, string | Buffer>): Promise<Tokenizer> {
  const dir = path.join(scratch, String(folders++));
  await mkdir(dir);
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(dir, name), content);
  return loadTokenizer(dir);
}

const added = (id: number, content: string, special: boolean) => ({ id, content, special });

const json = (more: object = {}) =>
  JSON.stringify({
    added_tokens: [
      added(3, "<|endoftext|>", true),
      added(4, "<|fim_prefix|>", false),
      added(5, "<think>", false),
      added(6, "  ", false),
    ],
    normalizer: { type: "NFC" },
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
    decoder: { type: "ByteLevel" },
    model: { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: [["a", "b"]], ignore_merges: false },
    ...more,
  });

const f32 = (value: number): Buffer => {
  const out = Buffer.alloc(4);
  out.writeFloatLE(value);
  return out;
};
const i32s = (key: string, values: number[]) => arrayEntry(key, 5, values.map(u32));
const f32s = (key: string, values: number[]) => arrayEntry(key, 6, values.map(f32));
const named = (key: string, make: (key: string) => MetadataEntry) => make(`tokenizer.ggml.${key}`);

/** A GGUF file whose tokenizer has bytes, with entries that take the place of its own. */
function gguf(changes: Record<string, MetadataEntry | undefined> = {}): Buffer {
  const entries: Record<string, MetadataEntry | undefined> = {
    model: named("model", (key) => stringEntry(key, "gpt2")),
    pre: named("pre", (key) => stringEntry(key, "qwen2")),
    tokens: named("tokens", (key) => stringsEntry(key, ["a", "b", "ab", "<|end|>", "[PAD4]", "x y"])),
    token_type: named("token_type", (key) => i32s(key, [1, 1, 1, 3, 5, 4])),
    merges: named("merges", (key) => stringsEntry(key, ["a b"])),
    ...changes,
  };
  return ggufBytes({ metadata: Object.values(entries).filter((entry) => entry !== undefined) });
}

test("added tokens: special ones and markers are no text, others are; none is found in text but white space", async () => {
  const tokenizer = await load({ "tokenizer.json": json() });
  assert.deepEqual(tokenizer.endOfTextIds, [3, 4]);
  assert.equal(tokenizer.specialId("<|fim_prefix|>"), 4);
  assert.equal(tokenizer.specialId("<think>"), 5);
  assert.equal(tokenizer.specialId("ab"), undefined);
  assert.equal(tokenizer.decode([2, 3, 4, 5, 6, 0]), "ab<think>  a");
  assert.deepEqual(tokenizer.encode("ab<|fim_prefix|>a"), [2, 0]); // of the marker nothing but an "a" has a token
  assert.deepEqual(tokenizer.encode("a   ab"), [0, 6, 2]);
});

test("ids beyond the vocabulary have no bytes", async () => {
  const tokenizer = await load({ "tokenizer.json": json() });
  assert.equal(tokenizer.vocabSize, 7);
  for (const id of [7, 151_935, -1]) assert.equal(tokenizer.bytesOf(id).length, 0);
  assert.equal(tokenizer.decode([0, 7, 1]), "ab");
});

test("a tokenizer with more tokens than the model has rows is another model's", async () => {
  const tokenizer = await load({ "tokenizer.json": json() });
  requireFittingTokenizer(tokenizer, 7, "m");
  requireFittingTokenizer(tokenizer, 64, "m");
  assert.throws(() => requireFittingTokenizer(tokenizer, 6, "m"), {
    code: "modelUnsupported",
    message: /of m is .* 7 .* 6/,
  });
});

test("tokenizer.json goes first, then the first GGUF file or the first part of one", async () => {
  const other = gguf({
    tokens: named("tokens", (key) => stringsEntry(key, ["a", "b", "ab", "<|other|>", "[PAD4]", "x y"])),
  });
  const isGguf = (tokenizer: Tokenizer) => tokenizer.specialId("<|end|>") === 3;
  assert.ok(!isGguf(await load({ "tokenizer.json": json(), "m.gguf": gguf() })));
  assert.ok(isGguf(await load({ "m.gguf": gguf(), "readme.md": "" })));
  assert.ok(isGguf(await load({ "m-00002-of-00002.gguf": other, "m-00001-of-00002.gguf": gguf() })));
  const tokenizer = await load({ "m.gguf": gguf() });
  assert.deepEqual(tokenizer.endOfTextIds, [3, 4]);
  assert.equal(tokenizer.decode(tokenizer.encode("abba")), "abba");
  assert.equal(tokenizer.decode([5, 3, 4]), "x y");
  await assert.rejects(load({ "readme.md": "" }), { code: "modelMissing", message: /tokenizer\.json nor a GGUF file/ });
});

const spm = {
  model: named("model", (key) => stringEntry(key, "llama")),
  pre: undefined,
  merges: undefined,
  scores: named("scores", (key) => f32s(key, [0, -1, -2, -3, -4, -5])),
};

const refused: [what: string, content: Buffer, code: string, message: RegExp][] = [
  [
    "another kind",
    gguf({ model: named("model", (key) => stringEntry(key, "bert")) }),
    "modelUnsupported",
    /bert\/qwen2/,
  ],
  [
    "an unknown way to cut",
    gguf({ pre: named("pre", (key) => stringEntry(key, "poro-chat")) }),
    "modelUnsupported",
    /gpt2\/poro-chat/,
  ],
  ["no way to cut", gguf({ pre: undefined }), "modelUnsupported", /gpt2\/undefined/],
  ["no tokenizer", ggufBytes({}), "modelUnsupported", /undefined/],
  ["no tokens", gguf({ tokens: undefined }), "ggufInvalid", /tokens" is missing/],
  ["tokens that are numbers", gguf({ tokens: named("tokens", (key) => i32s(key, [1])) }), "ggufInvalid", /tokens"/],
  [
    "too few types",
    gguf({ token_type: named("token_type", (key) => i32s(key, [1, 1])) }),
    "ggufInvalid",
    /one type for each/,
  ],
  [
    "a token twice",
    gguf({ tokens: named("tokens", (key) => stringsEntry(key, ["a", "b", "ab", "c", "a", "d"])) }),
    "ggufInvalid",
    /twice/,
  ],
  [
    "a merge of unknown tokens",
    gguf({ merges: named("merges", (key) => stringsEntry(key, ["b a"])) }),
    "ggufInvalid",
    /merge "b a"/,
  ],
  [
    "a merge of one token",
    gguf({ merges: named("merges", (key) => stringsEntry(key, ["ab"])) }),
    "ggufInvalid",
    /merge "ab"/,
  ],
  [
    "a token that is not of bytes",
    gguf({
      tokens: named("tokens", (key) => stringsEntry(key, ["a", "b", "ab", "c", "d", "e", "▁"])),
      token_type: named("token_type", (key) => i32s(key, [1, 1, 1, 1, 1, 1, 1])),
    }),
    "ggufInvalid",
    /"▁" is not of bytes/,
  ],
  ["characters and no scores", gguf({ ...spm, scores: undefined }), "ggufInvalid", /scores" is missing/],
  [
    "characters and too few scores",
    gguf({ ...spm, scores: named("scores", (key) => f32s(key, [0])) }),
    "ggufInvalid",
    /one score for each/,
  ],
  ["characters and no tokens of bytes", gguf(spm), "modelUnsupported", /byte 0/],
];

for (const [what, content, code, message] of refused) {
  test(`a GGUF file with ${what} gives ${code}`, async () => {
    await assert.rejects(load({ "m.gguf": content }), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  });
}

for (const [tier, steps] of [
  ["quick", undefined],
  ["strong", QWEN2_STEPS],
] as const) {
  test(`the ${tier} model's tokenizer.json is written as it is in the repository, in whatever order its special tokens were named`, async () => {
    const file = path.join(shippedModelDir(tier), "tokenizer.json");
    const committed = await readFile(file, "utf8");
    const { vocabulary } = readTokenizerFile(JSON.parse(committed), file);
    const [first] = vocabulary.specialIds.keys();
    const other = renameSpecials(vocabulary, new Map([[first, "<other>"]]));
    const again = renameSpecials(other, new Map([["<other>", first]])); // it stands last now
    for (const written of [vocabulary, again]) assert.ok(JSON.stringify(tokenizerToJson(written, steps)) === committed);
  });
}
