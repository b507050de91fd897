// The examples of one pass: all of the text is seen, recent lines more often, in the recipe's shares.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { Cancelled } from "../../../../common/errors.ts";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { packageRoot } from "../../../../common/util/packageRoot.ts";
import { drawJudging, drawPass, drawTraining } from "../../../../finetune/data/drawWorkspace.ts";
import type { Example } from "../../../../finetune/data/examples.ts";
import { VALIDATION_RECIPE, WORKSPACE_RECIPE, WORKSPACE_SEQUENCE_TOKENS } from "../../../../finetune/data/recipe.ts";
import { loadTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";
import { fileText } from "../../lab/training/fileText.ts";
import { sampleSource } from "../../lab/training/sampleSource.ts";

const tokenizer = await loadTokenizer(path.join(packageRoot(import.meta.dirname), "models/smollm2-135m"));
const tools = { tokenizer, parsers: await createParsers() };
const signal = new AbortController().signal;
const files = Array.from({ length: 12 }, (_, i) => ({ path: `src/f${i}.ts`, text: fileText(i, 1_000 + 300 * i) }));
const recipe = { ...WORKSPACE_RECIPE, commentWeight: 1 };
const MAX_TOKENS = WORKSPACE_SEQUENCE_TOKENS;
const options = { recipe, maxTokens: MAX_TOKENS, seed: 1, signal };

async function pass(drawn = files, more: Partial<Parameters<typeof drawPass>[3]> = {}): Promise<Example[]> {
  const found: Example[] = [];
  const context = { files: drawn };
  for await (const example of drawPass(drawn, () => context, tools, { ...options, ...more })) found.push(example);
  return found;
}

const tokensOf = (examples: readonly Example[]) => examples.reduce((sum, { tokens }) => sum + tokens.length, 0);
/** Long enough to fill a prompt. */
const large = Array.from({ length: 12 }, (_, i) => ({ path: `src/f${i}.ts`, text: fileText(i, 9_000 + 900 * i) }));
const examples = await pass(large);

test("a pass has an example for each 400 tokens, none is longer than a sequence, and plain text has its share", () => {
  const stretches = large.reduce((sum, { text }) => sum + tokenizer.encode(text).length / 400, 0);
  assert.ok(
    examples.length > 0.7 * stretches && examples.length < 1.3 * stretches,
    `${examples.length} of ${stretches}`,
  );
  assert.ok(examples.every(({ tokens, weights }) => tokens.length <= MAX_TOKENS && tokens.length === weights.length));
  const plain = tokensOf(examples.filter(({ kind }) => kind === "plain")) / tokensOf(examples);
  assert.ok(Math.abs(plain - WORKSPACE_RECIPE.plainShare) < 0.03, `${plain}`);
});

test("half of the prompts with a middle are long, as those of use, and have pieces of other files where some fit; the others are short", () => {
  const fim = examples.filter(({ kind }) => kind !== "plain");
  const withPieces = fim.filter(({ hasContext }) => hasContext);
  const share = withPieces.length / fim.length;
  assert.ok(share > 0.15 && share < 0.6, `${share} of ${fim.length}`); // most pieces of these files are too long
  const [low] = WORKSPACE_RECIPE.contextFimTokens;
  const long = withPieces.filter(({ tokens }) => tokens.length > 0.9 * low).length / withPieces.length;
  assert.ok(long > 0.7, `${long} are long`);
  const short = fim.filter(({ tokens }) => tokens.length <= WORKSPACE_RECIPE.fimTokens[1]).length / fim.length;
  assert.ok(short > 0.4 && short < 0.6, `${short} are short`);
});

test("languages without a grammar are learnt by their lines", async () => {
  const gates = ["h", "x", "cx", "ccx", "measure", "barrier", "u1"];
  const circuit = Array.from({ length: 400 }, (_, i) => `${gates[i % 7]} q[${i % 5}]; // step ${i}`).join("\n");
  const drawn = await pass([{ path: "circuit.qasm", text: `OPENQASM 3.0;\n${circuit}\n` }]);
  assert.ok(drawn.length > 5, `${drawn.length} examples`);
  const kinds = new Set(drawn.map(({ kind }) => kind));
  for (const kind of kinds) assert.ok(["plain", "cursorLine", "lines", "characters"].includes(kind), kind);
  assert.ok(kinds.has("cursorLine"));
});

test("pieces stand before the file, each after its path; most are of other files", () => {
  let [own, others] = [0, 0];
  const withPieces = examples.filter(({ hasContext }) => hasContext).length;
  const separator = tokenizer.specialId("<file_sep>")!;
  for (const { tokens, path: file, hasContext } of examples) {
    const starts = tokens.flatMap((id, at) => (id === separator ? [at] : []));
    const paths = starts.map((at) => tokenizer.decode(tokens.slice(at + 1, at + 40)).split("\n")[0]);
    assert.equal(paths.at(-1), file);
    assert.equal(paths.length > 1, hasContext);
    for (const piece of paths.slice(0, -1)) piece === file ? own++ : others++;
  }
  assert.ok(others > 2 * own && others > withPieces / 2, `${others} and ${own} of the same file`);
});

test("most of each file is seen in one pass", () => {
  const text = examples.map(({ tokens }) => tokenizer.decode(tokens)).join("\n");
  const shares = large.map((file) => {
    const lines = file.text.split("\n").filter((line) => line.length > 20);
    return lines.filter((line) => text.includes(line)).length / lines.length;
  });
  const mean = shares.reduce((sum, share) => sum + share) / shares.length;
  assert.ok(mean > 0.6, `${mean}`);
  assert.ok(Math.min(...shares) > 0.3, shares.join(" "));
});

test("recent lines are asked for about three times as often", async () => {
  const isRecent = (name: string, line: number) => name === "src/f11.ts" && line >= 20 && line < 50;
  const recent = files[11]!.text
    .split("\n")
    .slice(20, 50)
    .filter((line) => line.length > 20);
  const count = async (weighted: boolean) => {
    let asked = 0;
    for (let seed = 0; seed < 40; seed++) {
      for (const { tokens, weights } of await pass([files[11]!], {
        seed,
        recipe: { ...recipe, contextShare: 0 },
        ...(weighted && { isRecent }),
      })) {
        const middle = tokenizer.decode(tokens.filter((_, i) => weights[i] === 64));
        asked += recent.filter((line) => middle.includes(line.trim().slice(-16))).length;
      }
    }
    return asked;
  };
  const [with3, with1] = [await count(true), await count(false)];
  assert.ok(with3 > 1.8 * with1 && with3 < 5 * with1, `${with3} and ${with1}`);
});

test("comments are hardly asked for, code is", async () => {
  const lines = Array.from({ length: 60 }, (_, i) =>
    i % 6 < 4
      ? `// the remark about ${"xyz"[i % 3]}${i} that somebody made here`
      : `export const value${i} = compute(${i});`,
  );
  const file = { path: "src/remarks.ts", text: `${lines.join("\n")}\n` };
  const count = async (commentWeight: number) => {
    let [code, comment] = [0, 0];
    for (let seed = 0; seed < 12; seed++) {
      for (const { kind, tokens, weights } of await pass([file], { seed, recipe: { ...recipe, commentWeight } })) {
        if (kind === "plain") continue;
        const middle = tokenizer.decode(tokens.filter((_, i) => weights[i] === 64));
        code += middle.split("compute(").length - 1;
        comment += middle.split("somebody").length - 1;
      }
    }
    return comment / (code + comment);
  };
  const [few, many] = [await count(0.01), await count(1)];
  assert.ok(few < 0.6 * many, `${few} and ${many}`);
});

test("general code has its share of the tokens, more passes over it where it is short", async () => {
  const general = [{ path: "g/queue.ts", text: sampleSource }];
  const drawn = await drawTraining(files, general, 0.15, tools, options);
  assert.equal(drawn.tokens, tokensOf(drawn.examples));
  assert.ok(Math.abs(drawn.generalTokens / drawn.tokens - 0.15) < 0.04);
  const fromGeneral = drawn.examples.filter(({ tokens }) => tokenizer.decode(tokens).includes("g/queue.ts\n"));
  assert.equal(tokensOf(fromGeneral), drawn.generalTokens);
  const none = await drawTraining(files, [], 0, tools, options);
  assert.deepEqual([none.generalTokens, none.tokens], [0, tokensOf(await pass())]);
});

test("so many tokens are drawn as are wanted, and none of a text that has no place", async () => {
  const drawn = await drawJudging(files, { files }, 5_000, tools, { ...options, recipe: VALIDATION_RECIPE });
  assert.ok(tokensOf(drawn) >= 5_000 && tokensOf(drawn) < 5_600);
  assert.ok(
    drawn.every(({ kind, weights }) => kind !== "plain" && weights.every((weight) => weight === 0 || weight === 64)),
  );
  const blank = [
    { path: "a.ts", text: "\n\n  \n" },
    { path: "b.ts", text: "" },
    { path: "c.md", text: "words" },
  ];
  assert.deepEqual(
    await drawJudging(blank, { files: blank }, 5_000, tools, { ...options, recipe: VALIDATION_RECIPE }),
    [],
  );
});

test("the context of an example is of the files that may be told of, and of no other", async () => {
  const [told, secret] = [files.slice(0, 6), files.slice(6)];
  const recipe = { ...WORKSPACE_RECIPE, contextShare: 1 };
  const drawn = await pass(told, { recipe });
  assert.ok(drawn.some(({ hasContext }) => hasContext));
  const text = drawn.map(({ tokens }) => tokenizer.decode(tokens)).join("\n");
  for (const file of secret) assert.ok(!text.includes(`${file.path}\n`), file.path);
});

test("the same seed draws the same, a cancel ends it", async () => {
  const once = await pass();
  assert.deepEqual(await pass(), once);
  assert.notDeepEqual(await pass(files, { seed: 2 }), once);
  await assert.rejects(pass(files, { signal: AbortSignal.abort() }), Cancelled);
});

test("every language with a grammar gives middles of whole nodes and statements", async () => {
  const texts: Record<string, string> = {
    "a.py":
      "class Queue:\n    def push(self, item):\n        if len(self.items) > self.limit:\n            return False\n        self.items.append(item)\n        return True\n\n",
    "a.go":
      "func (q *Queue) Push(item int) bool {\n\tif len(q.items) > q.limit {\n\t\treturn false\n\t}\n\tq.items = append(q.items, item)\n\treturn true\n}\n\n",
    "a.rs":
      "impl Queue {\n    fn push(&mut self, item: u32) -> bool {\n        if self.items.len() > self.limit {\n            return false;\n        }\n        self.items.push(item);\n        true\n    }\n}\n\n",
    "A.java":
      "class Queue {\n  boolean push(int item) {\n    if (items.size() > limit) return false;\n    items.add(item);\n    return true;\n  }\n}\n\n",
    "a.c":
      "static int push(struct queue *q, int item) {\n  if (q->used > q->limit) return 0;\n  q->items[q->used++] = item;\n  return 1;\n}\n\n",
    "a.cpp":
      "class Queue {\n public:\n  bool push(int item) {\n    if (items.size() > limit) return false;\n    items.push_back(item);\n    return true;\n  }\n};\n\n",
    "A.cs":
      "class Queue {\n  bool Push(int item) {\n    if (items.Count > limit) return false;\n    items.Add(item);\n    return true;\n  }\n}\n\n",
  };
  for (const [name, text] of Object.entries(texts)) {
    const drawn = await pass([{ path: name, text: text.repeat(60) }]);
    for (const kind of ["syntaxNode", "statement", "cursorLine"])
      assert.ok(
        drawn.some((found) => found.kind === kind),
        `${name} ${kind}`,
      );
  }
});
