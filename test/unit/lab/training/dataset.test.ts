// From a corpus in memory to the bytes of a training data folder: what the arrays promise, what is drawn, and bad input.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { UserError } from "../../../../common/errors.ts";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { packageRoot } from "../../../../common/util/packageRoot.ts";
import { layOut, plainExample } from "../../../../finetune/data/examples.ts";
import { Packer } from "../../../../finetune/data/packing.ts";
import { BASE_RECIPE } from "../../../../finetune/data/recipe.ts";
import { SeededRandom } from "../../../../finetune/data/seededRandom.ts";
import type { Corpus, CorpusFile } from "../../../../lab/training/corpus.ts";
import { drawExamples } from "../../../../lab/training/drawExamples.ts";
import { writeDataset } from "../../../../lab/training/writeDataset.ts";
import { loadTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";
import { fileText } from "./fileText.ts";
import { sampleSource } from "./sampleSource.ts";

const tokenizer = await loadTokenizer(path.join(packageRoot(import.meta.dirname), "models/smollm2-135m"));
const parsers = await createParsers();
const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-training-"));
after(() => rmSync(folder, { recursive: true }));

const id = (name: string) => tokenizer.specialId(name)!;
const [END, FILE, PREFIX, SUFFIX, MIDDLE] = [
  "<|endoftext|>",
  "<file_sep>",
  "<fim_prefix>",
  "<fim_suffix>",
  "<fim_middle>",
].map(id);

function corpusOf(files: CorpusFile[]): Corpus {
  const entry = { name: "tiny", version: "1.0.0", licence: "MIT", use: "train" as const, integrity: "sha512-none" };
  const bytes = files.reduce((sum, { text }) => sum + text.length, 0);
  return { sources: [{ package: entry, files, bytes }], rejected: {} as Corpus["rejected"] };
}

const tiny = corpusOf([
  {
    path: "src/handle.ts",
    text: "export interface Handle {\n  copyTo(path: string): void;\n}\n\nexport function open() {}\n",
  },
  { path: "src/queue.ts", text: sampleSource },
  { path: "src/words.js", text: fileText(1, 5_000) },
]);

async function dataset(name: string, corpus: Corpus, seed: number, tokens = 12_000) {
  const out = path.join(folder, name);
  const summary = await writeDataset(corpus, { use: "train", tokens, seed }, { tokenizer, parsers }, out);
  const bytes = (file: string) => readFileSync(path.join(out, file));
  const description = JSON.parse(bytes("dataset.json").toString());
  return {
    summary,
    description,
    tokens: bytes("tokens.u16"),
    weights: bytes("weights.u8"),
    documents: bytes("documents.u8"),
  };
}

const first = await dataset("first", tiny, 1);

/** The documents of all sequences. */
function documentsOf({ description, tokens, weights, documents }: typeof first) {
  const found: { tokens: number[]; weights: number[] }[] = [];
  for (let at = 0; at < documents.length; at++) {
    const isNew = at % description.sequenceTokens === 0 || documents[at] !== documents[at - 1];
    if (documents[at] === 255) continue;
    if (isNew) found.push({ tokens: [], weights: [] });
    found.at(-1)!.tokens.push(tokens.readUInt16LE(at * 2));
    found.at(-1)!.weights.push(weights[at]);
  }
  return found;
}

test("the same corpus and seed give the same bytes, another seed gives others", async () => {
  const again = await dataset("again", tiny, 1);
  for (const file of ["tokens", "weights", "documents", "description"] as const)
    assert.deepEqual(again[file], first[file]);
  assert.notDeepEqual((await dataset("other", tiny, 2)).tokens, first.tokens);
});

test("documents are numbered from 0 in each sequence, padding is at the end and weighs nothing", () => {
  const { description, tokens, weights, documents } = first;
  const { sequences, sequenceTokens } = description;
  assert.equal(documents.length, sequences * sequenceTokens);
  assert.equal(weights.length, documents.length);
  assert.equal(tokens.length, 2 * documents.length);
  for (let s = 0; s < sequences; s++) {
    const row = [...documents.subarray(s * sequenceTokens, (s + 1) * sequenceTokens)];
    const numbers = row.filter((document, at) => document !== row[at - 1]);
    const ascending = numbers.filter((document) => document !== 255).map((_, index) => index);
    assert.deepEqual(numbers, row.at(-1) === 255 ? [...ascending, 255] : ascending);
    assert.ok(row.every((document, at) => document !== 255 || weights[s * sequenceTokens + at] === 0));
  }
  assert.equal(documents.filter((document) => document !== 255).length, description.trainedTokens);
});

test("weights: nothing for the first token, markers and paths; all for the middle and its end; the recipe's for other text", () => {
  const documents = documentsOf(first);
  const plain = documents.filter(({ tokens }) => !tokens.includes(MIDDLE));
  const fim = documents.filter(({ tokens }) => tokens.includes(MIDDLE));
  assert.ok(plain.length > 0 && fim.length > 10);
  for (const { tokens, weights } of documents) {
    assert.deepEqual([tokens[0], weights[0]], [FILE, 0]);
    tokens.forEach((token, at) => {
      if (token > 0 && token < 17) assert.equal(weights[at], 0);
      if (token === FILE) assert.equal(weights[at + 1], 0); // its path
    });
  }
  for (const { tokens, weights } of plain) {
    const text = tokens.indexOf(tokenizer.encode("\n")[0]) + 1;
    assert.ok(weights.slice(text).every((weight) => weight === BASE_RECIPE.weights.plain));
  }
  for (const { tokens, weights } of fim) {
    const markers = tokens.filter((token) => [SUFFIX, PREFIX, MIDDLE].includes(token));
    assert.deepEqual(markers, [SUFFIX, PREFIX, MIDDLE]);
    const middle = weights.indexOf(64);
    assert.ok(middle > tokens.indexOf(MIDDLE));
    assert.ok(weights.slice(middle).every((weight) => weight === 64));
    assert.ok(weights.slice(0, middle).every((weight) => weight === 0 || weight === BASE_RECIPE.weights.surroundings));
    assert.equal(tokens.at(-1), END);
  }
});

test("an example reads as the file: prefix, line, middle and suffix in the places of the prompt format", () => {
  const sources = new Map(tiny.sources[0].files.map((file) => [file.path, file.text]));
  for (const { tokens } of documentsOf(first).filter((document) => document.tokens.includes(MIDDLE))) {
    const [suffixAt, prefixAt, middleAt] = [SUFFIX, PREFIX, MIDDLE].map((marker) => tokens.indexOf(marker));
    const file = tokenizer.decode(tokens.slice(tokens.lastIndexOf(FILE) + 1, suffixAt)).trimEnd();
    const before = tokenizer.decode(tokens.slice(prefixAt + 1, middleAt));
    const written = tokenizer.decode(tokens.slice(middleAt + 1, -1));
    const suffix = tokenizer.decode(tokens.slice(suffixAt + 1, prefixAt));
    assert.ok(sources.get(file)!.includes(before + written + suffix), `${before}⟦${written}⟧${suffix}`);
  }
});

test("the line before the cursor and the middle are one text for the tokenizer; a token that holds the cursor is the middle's", () => {
  const place = { path: "a.ts", languageId: "typescript", pieces: [], prefix: "a();\nret", suffix: "\n" };
  const { tokens, weights } = layOut("cursorLine", place, "urn 1;", 200, tokenizer)!;
  const written = tokens.slice(tokens.indexOf(MIDDLE) + 1, -1);
  assert.deepEqual(written, tokenizer.encode("\nreturn 1;"));
  assert.equal(written.map((token) => tokenizer.decode([token])).indexOf("return"), 1);
  assert.deepEqual(
    weights.slice(-written.length - 1),
    [BASE_RECIPE.weights.surroundings, 64, 64, 64, 64, 64].slice(0, written.length + 1),
  );
});

test("shares are those of the recipe, context comes before the file", async () => {
  const { summary } = await dataset("shares", tiny, 3, 60_000);
  const plain = summary.counts.plain!.tokens / summary.trainedTokens;
  assert.ok(Math.abs(plain - BASE_RECIPE.plainShare) < 0.02, `${plain}`);
  const fim = Object.entries(summary.counts).filter(([kind]) => kind !== "plain");
  assert.equal(fim.length, 6);
  const examples = fim.reduce((sum, [, count]) => sum + count.examples, 0);
  const withContext = fim.reduce((sum, [, count]) => sum + count.withContext, 0) / examples;
  assert.ok(withContext > 0.1 && withContext < 0.4, `${withContext}`);
  const cursorLine = summary.counts.cursorLine!.examples / examples;
  assert.ok(cursorLine > 0.25 && cursorLine < 0.45, `${cursorLine}`);
});

test("a plain document is a stretch of its file, with the end of text where the file ends and nowhere else", () => {
  const random = new SeededRandom(1);
  let ended = 0;
  for (let i = 0; i < 40; i++) {
    const file = { path: "a.ts", text: fileText(5, i % 2 === 0 ? 600 : 9_000) };
    const { tokens } = plainExample(file, { tokenizer, parsers, random })!;
    assert.ok(tokens.length <= 1000);
    const text = tokenizer.decode(tokens.slice(tokens.indexOf(tokenizer.encode("\n")[0]) + 1));
    assert.ok(file.text.includes(text));
    if (!tokens.includes(END)) continue;
    ended++;
    assert.equal(tokens.indexOf(END), tokens.length - 1);
    assert.ok(file.text.endsWith(text));
  }
  assert.ok(ended > 0 && ended < 40, `${ended}`);
});

test("an empty corpus, and one of empty or blank files, end in one clear error", async () => {
  const clear = (error: unknown) =>
    error instanceof UserError && /^No training examples can be made of this corpus: .+\.$/.test(error.message);
  await assert.rejects(dataset("empty", { sources: [], rejected: {} as Corpus["rejected"] }, 1), clear);
  await assert.rejects(dataset("no-files", corpusOf([]), 1), clear);
  await assert.rejects(dataset("empty-file", corpusOf([{ path: "a.ts", text: "" }]), 1), clear);
});

test("a document longer than the window is never drawn; a file of one huge line gives what fits", async () => {
  const huge = corpusOf([{ path: "a.js", text: `const x = [${"12, ".repeat(300)}];\n` }]);
  const tools = { tokenizer, parsers, random: new SeededRandom(1) };
  let drawn = 0;
  for await (const example of drawExamples(huge.sources, tools, 400)) {
    assert.ok(example.tokens.length <= 400);
    if (++drawn === 5) break;
  }
  assert.equal(drawn, 5);
});

test("the packer refuses what does not fit, fills sequences, and loses nothing", () => {
  const packer = new Packer(100);
  assert.throws(() => packer.add({ tokens: Array(101).fill(20), weights: Array(101).fill(64) }), RangeError);
  const random = new SeededRandom(2);
  const lengths = Array.from({ length: 300 }, () => random.between(1, 60));
  const sequences = lengths.flatMap(
    (length, index) => packer.add({ tokens: Array(length).fill(20 + index), weights: Array(length).fill(64) }) ?? [],
  );
  sequences.push(...packer.finish());
  const count = new Map<number, number>();
  for (const { tokens, weights, documents } of sequences) {
    tokens.forEach((token, at) => {
      if (documents[at] === 255) return;
      count.set(token, (count.get(token) ?? 0) + 1);
      assert.equal(weights[at], at === 0 || documents[at] !== documents[at - 1] ? 0 : 64);
    });
  }
  assert.deepEqual(
    [...count].sort(([a], [b]) => a - b),
    lengths.map((length, index) => [20 + index, length]),
  );
  const padding = sequences.flatMap(({ documents }) => [...documents]).filter((document) => document === 255).length;
  assert.ok(padding / (sequences.length * 100) < 0.1);
});
