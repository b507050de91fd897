// What the strong tier's second recipe asks of a dataset: prompts as the product sends them, middles that end, the words of docstrings.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { packageRoot } from "../../../../common/util/packageRoot.ts";
import { type Example, fimExample, layOut, withClosers } from "../../../../finetune/data/examples.ts";
import { type Recipe, STRONG_RECIPE_2 } from "../../../../finetune/data/recipe.ts";
import { retrievedContext } from "../../../../finetune/data/retrievedContext.ts";
import { SeededRandom } from "../../../../finetune/data/seededRandom.ts";
import type { Corpus, CorpusFile } from "../../../../lab/training/corpus.ts";
import { docstringExample } from "../../../../lab/training/docstringExample.ts";
import { writeDataset } from "../../../../lab/training/writeDataset.ts";
import { loadTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";
import { sampleSource } from "./sampleSource.ts";

const tokenizer = await loadTokenizer(path.join(packageRoot(import.meta.dirname), "models/smollm2-135m"));
const parsers = await createParsers();
const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-recipe-"));
after(() => rmSync(folder, { recursive: true }));

/** In the layout whose markers the small model has. */
const recipe: Recipe = { ...STRONG_RECIPE_2, format: "fim" };
const [SUFFIX, PREFIX, MIDDLE, END] = ["<fim_suffix>", "<fim_prefix>", "<fim_middle>", "<|endoftext|>"].map(
  (name) => tokenizer.specialId(name)!,
);

const python = `class Queue:
    def push(self, item, count=1):
        """Add an item to the queue.

        Args:
            item: The item that is added.
            count: How many times the item is added.
        """
        for _ in range(count):
            self.items.append(item)
        return len(self.items)
`;
const handle =
  "export interface Handle {\n  /** Copies the file. */\n  copyTo(path: string): Promise<void>;\n}\n\nexport async function open(file: string): Promise<Handle> {\n  return handles.get(file)!;\n}\n";
const files: CorpusFile[] = [
  { path: "src/handle.ts", text: handle },
  { path: "src/queue.ts", text: sampleSource },
  { path: "queue.py", text: python },
];

/** What stands before the middle, the middle, and what follows it. */
function readBack({ tokens, weights }: Example): [prefix: string, middle: string, suffix: string] {
  const [suffixAt, prefixAt, middleAt] = [SUFFIX, PREFIX, MIDDLE].map((marker) => tokens.indexOf(marker));
  const first = weights.indexOf(recipe.weights.middle);
  const before =
    tokenizer.decode(tokens.slice(prefixAt + 1, middleAt)) + tokenizer.decode(tokens.slice(middleAt + 1, first));
  assert.deepEqual([tokens.at(-1), weights.at(-1)], [END, recipe.weights.middle], "the end is learnt");
  return [before, tokenizer.decode(tokens.slice(first, -1)), tokenizer.decode(tokens.slice(suffixAt + 1, prefixAt))];
}

test("closing brackets that are not sent are the middle's; behind a blank line, and beside code, they are not", () => {
  const gap = (prefix: string, suffix: string) => withClosers({ prefix, middle: "x", suffix });
  assert.deepEqual(gap("run(", ");\nnext();\n"), { prefix: "run(", middle: "x);", suffix: "\nnext();\n" });
  assert.deepEqual(gap("run(\n  ", ");\n"), { prefix: "run(\n  ", middle: "x", suffix: ");\n" });
  assert.deepEqual(gap("run(", ", y);\n"), { prefix: "run(", middle: "x", suffix: ", y);\n" });
});

test("pieces are those of retrieval, never of the file's own text as it was", async () => {
  const [prefix, suffix] = sampleSource.split("await handle.copyTo(to, options.overwrite ?? false);");
  const place = { path: "src/queue.ts", languageId: "typescript", prefix, suffix };
  const pieces = await retrievedContext(place, { files }, parsers);
  assert.ok(pieces.some((piece) => piece.path === "src/handle.ts" && piece.text.includes("copyTo")));
  assert.ok(pieces.every(({ text }) => !text.includes("options.overwrite ?? false")));
  assert.deepEqual(await retrievedContext(place, { files }, parsers), pieces);
});

test("where nothing follows, a body has the bracket that closes it; a middle that ends anywhere is followed by all that does", async () => {
  const file = files[1];
  const cut = (kind: "block" | "cursorLine", seed: number) =>
    fimExample(
      kind,
      file,
      { files },
      {
        ...{ tokenizer, parsers, random: new SeededRandom(seed) },
        recipe: { ...recipe, contextShare: 0, emptySuffixShare: 1, cutSuffixShare: 0, fimTokens: [900, 900] },
      },
    );
  let closed = 0;
  for (let seed = 0; seed < 40; seed++) {
    const body = await cut("block", seed);
    if (body) {
      const [, middle, suffix] = readBack(body);
      assert.equal(suffix, "");
      if (/\n *\}$/.test(middle)) closed++;
    }
    const line = await cut("cursorLine", seed);
    if (line) {
      const [prefix, middle, suffix] = readBack(line);
      assert.equal(prefix.trimStart() + middle + suffix, sampleSource);
    }
  }
  assert.ok(closed > 5, `${closed}`);
});

test("an example with too little before its cursor, or too long a middle, is none", () => {
  const place = {
    path: "a.ts",
    languageId: "typescript",
    pieces: [],
    prefix: `${"const a = 1;\n".repeat(600)}  `,
    suffix: "\n",
  };
  const lay = (middle: string, changes: Partial<Recipe>) =>
    layOut("unit", place, middle, 400, tokenizer, { ...recipe, ...changes });
  assert.ok(lay("run();", {}));
  assert.equal(lay("run();", { leastPrefixChars: 1_000 }), undefined);
  assert.equal(lay("run();\n".repeat(80), {}), undefined);
});

test("a docstring's words are asked for as the command does: what was said above is there, nothing that comes later", () => {
  const found = new Map<string, [string, string]>();
  for (let seed = 0; seed < 60; seed++) {
    const example = docstringExample(files[2], { tokenizer, parsers, random: new SeededRandom(seed), recipe });
    if (!example) continue;
    assert.equal(example.hasContext, false);
    const [prefix, middle, suffix] = readBack(example);
    found.set(middle, [prefix, suffix]);
  }
  const lead = found.get('Add an item to the queue."""')!;
  assert.ok(lead[0].endsWith('        """'));
  assert.ok(lead[1].startsWith("\n        for _ in range(count):"));
  const [before, behind] = found.get(" How many times the item is added.")!;
  assert.match(before, /"""Add an item to the queue\.\n\n +Args:\n +item: The item that is added\.\n +count:$/);
  assert.match(behind, /^\n +"""\n +for _/);
});

test("the same examples are written with and without weight around their middles", async () => {
  const entry = { name: "tiny", version: "1.0.0", licence: "MIT", use: "train" as const, integrity: "sha512-none" };
  const corpus: Corpus = { sources: [{ package: entry, files, bytes: 1 }], rejected: {} as Corpus["rejected"] };
  const [out, middlesAlone] = ["both", "alone"].map((name) => path.join(folder, name));
  const weights = { ...recipe.weights, surroundings: 16 };
  const options = { use: "train" as const, tokens: 6_000, seed: 2, middlesAlone, recipe: { ...recipe, weights } };
  const summary = await writeDataset(corpus, options, { tokenizer, parsers }, out);
  const read = (dir: string, file: string) => readFileSync(path.join(dir, file));
  for (const file of ["tokens.u16", "documents.u8"]) assert.deepEqual(read(middlesAlone, file), read(out, file));
  const [withThem, without] = [out, middlesAlone].map((dir) => read(dir, "weights.u8"));
  const sum = (of: Buffer, weight: number) => of.filter((one) => one === weight).length;
  assert.equal(sum(without, 64), sum(withThem, 64));
  assert.ok(sum(withThem, 16) > 4 * sum(without, 16), "plain text keeps its own");
  assert.ok(sum(without, 16) > 0);
  const facts = JSON.parse(read(middlesAlone, "dataset.json").toString());
  assert.deepEqual([facts.lossWeight.surroundings, facts.recipe.weights.surroundings], [0, 0]);
  assert.ok(summary.lossWeight.surroundings > 0);
  assert.ok(summary.counts.docstring && summary.languages.python && summary.languages.typescript);
});

test("parts have the packages among them, none twice, and say which part they are", async () => {
  const entry = { version: "1.0.0", licence: "MIT", use: "train" as const, integrity: "sha512-none" };
  const names = ["a", "b", "c"];
  const sources = names.map((name) => ({ package: { ...entry, name }, files, bytes: 1 }));
  const corpus: Corpus = { sources, rejected: {} as Corpus["rejected"] };
  const found: string[][] = [];
  for (const index of [0, 1]) {
    const out = path.join(folder, `part${index}`);
    const options = { use: "train" as const, tokens: 500, seed: 2, recipe, part: [index, 2] as const };
    await writeDataset(corpus, options, { tokenizer, parsers }, out);
    const facts = JSON.parse(readFileSync(path.join(out, "dataset.json"), "utf8"));
    assert.deepEqual(facts.part, [index, 2]);
    found.push(facts.sources.map(({ name }: { name: string }) => name));
  }
  assert.deepEqual(found, [["a", "c"], ["b"]]);
});

test("what is ended early is a whole dataset, and the one of as many tokens", async () => {
  const entry = { name: "tiny", version: "1.0.0", licence: "MIT", use: "train" as const, integrity: "sha512-none" };
  const corpus: Corpus = { sources: [{ package: entry, files, bytes: 1 }], rejected: {} as Corpus["rejected"] };
  const write = (name: string, tokens: number, enough?: AbortSignal) =>
    writeDataset(
      corpus,
      { use: "train", tokens, seed: 4, recipe, enough },
      { tokenizer, parsers },
      path.join(folder, name),
    );
  const early = await write("early", 1_000_000, AbortSignal.abort());
  await write("again", early.trainedTokens);
  const [one, other] = ["early", "again"].map((name) => readFileSync(path.join(folder, name, "dataset.json"), "utf8"));
  assert.equal(one, other);
});
