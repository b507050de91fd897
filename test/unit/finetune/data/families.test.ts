// Examples in the prompt format of each family that can be fine-tuned: the prompt that the product packs for the same place, then the middle, then
// the family's end.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { packageRoot } from "../../../../common/util/packageRoot.ts";
import { endOfTextId, layOut, plainExample } from "../../../../finetune/data/examples.ts";
import { WORKSPACE_RECIPE } from "../../../../finetune/data/recipe.ts";
import { SeededRandom } from "../../../../finetune/data/seededRandom.ts";
import { formatOfModel, requireTrainable } from "../../../../finetune/data/trainable.ts";
import { shippedModelDir } from "../../../../server/engine/models/tiers.ts";
import { packPrompt } from "../../../../server/engine/prompt/packPrompt.ts";
import { promptFormats } from "../../../../server/engine/prompt/promptFormat.ts";
import type { FormatName } from "../../../../server/engine/prompt/types.ts";
import { loadTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";
import type { Tokenizer } from "../../../../server/engine/tokenizer/tokenizer.ts";
import { PROMPT_BUDGET } from "../../../../server/host/protocol/promptBudget.ts";
import { fileText } from "../../lab/training/fileText.ts";

const embedded = await loadTokenizer(path.join(packageRoot(import.meta.dirname), "models/smollm2-135m"));
const parsers = await createParsers();

/** The special tokens of each family besides its format's markers: of its beginning, its separator of files, its end. */
const SPECIALS: Partial<Record<FormatName, string[]>> = {
  fim: ["<file_sep>", "<|endoftext|>"],
  fim2: ["<|file_sep|>", "<|endoftext|>"],
  qwen: ["<|file_sep|>", "<|repo_name|>", "<|endoftext|>"],
  starcoder2: ["<file_sep>", "<repo_name>", "<|endoftext|>"],
  granite: ["<filename>", "<reponame>", "<|endoftext|>"],
  granite4: ["<|filename|>", "<|reponame|>", "<|end_of_text|>"],
  deepseek: ["<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"],
  codegemma: ["<bos>", "<eos>", "<|file_separator|>"],
  mellum: ["<filename>", "<|endoftext|>"],
  "seed-coder": ["<[begin▁of▁sentence]>", "<[end▁of▁sentence]>"],
  codellama: ["<s>", "</s>", "▁<EOT>"],
};
const families = Object.keys(SPECIALS) as (keyof typeof SPECIALS)[];

/** The embedded model's words with the special tokens of another family, whose ids need more than 16 bits. */
function tokenizerOf(format: FormatName): { tokenizer: Tokenizer; nameOf: (id: number) => string | undefined } {
  const names = [...new Set([...promptFormats[format].markers, ...SPECIALS[format]!])];
  const ids = new Map(names.map((name, i) => [name, 100_000 + i]));
  const tokenizer = { ...embedded, vocabSize: 100_100, specialId: (name: string) => ids.get(name) };
  return { tokenizer, nameOf: (id) => names[id - 100_000] };
}

const text = fileText(3, 4_000);
const place = {
  path: "src/queue.ts",
  languageId: "typescript",
  prefix: text.slice(0, 2_000),
  suffix: text.slice(2_030),
  pieces: [{ kind: "import" as const, path: "src/other.ts", text: fileText(4, 600), score: 1 }],
};
const middle = text.slice(2_000, 2_030);

test("every format but the one from left to right is covered here", () => {
  assert.deepEqual(
    families.toSorted(),
    Object.keys(promptFormats)
      .filter((name) => name !== "prefix")
      .sort(),
  );
});

for (const format of families) {
  test(`${format}: the product's prompt, the middle and the family's end; markers and paths are not learnt`, () => {
    const { tokenizer, nameOf } = tokenizerOf(format);
    requireTrainable(format, tokenizer);
    const recipe = { ...WORKSPACE_RECIPE, format };
    const budget = 1_000;
    const example = layOut("characters", place, middle, budget, tokenizer, recipe)!;
    const promptTokens = budget - tokenizer.encode(middle).length - 1;
    const asked = packPrompt(place, tokenizer, promptTokens, promptFormats[format], PROMPT_BUDGET);
    assert.deepEqual(example.tokens.slice(0, asked.lineStart), asked.tokens.slice(0, asked.lineStart));
    const written = example.tokens.slice(asked.lineStart, -1);
    assert.equal(tokenizer.decode(written), asked.line + middle);
    assert.equal(example.tokens.at(-1), endOfTextId(tokenizer));
    assert.match(nameOf(example.tokens.at(-1)!)!, /end|eot|separator/i);
    assert.equal(example.weights.at(-1), 64);
    assert.equal(example.weights.length, example.tokens.length);
    for (const [at, id] of example.tokens.entries()) {
      if (id >= 100_000 && at < example.tokens.length - 1) assert.equal(example.weights[at], 0, nameOf(id));
    }
    for (const marker of promptFormats[format].markers)
      assert.ok(example.tokens.includes(tokenizer.specialId(marker)!), marker);
    assert.ok(example.hasContext);
  });

  test(`${format}: a plain document has its path, its text and no marker of a middle`, () => {
    const { tokenizer } = tokenizerOf(format);
    const random = new SeededRandom(1);
    const file = { path: "src/queue.ts", text: fileText(5, 500) };
    const { tokens, weights } = plainExample(
      file,
      { tokenizer, parsers, random, recipe: { ...WORKSPACE_RECIPE, format } },
      0,
    )!;
    const shown = tokenizer.decode(tokens);
    assert.ok(shown.includes("src/queue.ts\n") && shown.endsWith(file.text), shown.slice(0, 80));
    for (const marker of promptFormats[format].markers)
      if (marker !== "<|file_sep|>") assert.ok(!tokens.includes(tokenizer.specialId(marker)!), marker);
    const first = weights.indexOf(WORKSPACE_RECIPE.weights.plain);
    assert.ok(first > 0 && weights.slice(0, first).every((weight) => weight === 0));
    assert.equal(tokens.at(-1), endOfTextId(tokenizer));
  });
}

test("the two models that come with Sotto learn in the formats that they are asked in, told without opening a weight", async () => {
  const formats = await Promise.all(
    (["quick", "strong"] as const).map(async (tier) => {
      const dir = shippedModelDir(tier);
      const tokenizer = await loadTokenizer(dir);
      const format = await formatOfModel(dir, tokenizer);
      requireTrainable(format, tokenizer);
      return format;
    }),
  );
  assert.deepEqual(formats, ["fim", "fim2"]);
});
