// The tokenizer of the embedded model: ids against the reference, text there and back, special tokens, and damaged files.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Tokenizer as PackageTokenizer } from "@huggingface/tokenizers";
import fc from "fast-check";
import { UserError } from "../../../../common/errors.ts";
import { embeddedModelDir } from "../../../../server/engine/models/catalog.ts";
import { loadTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";

interface Golden {
  cases: [text: string, ids: string][];
}

const golden: Golden = JSON.parse(
  await readFile(path.join(import.meta.dirname, "../../../golden/tokenizer-golden.json"), "utf8"),
);
const tokenizer = await loadTokenizer(embeddedModelDir());
const file = JSON.parse(await readFile(path.join(embeddedModelDir(), "tokenizer.json"), "utf8"));

/** Bytes that the vocabulary has no token for; the reference leaves them out, and so do we. */
const missingBytes = new Set(Array.from({ length: 256 }, (_, byte) => byte));
for (let id = 0; id < tokenizer.vocabSize; id++) {
  const bytes = tokenizer.bytesOf(id);
  if (bytes.length === 1) missingBytes.delete(bytes[0]);
}

const unpackIds = (packed: string): number[] => {
  const bytes = Buffer.from(packed, "base64");
  return Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(2 * i));
};

const hasMissingByte = (text: string): boolean => Buffer.from(text).some((byte) => missingBytes.has(byte));

test("ids equal the reference's on 1,000 texts", () => {
  assert.equal(golden.cases.length, 1000);
  for (const [text, ids] of golden.cases)
    assert.deepEqual(tokenizer.encode(text), unpackIds(ids), JSON.stringify(text));
});

test("ids equal the npm package's on text with ASCII digits only", () => {
  // The package splits off ASCII digits only, takes U+FEFF for white space, and does not merge over a byte that it leaves out: for other
  // text it is an oracle.
  const oracle = new PackageTokenizer({ ...file, added_tokens: [] }, {});
  let compared = 0;
  for (const [text] of golden.cases) {
    if (/(?![0-9])\p{N}|[\u0085\ufeff]/u.test(text) || hasMissingByte(text)) continue;
    assert.deepEqual(
      tokenizer.encode(text),
      oracle.encode(text, { add_special_tokens: false }).ids,
      JSON.stringify(text),
    );
    compared++;
  }
  assert.ok(compared > 700, `${compared} texts compared`);
});

const withoutMissing = (text: string): string =>
  Buffer.from(Buffer.from(text).filter((byte) => !missingBytes.has(byte))).toString();

test("decode gives back what was encoded", () => {
  for (const [text] of golden.cases) {
    if (hasMissingByte(text)) continue;
    assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
  }
  const text = fc.string({ unit: "grapheme", maxLength: 60 });
  fc.assert(
    fc.property(text, (value) => assert.equal(tokenizer.decode(tokenizer.encode(value)), withoutMissing(value))),
  );
});

test("no ASCII character that code is written with is missing from the vocabulary", () => {
  for (const char of `\t\n\r${String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i))}`) {
    assert.equal(tokenizer.decode(tokenizer.encode(char)), char);
  }
});

test("an unpaired surrogate becomes U+FFFD and throws nothing", () => {
  assert.equal(tokenizer.decode(tokenizer.encode("a\ud83db")), "a\ufffdb");
  assert.equal(tokenizer.decode(tokenizer.encode("\udc00")), "\ufffd");
});

test("names of special tokens in text are ordinary characters", () => {
  for (const name of ["<|endoftext|>", "<file_sep>", "<|im_start|>", "<fim_middle>"]) {
    const id = tokenizer.specialId(name);
    assert.notEqual(id, undefined);
    const ids = tokenizer.encode(`a${name}b`);
    assert.ok(!ids.includes(id!));
    assert.equal(tokenizer.decode(ids), `a${name}b`);
    assert.equal(tokenizer.decode([id!]), "");
    assert.ok(tokenizer.endOfTextIds.includes(id!));
  }
  assert.equal(tokenizer.specialId("<gh_stars>"), undefined);
  assert.equal(tokenizer.specialId("return"), undefined);
});

test("a character cut in the middle of its bytes is decoded as U+FFFD", () => {
  const ids = tokenizer.encode("𝒳");
  assert.ok(ids.length > 1);
  assert.match(tokenizer.decode(ids.slice(0, 1)), /\ufffd/);
});

test("a long run of one character is encoded without growing quadratically", () => {
  for (const text of ["a".repeat(200_000), " ".repeat(200_000), "=".repeat(200_000)]) {
    assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
  }
});

const scratch = await mkdtemp(path.join(tmpdir(), "sotto-tokenizer-"));
after(() => rm(scratch, { recursive: true }));

async function loadChanged(content: string): Promise<unknown> {
  await writeFile(path.join(scratch, "tokenizer.json"), content);
  return loadTokenizer(scratch).then(
    () => undefined,
    (error) => error,
  );
}

const small = {
  added_tokens: [{ id: 0, content: "<s>", special: true }],
  pre_tokenizer: file.pre_tokenizer,
  model: { type: "BPE", vocab: { a: 1, b: 2, ab: 3 } as Record<string, number>, merges: ["a b"] as unknown[] },
};

test("a small tokenizer of the same kind can be loaded", async () => {
  assert.equal(await loadChanged(JSON.stringify(small)), undefined);
});

const byteLevel = { type: "ByteLevel", add_prefix_space: false, use_regex: false };
const digits = { type: "Digits", individual_digits: true };
const split = { type: "Split", pattern: { Regex: "x" }, behavior: "Isolated", invert: false };
const blanks = { type: "Replace", pattern: { String: " " }, content: "▁" };
const sequence = (...pretokenizers: unknown[]) => ({ type: "Sequence", pretokenizers });

const damaged: [string, string, string][] = [
  ["not JSON", '{"model":', "modelCorrupt"],
  ["no model", "{}", "modelCorrupt"],
  [
    "a gap in the ids",
    JSON.stringify({ ...small, model: { ...small.model, vocab: { a: 1, b: 2, ab: 7 } } }),
    "modelCorrupt",
  ],
  [
    "an id twice",
    JSON.stringify({ ...small, model: { ...small.model, vocab: { a: 1, b: 1, ab: 2 } } }),
    "modelCorrupt",
  ],
  [
    "an id that is text",
    JSON.stringify({ ...small, model: { ...small.model, vocab: { a: "1", b: 2, ab: 3 } } }),
    "modelCorrupt",
  ],
  [
    "a merge of unknown tokens",
    JSON.stringify({ ...small, model: { ...small.model, merges: ["b a"] } }),
    "modelCorrupt",
  ],
  ["a merge that is a number", JSON.stringify({ ...small, model: { ...small.model, merges: [5] } }), "modelCorrupt"],
  ["another model", JSON.stringify({ ...small, model: { ...small.model, type: "Unigram" } }), "modelCorrupt"],
  ["another pre-tokenizer", JSON.stringify({ ...small, pre_tokenizer: { type: "Whitespace" } }), "modelUnsupported"],
  ["a normalizer", JSON.stringify({ ...small, normalizer: { type: "Lowercase" } }), "modelUnsupported"],
  [
    "a normalizer in a sequence",
    JSON.stringify({
      ...small,
      normalizer: { type: "Sequence", normalizers: [{ type: "NFC" }, { type: "StripAccents" }] },
    }),
    "modelUnsupported",
  ],
  ["a normalizer of characters", JSON.stringify({ ...small, normalizer: blanks }), "modelUnsupported"],
  [
    "a blank in front",
    JSON.stringify({ ...small, pre_tokenizer: { ...byteLevel, add_prefix_space: true } }),
    "modelUnsupported",
  ],
  [
    "a step after ByteLevel",
    JSON.stringify({ ...small, pre_tokenizer: sequence(byteLevel, digits) }),
    "modelUnsupported",
  ],
  [
    "a step's unknown option",
    JSON.stringify({ ...small, pre_tokenizer: sequence({ ...digits, more: 1 }, byteLevel) }),
    "modelUnsupported",
  ],
  [
    "another behaviour",
    JSON.stringify({ ...small, pre_tokenizer: sequence({ ...split, behavior: "Removed" }, byteLevel) }),
    "modelUnsupported",
  ],
  [
    "an inverted pattern",
    JSON.stringify({ ...small, pre_tokenizer: sequence({ ...split, invert: true }, byteLevel) }),
    "modelUnsupported",
  ],
  [
    "an unknown pattern",
    JSON.stringify({ ...small, pre_tokenizer: sequence({ ...split, pattern: { Regex: "\\bx" } }, byteLevel) }),
    "modelUnsupported",
  ],
  [
    "a sequence without its list",
    JSON.stringify({ ...small, pre_tokenizer: { type: "Sequence" } }),
    "modelUnsupported",
  ],
  [
    "another post-processor",
    JSON.stringify({ ...small, post_processor: { type: "BertProcessing" } }),
    "modelUnsupported",
  ],
  ["another decoder", JSON.stringify({ ...small, decoder: { type: "WordPiece" } }), "modelUnsupported"],
  ["an unknown token", JSON.stringify({ ...small, model: { ...small.model, unk_token: "<s>" } }), "modelUnsupported"],
  ["dropout", JSON.stringify({ ...small, model: { ...small.model, dropout: 0.1 } }), "modelUnsupported"],
  [
    "characters and no byte fallback",
    JSON.stringify({ ...small, pre_tokenizer: null, normalizer: blanks }),
    "modelUnsupported",
  ],
  [
    "characters and no tokens of bytes",
    JSON.stringify({
      ...small,
      pre_tokenizer: null,
      normalizer: blanks,
      model: { ...small.model, byte_fallback: true },
    }),
    "modelUnsupported",
  ],
  [
    "a token that is not of bytes",
    JSON.stringify({ ...small, model: { ...small.model, vocab: { a: 1, b: 2, "▁": 3 } } }),
    "modelCorrupt",
  ],
  ["byte fallback", JSON.stringify({ ...small, model: { ...small.model, byte_fallback: true } }), "modelUnsupported"],
];

for (const [what, content, code] of damaged) {
  test(`tokenizer.json with ${what} gives ${code}`, async () => {
    const error = await loadChanged(content);
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, code);
  });
}

test("a missing tokenizer.json gives modelMissing and names it", async () => {
  const folder = path.join(scratch, "nowhere");
  await assert.rejects(loadTokenizer(folder), { code: "modelMissing", message: /nowhere.tokenizer\.json/ });
});
